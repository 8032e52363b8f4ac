"""The data layouts on disk -> data sets; eval/README.md describes them. Every error names file and line."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.dataset import AnswersSet, DatasetInvalid, Evidence, Question, RetrievalSet, drifted
from eval.lines import Fields, rows_of, text_of
from index.passage import Source
from index.source import ARTICLE, read_source

QUESTIONS = Path(__file__).parent / "questions.jsonl"


def article_set() -> AnswersSet:
    """The bundled article and its own questions.

    Raises:
        DatasetInvalid: an evidence span has drifted from its quote.
    """
    return _checked(
        AnswersSet("article", (read_source(ARTICLE, ARTICLE.name),), tuple(_questions(QUESTIONS))), QUESTIONS
    )


def read_answers(folder: Path) -> AnswersSet:
    """The answers layout in `folder`: docs/ and questions.jsonl.

    Raises:
        DatasetInvalid: a file is missing, a row is malformed, or a span has drifted from its quote.
    """
    docs = sorted(path for path in (folder / "docs").glob("*") if path.suffix in {".txt", ".md"})
    if not docs:
        raise DatasetInvalid(
            f"{folder}: no docs/*.txt or *.md; an answers layout has docs/ and questions.jsonl"
        )
    sources = tuple(read_source(path, path.name) for path in docs)
    path = folder / "questions.jsonl"
    name = folder.resolve().name
    return _checked(AnswersSet(name, sources, tuple(_questions(path)), all_needed=name == "chunking"), path)


def read_retrieval(folder: Path) -> RetrievalSet:
    """The BEIR layout in `folder`: corpus.jsonl, queries.jsonl, qrels/test.tsv.

    Raises:
        DatasetInvalid: a file is missing or empty, a row is malformed or repeats an id, or no
            query is judged.
    """
    corpus, queries, judged = (
        folder / name for name in ("corpus.jsonl", "queries.jsonl", Path("qrels", "test.tsv"))
    )
    dataset = RetrievalSet(
        folder.resolve().name, tuple(_documents(corpus)), tuple(_queries(queries)), _qrels(judged)
    )
    _once(corpus, (doc.name for doc in dataset.docs))
    _once(queries, (query.id for query in dataset.queries))
    if not any(query.id in dataset.qrels for query in dataset.queries):
        raise DatasetInvalid(f"{judged}: judges no query of queries.jsonl; its first column holds their _id")
    return dataset


def _documents(path: Path) -> Iterator[Source]:
    for number, row in rows_of(path):
        fields = Fields(row, f"{path}, line {number}")
        text = row.get("text")
        if not isinstance(text, str):  # an empty one is allowed: a document may be a title alone
            fields.refuse("no field 'text', or it is not a string")
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        yield Source(fields.id("_id"), str(row.get("title") or ""), text, sha256)


def _queries(path: Path) -> Iterator[Question]:
    for number, row in rows_of(path):
        place = f"{path}, line {number}"
        metadata = row.get("metadata") or {}
        if not isinstance(metadata, dict):
            raise DatasetInvalid(f"{place}: 'metadata' must be an object")
        yield Question(
            id=Fields(row, place).id("_id"),
            question=Fields(row, place).text("text"),
            history=_history(Fields(metadata, place)),
            answerable=True,
            evidence=(),
            answers=(),
        )


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if not line.strip() or (number == 1 and line.startswith("query-id")):
            continue
        try:
            query, document, score = line.split("\t")
            qrels.setdefault(query, {})[document] = int(score)
        except ValueError as error:
            raise DatasetInvalid(
                f"{path}, line {number}: need query-id, corpus-id and a whole score, parted by tabs"
            ) from error
    return qrels


def _questions(path: Path) -> Iterator[Question]:
    for number, row in rows_of(path):
        fields = Fields(row, f"{path}, line {number}")
        spans = tuple(_evidence(span, fields) for span in fields.items("evidence"))
        answerable = fields.flag("answerable", bool(spans))
        if spans and not answerable:
            fields.refuse("has evidence, but 'answerable' is false; take one of them away")
        yield Question(
            id=fields.id("id"),
            question=fields.text("question"),
            history=_history(fields),
            answerable=answerable,
            evidence=spans,
            answers=fields.texts("answers"),
            tags=fields.texts("tags"),
            split=str(row.get("split") or ""),
        )


def _history(fields: Fields) -> tuple[Mapping[str, str], ...]:
    turns = fields.items("history")
    for turn in turns:
        if not isinstance(turn, dict) or not all(isinstance(turn.get(k), str) for k in ("role", "content")):
            fields.refuse("each turn of history needs role and content")
    return tuple(turns)


def _evidence(span: Any, fields: Fields) -> Evidence:
    named = isinstance(span, dict) and isinstance(span.get("doc"), str)
    if not named or any(type(span.get(key)) is not int for key in ("start", "end")):
        fields.refuse("evidence needs doc, start and end (a file's name and two whole numbers)")
    return Evidence(span["doc"], span["start"], span["end"], span.get("quote"))


def _checked(dataset: AnswersSet, path: Path) -> AnswersSet:
    """The set itself, if its rows agree with each other and with its documents."""
    texts = {doc.name: doc.text for doc in dataset.docs}
    _once(path, (question.id for question in dataset.questions))
    for question in dataset.questions:
        for span in question.evidence:
            if span.doc not in texts:
                raise DatasetInvalid(f"{path}: {question.id} has evidence in {span.doc!r}, not in docs/")
            if not 0 <= span.start < span.end <= len(texts[span.doc]):
                raise DatasetInvalid(
                    f"{path}: {question.id} has evidence {span.start}..{span.end}, outside {span.doc} "
                    f"(0..{len(texts[span.doc])})"
                )
    stale = drifted(dataset)
    if stale:
        more = f" (and {len(stale) - 1} more)" if len(stale) > 1 else ""
        raise DatasetInvalid(f"{path}: an evidence span has drifted: {stale[0]}{more}")
    return dataset


def _once(path: Path, ids: Iterable[str]) -> None:
    """That there are rows, each with an id of its own."""
    counts = Counter(ids)
    if not counts:
        raise DatasetInvalid(f"{path}: no {path.stem} in it; it needs a JSON object on each line")
    name, most = counts.most_common(1)[0]
    if most > 1:
        raise DatasetInvalid(f"{path}: the id {name!r} stands twice; give each row its own")
