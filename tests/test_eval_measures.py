"""Each measure against numbers worked by hand, and against an independent implementation if there is one."""

import math
import random
from dataclasses import replace
from typing import Any

import ir_measures
import numpy as np
import pytest

from eval import measures
from eval.dataset import Evidence
from qa.answer import Answer, Citation, ShownPassage

TEXT = "The harbour was dredged in 1998. It takes 40 ships a day. Marta Ruiz runs it."
#       0                              32                       57


def cite(start: int, end: int, n: int = 1, **other: Any) -> Citation:
    """A citation of TEXT, whose quote stands there."""
    made = Citation(n, "harbour.txt", "Harbour", "0", start, end, TEXT[start:end], "p1")
    return replace(made, **other)


def answered(*citations: Citation) -> Answer:
    """An answer with these citations."""
    return Answer("?", "?", "answered", "text", "extractive", 0.9, citations=citations)


REFUSED = Answer("?", "?", "not_in_source", "The source does not say.", "extractive", 0.1)
GOLD = (Evidence("harbour.txt", 0, 32), Evidence("harbour.txt", 57, 77))


def shown(start: int, end: int, rank: int, source: str = "harbour.txt") -> ShownPassage:
    """A passage of TEXT."""
    return ShownPassage(str(rank), source, start, end, TEXT[start:end], 0.5, rank)


def test_validity_is_the_quote_at_its_place() -> None:
    """A true pointer is 1; a false quote, a false span, an unknown source and an empty quote are 0."""
    good = cite(0, 32)
    bad = [
        replace(good, quote="The harbour was dug in 1998."),
        replace(good, start=1),
        replace(good, source="other.txt"),
        replace(good, start=5, end=5, quote=""),
        replace(good, start=-20, end=77, quote=TEXT[-20:77]),
    ]
    assert measures.citation_validity(answered(good, *bad), {"harbour.txt": TEXT}) == [1, 0, 0, 0, 0, 0]


def test_half_of_a_span_is_a_hit_and_less_is_none() -> None:
    """16 of 32 characters cover it, 15 do not; the same place in another document never does."""
    assert measures.covers(cite(16, 57), GOLD[0])
    assert not measures.covers(cite(17, 57), GOLD[0])
    assert not measures.covers(cite(0, 32, source="other.txt"), GOLD[0])


def test_evidence_hit_precision_and_first_hit() -> None:
    """Wrong first, right second: a hit, no first hit, precision 1/2; with all needed, one of two spans."""
    answer = answered(cite(32, 57), cite(0, 32, 2))
    assert measures.evidence_hit(answer, GOLD) == 1
    assert measures.first_citation_hit(answer, GOLD) == 0
    assert measures.evidence_precision(answer, GOLD) == 0.5
    assert measures.evidence_hit(answer, GOLD, all_needed=True) == 0.5


def test_a_refusal_scores_zero_and_stays() -> None:
    """No measure of an answerable row skips a refusal (as ALCE does) or gives NaN for it (as ragas does)."""
    found = [
        measures.evidence_hit(REFUSED, GOLD),
        measures.first_citation_hit(REFUSED, GOLD),
        measures.evidence_precision(REFUSED, GOLD),
        measures.context_precision((), GOLD),
        measures.context_recall((), GOLD),
        measures.answer_f1("", ["1998"]),
        measures.quoted_chars(REFUSED),
    ]
    assert found == [0] * len(found)


def test_more_than_three_citations_all_count() -> None:
    """Five citations, the last one right: precision 1/5 (ALCE cuts after three, and would see 0)."""
    answer = answered(*[cite(32, 57, n) for n in range(1, 5)], cite(0, 32, 5))
    assert measures.evidence_precision(answer, GOLD) == pytest.approx(0.2)


def test_context_precision_is_average_precision() -> None:
    """Relevant at ranks 1 and 3: (1/1 + 2/3) / 2 = 5/6."""
    passages = [shown(0, 32, 1), shown(32, 57, 2), shown(57, 77, 3)]
    assert measures.context_precision(passages, GOLD) == pytest.approx(5 / 6)
    assert measures.context_precision(passages[1:2], GOLD) == 0


def test_context_recall_joins_passages() -> None:
    """Two passages with a quarter of a span each hold half of it together; the same one twice does not."""
    span = (Evidence("harbour.txt", 0, 32),)
    assert measures.context_recall([shown(0, 8, 1), shown(8, 16, 2)], span) == 1
    assert measures.context_recall([shown(0, 8, 1), shown(0, 8, 2)], span) == 0
    assert measures.context_recall([shown(0, 32, 1)], GOLD, all_needed=True) == 0.5


@pytest.mark.parametrize(
    ("prediction", "answers", "expected"),
    [
        ("The Friday.", ["friday"], 1.0),
        ("on Friday", ["Friday"], 2 / 3),
        ("Andrei Belousov met Kim", ["Belousov", "Andrei Belousov"], 2 * 2 / (4 + 2)),
        ("ships ships", ["ships"], 2 / 3),
        ("no", ["yes"], 0.0),
        ("the", ["a"], 1.0),
        ("", ["x"], 0.0),
        ("x", [], 0.0),
    ],
)
def test_answer_f1(prediction: str, answers: list[str], expected: float) -> None:
    """By hand; articles and punctuation do not count, a repeated word counts once, the best gold counts."""
    assert measures.answer_f1(prediction, answers) == pytest.approx(expected)


def test_balanced_accuracy_of_one_habit_is_chance() -> None:
    """Always refusing and always answering both get 1/2."""
    assert measures.balanced_accuracy(1, 0) == measures.balanced_accuracy(0, 1) == 0.5
    assert measures.balanced_accuracy(0.1, 0.3) == pytest.approx(0.8)


def test_auroc_by_hand() -> None:
    """Of 2 x 2 pairs: two won, one tied, one lost: 2.5 / 4."""
    assert measures.auroc([0.9, 0.3, 0.3, 0.5], [True, True, False, False]) == pytest.approx(0.625)
    assert measures.auroc([0.9], [True]) == 0.5


def test_auroc_agrees_with_every_pair_compared() -> None:
    """The definition itself, on scores with many ties."""
    rng = random.Random(1)
    scores = [round(rng.random(), 1) for _ in range(80)]
    kinds = [rng.random() < 0.4 for _ in scores]
    pairs = [
        1.0 if a > b else 0.5 if a == b else 0.0
        for a, x in zip(scores, kinds, strict=True)
        for b, y in zip(scores, kinds, strict=True)
        if x and not y
    ]
    assert measures.auroc(scores, kinds) == pytest.approx(sum(pairs) / len(pairs))


def test_auroc_agrees_with_scikit_learn() -> None:
    """On 500 rows, where scikit-learn is installed."""
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(2)
    scores, kinds = rng.random(500).round(2), rng.random(500) < 0.3
    assert measures.auroc(scores, kinds) == pytest.approx(sklearn.roc_auc_score(kinds, scores))


def test_calibration_error_by_hand() -> None:
    """Two rows sure .95, right 1/2; two rows sure .05, right 0: (2 x .45 + 2 x .05) / 4."""
    error = measures.calibration_error([0.95, 0.95, 0.05, 0.05], [True, False, False, False])
    assert error == pytest.approx(0.25)
    assert measures.calibration_error([1.0, 0.0], [True, False]) == 0
    assert measures.calibration_error([], []) == 0


def test_reliability_has_a_point_for_each_filled_bin() -> None:
    """1.0 belongs to the last bin; empty bins have no point."""
    assert measures.reliability([1.0, 0.95, 0.11], [True, False, True]) == [
        (pytest.approx(0.11), 1.0, 1),
        (pytest.approx(0.975), 0.5, 2),
    ]


def test_rankings_agree_with_ir_measures() -> None:
    """All five, at three depths, on random rankings with graded relevance: the reference's numbers."""
    rng = random.Random(3)
    documents = [f"d{i}" for i in range(30)]
    ours = {
        "Success": measures.hit,
        "P": measures.precision,
        "R": measures.recall,
        "RR": measures.mrr,
        "nDCG": measures.ndcg,
    }
    for _ in range(25):
        relevant = {doc: rng.choice([0, 1, 1, 2]) for doc in rng.sample(documents, rng.randint(1, 8))}
        relevant[documents[0]] = 1
        ranking = rng.sample(documents, 15)
        run = {"q": {doc: 100.0 - rank for rank, doc in enumerate(ranking)}}
        for k in (1, 5, 10):
            names = [ir_measures.parse_measure(f"{name}@{k}") for name in ours]
            theirs = ir_measures.calc_aggregate(names, {"q": relevant}, run)
            for measure, value in theirs.items():
                got = ours[str(measure).split("@")[0]](ranking, relevant, k)
                assert got == pytest.approx(value), (str(measure), relevant, ranking)


def test_nothing_retrieved_scores_zero() -> None:
    """An empty ranking is worth 0 (llama-index raises)."""
    for measure in (measures.hit, measures.precision, measures.recall, measures.mrr, measures.ndcg):
        assert measure([], {"d": 1}, 5) == 0
        assert not math.isnan(measure(["d"], {}, 5))
