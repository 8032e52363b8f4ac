"""The questions written for training: each row is whole, and says where in its document the answer stands."""

import json
from pathlib import Path

import pytest

from index.passage import Source
from training.questions import WRITTEN, written

FILES = sorted(WRITTEN.rglob("*.jsonl"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(WRITTEN)))
def test_answers_stand_in_the_sentences_named(path: Path) -> None:
    """A question's sentences exist, and its answering words stand in the first of them."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for asked in [*row["questions"], *(turn for talk in row.get("talks", ()) for turn in talk)]:
            assert asked["q"].strip()
            assert bool(asked["s"]) or not asked["a"]
            if "sentences" in row and asked["s"]:
                assert max(asked["s"]) < len(row["sentences"])
                assert asked["a"] in row["sentences"][asked["s"][0]]


def test_spans_are_those_of_the_sentences() -> None:
    """Joined to a text, sentences keep their words; breaks between paragraphs belong to none."""
    ours = [path for path in FILES if not path.stem.startswith("selqa")]
    for source, questions in written(ours[0], {}):
        for asked in questions:
            for span in asked.evidence:
                text = source.text[span.start : span.end]
                assert text == text.strip() != ""
            if asked.answer:
                first = asked.evidence[0]
                assert first.start <= asked.answer.start < asked.answer.end <= first.end


def test_a_turn_of_a_talk_is_read_with_what_was_said(tmp_path: Path) -> None:
    """Its text holds what it takes from the turns before; its answer is its own."""
    path = tmp_path / "talks.jsonl"
    talk = [
        {"q": "Who is the harbour master of Oldport?", "s": [0], "a": "Marta Ruiz"},
        {"q": "Since when has she been that?", "s": [1], "a": "2015"},
    ]
    sentences = ["Marta Ruiz is the harbour master.", "She came in 2015."]
    row = {"title": "Oldport", "sentences": sentences, "questions": [], "talks": [talk]}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    ((source, (first, second)),) = written(path, {})
    assert first.text == talk[0]["q"]
    assert second.text != talk[1]["q"]
    assert "Ruiz" in second.text
    assert second.answer is not None
    assert source.text[second.answer.start : second.answer.end] == "2015"


def test_rows_about_selqa_hold_no_sentence_of_it() -> None:
    """They name its documents and sentences, and hold no more of them than answering words."""
    path = next(path for path in FILES if path.stem.startswith("selqa"))
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(set(row) == {"doc", "questions"} for row in rows)
    assert max(len(asked["a"]) for row in rows for asked in row["questions"]) < 200
    text = "One thing. Another thing. " * 20
    docs = {row["doc"]: Source(row["doc"], "Title", text, "") for row in rows}
    source, questions = written(path, docs)[0]
    assert source.text == text
    for asked, told in zip(questions, rows[0]["questions"], strict=True):
        assert [text[span.start : span.end] for span in asked.evidence] == [
            ["One thing.", "Another thing."][number % 2] for number in told["s"]
        ]
