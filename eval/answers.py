"""Answers layout -> answer measures: ask, score each row, sum up. Rows stream by; only scores are held."""

import math
import tempfile
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval import measures
from eval.attribution import Checker, Footnote, WordOverlap, attribute, citation_f1
from eval.dataset import AnswersSet, DatasetInvalid, Question, rows_of
from eval.result import Measure, Result, bootstrap, mean
from eval.rows import Row, RowLog, answer_from, failed, row_key
from index.errors import FootnoteError
from qa.engine import QueryEngine

# In the order they are shown. Means over rows, but for the four that need all rows at once.
ROW_MEASURES = (
    "evidence_hit",
    "first_citation_hit",
    "evidence_precision",
    "quoted_chars",
    "citation_recall",
    "citation_precision",
    "faithfulness",
    "context_precision",
    "context_recall",
    "over_refusal_rate",
    "false_answer_rate",
    "follow_up_first_hit",
    "answer_f1",
)
ATTRIBUTED = ("citation_recall", "citation_precision", "faithfulness")
Scores = Mapping[str, float]  # of one row; a measure the row has no part in is left out


@contextmanager
def engine_for(dataset: AnswersSet, model: str | None = None) -> Iterator[QueryEngine]:
    """An engine over all documents of the set, in an index of its own."""
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        yield QueryEngine.open(*dataset.docs, store=folder, model=model)


def answer_all(
    engine: QueryEngine, dataset: AnswersSet, jobs: int = 1, log: RowLog | None = None, makers: str = ""
) -> Iterator[Row]:
    """Each question with its answer, in order, `jobs` asked at once; what `log` holds is not asked again."""
    ask = partial(_ask, engine)
    with ThreadPoolExecutor(jobs) as pool:
        window: deque[tuple[Question, str, Row | Future[Row]]] = deque()
        for question in dataset.questions:
            key = row_key(question, dataset.corpus, makers)
            known = log.get(key) if log else None
            row = Row(question, answer_from(known["answer"])) if known else pool.submit(ask, question)
            window.append((question, key, row))
            if len(window) > 2 * jobs:
                yield _settle(*window.popleft(), log)
        while window:
            yield _settle(*window.popleft(), log)


def given(dataset: AnswersSet, path: Path, log: RowLog | None = None, makers: str = "") -> Iterator[Row]:
    """The set's questions with the answers in `path`, found by id; a question without one is a failed row.

    Raises:
        DatasetInvalid: a line is not an Answer.
    """
    answers = {}
    for number, row in rows_of(path):
        try:
            answers[str(row.get("id"))] = answer_from(row)
        except DatasetInvalid as error:
            raise DatasetInvalid(f"{path}, line {number}: {error}") from error
    for question in dataset.questions:
        found = answers.get(question.id)
        settled = Row(question, found) if found else failed(question, f"{path.name} holds no answer to it")
        yield _settle(question, row_key(question, dataset.corpus, makers), settled, log)


def _ask(engine: QueryEngine, question: Question) -> Row:
    try:
        return Row(question, engine.ask(question.question, question.history, id=question.id))
    except FootnoteError as error:
        return failed(question, str(error))


def _settle(question: Question, key: str, row: Row | Future[Row], log: RowLog | None) -> Row:
    """The row, once it is there; kept in the log."""
    settled = row if isinstance(row, Row) else row.result()
    if log:
        log.add(key, {"id": question.id, "answer": settled.answer.to_json(), "error": settled.error})
    return settled


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores rows of one set with a checker, and with a second one beside it."""

    dataset: AnswersSet
    texts: Mapping[str, str]
    checker: Checker
    second: Checker

    @classmethod
    def of(cls, dataset: AnswersSet) -> "Scorer":
        """With the project's own checker, and word overlap beside it."""
        return cls(dataset, {doc.name: doc.text for doc in dataset.docs}, Footnote(), WordOverlap())

    def score(self, row: Row) -> dict[str, float]:
        """The row's share in each measure; the second checker's under "NAME|measure"."""
        question, answer = row.question, row.answer
        valid = measures.citation_validity(answer, self.texts)
        scores = {
            "answerable": float(question.answerable),
            "confidence": answer.confidence,
            "answered": float(answer.status == "answered"),
            "failed": float(bool(row.error)),
            "citations": float(len(valid)),
            "valid_citations": sum(valid),
            "quoted_chars": measures.quoted_chars(answer),
        }
        if not question.answerable:
            return scores | {"false_answer_rate": float(answer.status == "answered" or bool(row.error))}
        scores["over_refusal_rate"] = float(answer.status == "not_in_source")
        if question.evidence:
            scores |= self._against_evidence(row)
        if question.answers:
            said = " ".join(sentence.text for sentence in answer.sentences)
            scores["answer_f1"] = measures.answer_f1(said, question.answers)
        for checker, prefix in ((self.checker, ""), (self.second, f"{self.second.name}|")):
            found = attribute(answer, checker)
            scores |= {prefix + name: getattr(found, name) for name in ATTRIBUTED}
        return scores

    def _against_evidence(self, row: Row) -> dict[str, float]:
        answer, gold, all_needed = row.answer, row.question.evidence, self.dataset.all_needed
        first = measures.first_citation_hit(answer, gold)
        return {
            "evidence_hit": measures.evidence_hit(answer, gold, all_needed),
            "first_citation_hit": first,
            "evidence_precision": measures.evidence_precision(answer, gold),
            "context_precision": measures.context_precision(answer.passages, gold),
            "context_recall": measures.context_recall(answer.passages, gold, all_needed),
        } | ({"follow_up_first_hit": first} if row.question.history else {})


class Table:
    """The scores of many rows by column: 8 bytes a score, whatever the rows hold."""

    def __init__(self) -> None:
        self.n = 0
        self._columns: dict[str, array[float]] = {}

    def add(self, scores: Scores) -> None:
        """Add a row."""
        for name in self._columns.keys() | scores.keys():
            column = self._columns.setdefault(name, array("d", [math.nan]) * self.n)
            column.append(scores.get(name, math.nan))
        self.n += 1

    def column(self, name: str) -> np.ndarray:
        """A measure of all rows: float64, (n,), NaN where a row has no part in it."""
        return np.array(self._columns.get(name, [math.nan] * self.n))

    def of(self, name: str) -> np.ndarray:
        """A measure of the rows that have part in it: float64, (up to n,)."""
        column = self.column(name)
        return np.asarray(column[~np.isnan(column)])


def summarise(table: Table) -> dict[str, Measure]:
    """The measures over all rows, each in every mean it belongs to; a measure without rows is left out."""
    citations, valid = table.column("citations"), table.column("valid_citations")
    found = {
        "citation_validity": bootstrap(
            table.n, lambda rows: float(valid[rows].sum() / max(1.0, citations[rows].sum()))
        )
    }
    for name in ROW_MEASURES:
        values = table.of(name)
        if len(values):
            found[name] = mean(values)
        if name == "citation_precision" and len(values):
            found["citation_f1"] = _f1(table)
    if len(table.of("false_answer_rate")) and len(table.of("over_refusal_rate")):
        found |= _refusals(table)
    return found


def _f1(table: Table, prefix: str = "") -> Measure:
    recall, precision = table.of(prefix + "citation_recall"), table.of(prefix + "citation_precision")
    return bootstrap(len(recall), lambda rows: citation_f1(recall[rows].mean(), precision[rows].mean()))


def _refusals(table: Table) -> dict[str, Measure]:
    """What needs both kinds of question; where a resample lacks one kind, that kind's rate is taken as 0."""
    over, false = table.column("over_refusal_rate"), table.column("false_answer_rate")
    confidence, answerable = table.column("confidence"), table.column("answerable") == 1
    chosen: dict[str, Any] = {
        "balanced_accuracy": lambda rows: measures.balanced_accuracy(_mean(over[rows]), _mean(false[rows])),
        "confidence_auroc": lambda rows: measures.auroc(confidence[rows], answerable[rows]),
        "confidence_ece": lambda rows: measures.calibration_error(confidence[rows], answerable[rows]),
    }
    return {name: bootstrap(table.n, statistic) for name, statistic in chosen.items()}


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def baselines(table: Table, second: str) -> dict[str, dict[str, float]]:
    """What the second checker makes of the same answers."""
    if not len(table.of(f"{second}|citation_recall")):
        return {}
    by_second = {name: mean(table.of(f"{second}|{name}")).value for name in ATTRIBUTED}
    return {f"checker: {second}": by_second | {"citation_f1": _f1(table, f"{second}|").value}}


def measure(
    dataset: AnswersSet,
    rows: Iterable[Row],
    settings: Mapping[str, Any] | None = None,
    keep: Callable[[Row, Scores], None] | None = None,
) -> Result:
    """The result over `rows`, each of which is given to `keep` with its scores and then let go."""
    scorer = Scorer.of(dataset)
    table, times = Table(), array("d")
    tokens = {"prompt": 0, "completion": 0}
    model = ""
    warned = 0
    for row in rows:
        scores = scorer.score(row)
        table.add(scores)
        model = model or row.answer.model
        warned += bool(row.answer.warnings)
        tokens = {kind: used + row.answer.tokens.get(kind, 0) for kind, used in tokens.items()}
        if "total" in row.answer.timings_ms:
            times.append(row.answer.timings_ms["total"])
        if keep:
            keep(row, scores)
    counts = {
        "answerable": int(table.of("answerable").sum()),
        "refused": int((table.of("answered") == 0).sum()),
        "warned": warned,
    }
    return Result(
        name=dataset.name,
        kind="answers",
        n=table.n,
        fingerprint=dataset.fingerprint,
        settings={**(settings or {}), "counts": counts},
        model=model,
        checker=scorer.checker.name,
        measures=summarise(table),
        baselines=baselines(table, scorer.second.name),
        timings=timings(times) | {f"{kind}_tokens": float(used) for kind, used in tokens.items()},
        failed=int(table.of("failed").sum()),
    )


def timings(rows_ms: Sequence[float]) -> dict[str, float]:
    """Latency of an answer, in ms; nothing for no rows."""
    if not rows_ms:
        return {}
    return {
        "p50_ms": round(float(np.median(rows_ms)), 2),
        "p95_ms": round(float(np.percentile(rows_ms, 95)), 2),
    }
