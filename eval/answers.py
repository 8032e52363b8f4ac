"""Answers layout -> answer measures."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from eval import measures
from eval.dataset import AnswersSet, Question
from eval.result import Measure, Result, mean
from qa.answer import Answer
from qa.engine import QueryEngine

Row = tuple[Question, Answer]


@contextmanager
def engine_for(dataset: AnswersSet, model: str | None = None) -> Iterator[QueryEngine]:
    """An engine over all documents of the set, in an index of its own."""
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        yield QueryEngine.open(*dataset.docs, store=folder, model=model)


def answer_all(engine: QueryEngine, dataset: AnswersSet) -> Iterator[Row]:
    """Each question with its answer, in the set's order."""
    for question in dataset.questions:
        yield question, engine.ask(question.question, question.history, id=question.id)


def measure(dataset: AnswersSet, rows: list[Row]) -> Result:
    """The measures over all rows; every question is in every mean it belongs to."""
    texts = {doc.name: doc.text for doc in dataset.docs}
    asked = [(q, a) for q, a in rows if q.answerable]
    silent = [(q, a) for q, a in rows if not q.answerable]
    follow_ups = [(q, a) for q, a in asked if q.history]
    refused = [a.status == "not_in_source" for _, a in rows]
    kept = [v for _, a in rows for v in measures.citation_validity(a, texts)]
    found: dict[str, Measure] = {
        "citation_validity": mean(kept),
        "evidence_hit": mean([measures.evidence_hit(a, q.evidence) for q, a in asked]),
        "first_citation_hit": mean([measures.first_citation_hit(a, q.evidence) for q, a in asked]),
        "evidence_precision": mean([measures.evidence_precision(a, q.evidence) for q, a in asked]),
        "quoted_chars": mean([measures.quoted_chars(a) for _, a in rows]),
        "over_refusal_rate": mean([float(a.status == "not_in_source") for _, a in asked]),
    }
    if silent:
        answerable = [q.answerable for q, _ in rows]
        found["false_answer_rate"] = mean([float(a.status == "answered") for _, a in silent])
        right = 1 - (found["over_refusal_rate"].value + found["false_answer_rate"].value) / 2
        found["balanced_accuracy"] = _plain(right)
        found["confidence_auroc"] = _plain(measures.auroc([a.confidence for _, a in rows], answerable))
    if follow_ups:
        found["follow_up_first_hit"] = mean(
            [measures.first_citation_hit(a, q.evidence) for q, a in follow_ups]
        )
    times = np.array([a.timings_ms["total"] for _, a in rows])
    return Result(
        name=dataset.name,
        kind="answers",
        n=len(rows),
        fingerprint=dataset.fingerprint,
        settings={"refused": sum(refused)},
        model=rows[0][1].model if rows else "",
        checker="",
        measures=found,
        timings={"p50_ms": float(np.median(times)), "p95_ms": float(np.percentile(times, 95))},
    )


def _plain(value: float) -> Measure:
    return Measure(round(value, 4), round(value, 4), round(value, 4))
