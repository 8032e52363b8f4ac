"""The grounding evaluation: figures worked by hand, malformed files, and floors on changed facts."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval.changed_facts import caught, claims_of
from eval.dataset import DatasetInvalid
from eval.grounding import (
    Claim,
    WordOverlap,
    balanced_accuracy,
    best_f1,
    by_group,
    ece,
    ece_balanced,
    evaluate,
    evidence_passage,
    f1_unsupported,
    reliability,
    score,
)
from index.source import ARTICLE, read_source
from qa.check import Ground

VALUES = np.array([0.1, 0.4, 0.6, 0.9])
KIND = np.array([False, True, False, True])


def test_figures_worked_by_hand() -> None:
    """At 0.5: one of two of either kind is right; flagging the lowest three finds both of the unsupported."""
    assert balanced_accuracy(VALUES >= 0.5, KIND) == 0.5
    assert f1_unsupported(VALUES >= 0.5, KIND) == 0.5
    assert best_f1(VALUES, KIND) == pytest.approx(0.8)
    assert best_f1(np.array([0.5, 0.5]), np.array([True, False])) == pytest.approx(2 / 3)
    assert ece(VALUES, KIND) == pytest.approx((0.1 + 0.6 + 0.6 + 0.1) / 4)
    assert ece_balanced(VALUES, KIND) == pytest.approx(ece(VALUES, KIND))
    assert ece_balanced(np.array([0.5, 0.5, 0.5]), np.array([True, True, False])) == pytest.approx(0)
    assert reliability([1.0, 0.95], [True, False]) == [{"n": 2, "score": 0.975, "supported": 0.5}]


def test_a_reply_is_supported_where_all_its_sentences_are() -> None:
    """Scores multiply, at the odds of nine good sentences to a bad one: .5 becomes .9."""
    claims = [Claim("1", "a", "", "", True), Claim("2", "a", "", "", False), Claim("3", "b", "", "", True)]
    scores, whole = by_group(claims, [0.5, 0.5, 0.9])
    assert scores == pytest.approx([0.81, 8.1 / 8.2])
    assert whole == [False, True]


def test_evaluate_gives_a_score_per_row_and_the_baseline(tmp_path: Path) -> None:
    """A verbatim sentence beats one of other words; measures carry the contract's names."""
    rows = [
        {
            "id": "1",
            "group": "g",
            "claim": "Cats sleep a lot.",
            "evidence": "Cats sleep a lot.",
            "supported": True,
        },
        {
            "id": "2",
            "group": "h",
            "claim": "Nine dogs bark.",
            "evidence": "Cats sleep a lot.",
            "supported": False,
        },
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result, scores = evaluate(path)
    assert scores["1"] > scores["2"]
    assert {"auroc", "group_auroc", "balanced_accuracy", "f1", "best_f1"} <= result.measures.keys()
    assert result.measures["auroc"].value == 1.0
    assert result.baselines["word overlap"]["auroc"] == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rows"),
        ("{", "line 1: not JSON"),
        ("[]", "line 1: need an object"),
        ('{"id": 1, "claim": "a", "evidence": "b", "supported": 1}', "supported must be true or false"),
        ('{"id": 1, "claim": null, "evidence": "b", "supported": true}', "must be text"),
    ],
)
def test_malformed_file_is_a_one_line_error(tmp_path: Path, text: str, said: str) -> None:
    """The error names the line and what is wrong."""
    path = tmp_path / "bad.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetInvalid, match=said):
        evaluate(path)


def test_missing_file_is_a_one_line_error(tmp_path: Path) -> None:
    """No traceback for a wrong name."""
    with pytest.raises(DatasetInvalid, match="no such file"):
        evaluate(tmp_path / "none.jsonl")


def test_word_overlap_is_the_share_of_terms() -> None:
    """Two of four terms."""
    found = WordOverlap([evidence_passage("cats sleep")]).support("cats sleep at noon")
    assert found.score == 0.5


def test_changed_facts_of_the_article_are_caught() -> None:
    """Of each kind 95 % or more fall below the score of 5 % false alarms; no true one is flagged."""
    claims = claims_of([read_source(ARTICLE, "article.md")])
    found = caught(claims, list(score(claims, Ground)))
    for kind in ("number", "name", "date", "negation", "speaker", "modality"):
        assert found[kind].n > 0
        assert found[kind].at_5 >= 0.95, kind
    assert found["true"].caught == 0
