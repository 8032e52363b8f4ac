"""Answers layout -> answer measures: ask, score each row, sum up. Rows stream by; only scores are held."""

import tempfile
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from eval import measures
from eval.attribution import Checker, Footnote, WordOverlap, attribute
from eval.dataset import AnswersSet, DatasetInvalid, Question
from eval.lines import Fields, rows_of
from eval.result import Result
from eval.rows import Row, RowLog, answer_from, failed, row_key
from eval.table import ATTRIBUTED, Scores, Table, baselines, summarise
from index.errors import FootnoteError
from qa.answer import Answer
from qa.engine import QueryEngine


@contextmanager
def engine_for(dataset: AnswersSet, model: str | None = None) -> Iterator[QueryEngine]:
    """An engine over all documents of the set, in an index of its own."""
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        yield QueryEngine.open(*dataset.docs, store=folder, model=model)


def answer_all(
    open_engine: Callable[[], QueryEngine],
    dataset: AnswersSet,
    jobs: int = 1,
    log: RowLog | None = None,
    makers: str = "",
) -> Iterator[Row]:
    """Each question with its answer, in order, `jobs` asked at once; what `log` holds is not asked again.

    The engine is opened when the first question has to be asked.
    """
    opened = cache(open_engine)
    with ThreadPoolExecutor(jobs) as pool:
        window: deque[Callable[[], Row]] = deque()
        for question in dataset.questions:
            key = row_key(question, dataset.corpus, makers)
            known = log.get(key) if log else None
            if known:
                window.append(partial(Row, question, answer_from(known["answer"])))
            else:
                window.append(partial(_settle, key, pool.submit(_ask, opened(), question), log))
            if len(window) > 2 * jobs:
                yield window.popleft()()
        while window:
            yield window.popleft()()


def given(dataset: AnswersSet, path: Path, log: RowLog | None = None, makers: str = "") -> Iterator[Row]:
    """The set's questions with the answers in `path`, found by id; a question without one is a failed row.

    Raises:
        DatasetInvalid: a line is not an Answer, an id is missing or stands twice, or none is the set's.
    """
    answers = _given_answers(path)
    if not any(question.id in answers for question in dataset.questions):
        raise DatasetInvalid(f"{path}: no answer to a question of {dataset.name}; each line needs its id")
    for question in dataset.questions:
        found = answers.get(question.id)
        settled = Row(question, found) if found else failed(question, f"{path.name} holds no answer to it")
        yield _keep(row_key(question, dataset.corpus, makers), settled, log)


def _given_answers(path: Path) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for number, row in rows_of(path):
        place = f"{path}, line {number}"
        name = Fields(row, place).id("id")
        if name in answers:
            raise DatasetInvalid(f"{place}: the id {name!r} stands twice; give each answer its own")
        try:
            answers[name] = answer_from(row | {"id": name})
        except DatasetInvalid as error:
            raise DatasetInvalid(f"{place}: {error}") from error
    return answers


def _ask(engine: QueryEngine, question: Question) -> Row:
    try:
        return Row(question, engine.ask(question.question, question.history, id=question.id))
    except FootnoteError as error:
        return failed(question, str(error))


def _settle(key: str, row: Future[Row], log: RowLog | None) -> Row:
    return _keep(key, row.result(), log)


def _keep(key: str, row: Row, log: RowLog | None) -> Row:
    if log:
        log.add(key, {"id": row.question.id, "answer": row.answer.to_json(), "error": row.error})
    return row


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
        tokens, cost = measures.tokens(answer), measures.cost_usd(answer)
        scores |= {"tokens": tokens} if tokens is not None else {}
        scores |= {"cost_usd_per_1000": 1000 * cost} if cost is not None else {}
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
