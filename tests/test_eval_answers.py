"""A run over an answers layout: nothing leaves a mean, nothing known is asked again, a killed run goes on."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.answers import answer_all, given, measure
from eval.dataset import AnswersSet, DatasetInvalid, Evidence, Question
from eval.rows import Row, RowLog, answer_from, failed
from index.passage import Source
from qa.answer import Answer, Citation, Sentence, ShownPassage
from qa.engine import QueryEngine
from qa.errors import QuestionInvalid

TEXT = "The harbour was dredged in 1998. It takes 40 ships a day."
DOC = Source("harbour.txt", "Harbour", TEXT, "0")
GOLD = (Evidence("harbour.txt", 0, 32),)
SPAN = TEXT[:32]


def asked(name: str, answerable: bool = True, **more: Any) -> Question:
    """A question whose evidence is the first sentence, if it has any."""
    gold = GOLD if answerable else ()
    base = Question(name, f"{name}?", (), answerable, gold, ("1998",) if answerable else ())
    return replace(base, **more)


def told(question: Question, start: int = 0, end: int = 32, confidence: float = 0.9) -> Row:
    """The question answered with a quote of that place."""
    quote = TEXT[start:end]
    answer = Answer(
        question.question,
        question.question,
        "answered",
        f"{quote} [1]",
        "extractive",
        confidence,
        sentences=(Sentence(quote, (1,), "supported", 1.0),),
        citations=(Citation(1, DOC.name, DOC.title, "0", start, end, quote, "p"),),
        passages=(ShownPassage("p", DOC.name, 0, len(TEXT), TEXT, 0.9, 1),),
        timings_ms={"total": 10.0},
        id=question.id,
    )
    return Row(question, answer)


def refused(question: Question, confidence: float = 0.1) -> Row:
    """The question refused."""
    answer = Answer(question.question, "", "not_in_source", "", "extractive", confidence, id=question.id)
    return Row(question, answer)


def value(rows: Sequence[Row], name: str) -> float:
    """A measure of these rows."""
    dataset = AnswersSet("harbour", (DOC,), tuple(row.question for row in rows))
    return measure(dataset, rows).measures[name].value


A, B, C, D = asked("a"), asked("b"), asked("c", answerable=False), asked("d", answerable=False)


def test_perfect_answers_score_one() -> None:
    """Every share is 1, every error rate 0; a whole sentence against '1998' has token F1 2 x 1 / (5 + 1)."""
    rows = [told(A), told(B), refused(C), refused(D)]
    shares = [
        *("citation_validity", "evidence_hit", "first_citation_hit", "evidence_precision", "context_recall"),
        *("citation_recall", "citation_precision", "citation_f1", "faithfulness", "context_precision"),
        *("balanced_accuracy", "confidence_auroc"),
    ]
    assert [value(rows, name) for name in shares] == [1] * len(shares)
    assert value(rows, "over_refusal_rate") == value(rows, "false_answer_rate") == 0
    assert value(rows, "answer_f1") == pytest.approx(2 / 6, abs=1e-4)


def test_refusing_everything_scores_zero_not_nan() -> None:
    """An empty answer stays in the means as 0; refusing is half of balanced accuracy."""
    rows = [refused(A), refused(B), refused(C), refused(D)]
    zero = ("evidence_hit", "evidence_precision", "citation_f1", "faithfulness", "answer_f1")
    assert [value(rows, name) for name in zero] == [0] * len(zero)
    assert (value(rows, "over_refusal_rate"), value(rows, "balanced_accuracy")) == (1, 0.5)


def test_a_refusal_halves_the_mean_of_two() -> None:
    """One of two answerable rows refused: 1/2, where dropping the row would give 1."""
    rows = [told(A), refused(B), refused(C)]
    for name in ("evidence_hit", "citation_recall", "citation_precision", "faithfulness"):
        assert value(rows, name) == 0.5


def test_a_right_refusal_is_no_zero() -> None:
    """Unanswerable rows are judged by the false-answer rate alone; faithfulness does not see them."""
    assert value([told(A), refused(C), refused(D)], "faithfulness") == 1
    assert value([told(A), told(C), refused(D)], "faithfulness") == 1
    assert value([told(A), told(C), refused(D)], "false_answer_rate") == 0.5


def test_a_failed_row_takes_the_worst_value() -> None:
    """It is counted, it is an over-refusal or a false answer, and its confidence is as wrong as can be."""
    dataset = AnswersSet("harbour", (DOC,), (A, B, C, D))
    result = measure(dataset, [told(A), failed(B, "no"), failed(C, "no"), refused(D)])
    assert result.failed == 2
    assert result.measures["evidence_hit"].value == 0.5
    assert result.measures["over_refusal_rate"].value == 0.5
    assert result.measures["false_answer_rate"].value == 0.5
    assert result.measures["confidence_auroc"].value == 0.25  # of four pairs only a > d


def test_validity_counts_citations_not_rows() -> None:
    """Three citations, one false: 2/3, whoever made it; rows without citations have no part in it."""
    row = told(A)
    second = replace(row.answer.citations[0], n=2, quote="a lie")
    lying = Row(A, replace(row.answer, citations=(*row.answer.citations, second)))
    assert value([lying, told(B), refused(C)], "citation_validity") == pytest.approx(2 / 3, abs=1e-4)


def test_follow_ups_are_measured_apart() -> None:
    """Only rows with history are in follow_up_first_hit."""
    follow = asked("e", history=({"role": "user", "content": "Hi"},))
    assert value([told(A), told(follow, 32, 57), refused(C)], "follow_up_first_hit") == 0
    assert value([told(A), told(follow, 32, 57), refused(C)], "first_citation_hit") == 0.5


def test_rows_without_gold_leave_evidence_out() -> None:
    """Imported rows may have no evidence: their citations are still judged by the checker."""
    bare = asked("f", evidence=(), answers=())
    measures = measure(AnswersSet("harbour", (DOC,), (bare,)), [told(bare)]).measures
    assert "evidence_hit" not in measures
    assert "answer_f1" not in measures
    assert measures["citation_recall"].value == 1


def test_the_second_checker_stands_beside() -> None:
    """Each result names its checker, and what plain word overlap makes of the same answers."""
    result = measure(AnswersSet("harbour", (DOC,), (A, C)), [told(A), refused(C)])
    assert result.checker
    assert result.baselines["checker: word overlap"]["citation_f1"] == 1


def test_tokens_and_cost_are_measured_by_answer() -> None:
    """1,000 and 0 tokens, a refusal included: 500 on average; .002 and 0 USD are 1 USD a thousand."""
    paid = replace(told(A).answer, model="m", tokens={"prompt": 900, "completion": 100}, cost_usd=0.002)
    rows = [Row(A, paid), refused(C)]
    assert value(rows, "tokens") == 500
    assert value(rows, "cost_usd_per_1000") == 1


def test_what_was_not_counted_is_not_nothing() -> None:
    """No price: no cost. Another system's answer without counts: no tokens either, rather than 0."""
    unpriced = replace(told(A).answer, model="m", tokens={"prompt": 9, "completion": 1})
    measures = measure(SET, [Row(A, unpriced)]).measures
    assert measures["tokens"].value == 10
    assert "cost_usd_per_1000" not in measures
    uncounted = replace(told(A).answer, model="given")
    assert not {"tokens", "cost_usd_per_1000"} & measure(SET, [Row(A, uncounted)]).measures.keys()


# ---- asking, and asking again ------------------------------------------------------------------------------


class Scripted(QueryEngine):
    """Answers each question with a fixed quote, and counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, question: str, history: Any = (), id: str | None = None) -> Answer:
        """The quote; question b cannot be asked."""
        self.asked.append(str(id))
        if id == "b":
            raise QuestionInvalid("cannot be asked")
        return told(asked(str(id))).answer


SET = AnswersSet("harbour", (DOC,), tuple(asked(name) for name in "abcdef"))


@pytest.mark.parametrize("jobs", [1, 4])
def test_rows_come_in_order(jobs: int) -> None:
    """However many are asked at once; a question that cannot be asked is a failed row, not the end."""
    rows = list(answer_all(Scripted, SET, jobs))
    assert [row.question.id for row in rows] == list("abcdef")
    assert [bool(row.error) for row in rows] == [False, True, False, False, False, False]


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """Three rows were settled, the fourth line was cut: only missing and failed ones are asked again."""
    first = Scripted()
    rows = answer_all(lambda: first, SET, 1, RowLog(tmp_path / "rows.jsonl"))
    for _ in range(3):
        next(rows)
    rows.close()  # type: ignore[attr-defined]
    with (tmp_path / "rows.jsonl").open("a") as file:
        file.write('{"key": "x", "ans')
    second = Scripted()
    again = list(answer_all(lambda: second, SET, 1, RowLog(tmp_path / "rows.jsonl")))
    assert second.asked == ["b", "d", "e", "f"]
    third = Scripted()
    assert list(answer_all(lambda: third, SET, 1, RowLog(tmp_path / "rows.jsonl"))) == again
    assert third.asked == ["b"]


def test_what_has_changed_is_asked_again(tmp_path: Path) -> None:
    """Other words, another document, another model: asked. Other gold evidence: not."""
    path = tmp_path / "rows.jsonl"
    small = replace(SET, questions=SET.questions[2:4])
    list(answer_all(Scripted, small, 1, RowLog(path)))

    def asks(dataset: AnswersSet, makers: str = "") -> list[str]:
        engine = Scripted()
        list(answer_all(lambda: engine, dataset, 1, RowLog(path), makers))
        return engine.asked

    other_words = replace(
        small, questions=(replace(small.questions[0], question="Else?"), small.questions[1])
    )
    assert asks(other_words) == ["c"]
    assert asks(replace(small, docs=(replace(DOC, sha256="1"),))) == ["c", "d"]
    assert asks(small, "gpt") == ["c", "d"]
    other_gold = replace(small, questions=tuple(replace(q, evidence=()) for q in small.questions))
    assert asks(other_gold) == []


def test_a_log_is_rewritten_in_order(tmp_path: Path) -> None:
    """After `finish` the file holds the given rows only, each with what is newly known of it."""
    log = RowLog(tmp_path / "rows.jsonl")
    for key in ("k1", "k2", "k3"):
        log.add(key, {"answer": {"text": key}, "error": "", "scores": {"old": 1}})
    log.finish([("k3", {"scores": {"new": 2}}), ("k1", {"scores": {"new": 3}})])
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [(row["key"], row["answer"]["text"], row["scores"]) for row in lines] == [
        ("k3", "k3", {"new": 2}),
        ("k1", "k1", {"new": 3}),
    ]


# ---- answers that others made ------------------------------------------------------------------------------


def test_an_answer_survives_its_json() -> None:
    """`answer_from` gives back what `to_json` took apart."""
    answer = told(A).answer
    assert answer_from(json.loads(json.dumps(answer.to_json()))) == answer


def test_given_answers_are_found_by_id(tmp_path: Path) -> None:
    """In any order; a question without an answer is a failed row."""
    path = tmp_path / "answers.jsonl"
    lines = [json.dumps(told(q).answer.to_json()) for q in reversed(SET.questions[1:])]
    path.write_text("\n".join(lines), encoding="utf-8")
    rows = list(given(SET, path))
    assert [row.question.id for row in rows] == list("abcdef")
    assert [bool(row.error) for row in rows] == [True, False, False, False, False, False]


def test_a_line_that_is_no_answer_is_named(tmp_path: Path) -> None:
    """With its number and the field that is missing."""
    path = tmp_path / "answers.jsonl"
    path.write_text('{"id": "a", "question": "?"}\n', encoding="utf-8")
    with pytest.raises(DatasetInvalid, match=r"line 1.*text"):
        list(given(SET, path))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "x"}, "no field 'id'"),
        ({"id": "z", "text": "x"}, "no answer to a question"),
        ({"id": "a", "text": 3}, "text: input should be a valid string"),
        ({"id": "a", "text": "x", "status": "maybe"}, "status"),
        ({"id": "a", "text": "x", "confidence": 7}, "confidence: must lie in 0..1"),
        ({"id": "a", "text": "x", "citations": [{"n": 1}]}, "citations.0.source"),
        ({"id": "a", "text": "x", "sentences": "no"}, "sentences"),
        ({"id": "a", "text": "x", "tokens": {"prompt": None}}, "tokens.prompt"),
    ],
)
def test_given_answers_that_cannot_be_used_are_refused(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    """In one line that names the file and what is wrong with the field."""
    path = tmp_path / "answers.jsonl"
    path.write_text(json.dumps(row), "utf-8")
    with pytest.raises(DatasetInvalid, match=message):
        list(given(SET, path))


def test_an_answer_that_was_given_twice_is_refused(tmp_path: Path) -> None:
    """Which one is meant cannot be told."""
    path = tmp_path / "answers.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n' * 2, "utf-8")
    with pytest.raises(DatasetInvalid, match=r"line 2.*twice"):
        list(given(SET, path))


def test_another_systems_answer_needs_its_id_and_text(tmp_path: Path) -> None:
    """Markers cite its passages, a blank text is a refusal; everything else may be left out."""
    shown = {"id": "p", "source": DOC.name, "start": 0, "end": 32, "text": SPAN, "score": 1, "rank": 1}
    rows = {"id": "a", "text": "In 1998. [1]", "passages": [shown]}, {"id": "b", "text": " "}
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    first, second, *others = given(SET, path)
    assert [c.quote for c in first.answer.citations] == [SPAN]
    assert (first.answer.status, second.answer.status) == ("answered", "not_in_source")
    assert all(row.error for row in others)
