"""The data layouts -> typed rows. Every error names the file and the line."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import FootnoteError
from index.passage import Source
from index.source import ARTICLE, read_source

QUESTIONS = Path(__file__).parent / "questions.jsonl"


class DatasetInvalid(FootnoteError):
    """A data set is not in the layout it should be in."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of a document that answers by itself (all of them are needed only in a chunking set).

    `quote` is the span's text as the author saw it, where the set says so: it shows when a span has drifted.
    """

    doc: str
    start: int
    end: int
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One row of an answers layout."""

    id: str
    question: str
    history: tuple[Mapping[str, str], ...]
    answerable: bool
    evidence: tuple[Evidence, ...]
    answers: tuple[str, ...]
    tags: tuple[str, ...] = ()
    split: str = ""


@dataclass(frozen=True, slots=True)
class AnswersSet:
    """Documents and the questions asked of them; `all_needed`: evidence spans are needed together."""

    name: str
    docs: tuple[Source, ...]
    questions: tuple[Question, ...]
    all_needed: bool = False

    @property
    def fingerprint(self) -> str:
        """A hash of documents and questions: results compare only where it is the same."""
        return _hash([f"{doc.name}:{doc.sha256}" for doc in self.docs] + [repr(q) for q in self.questions])

    @property
    def corpus(self) -> str:
        """A hash of the documents alone: answers stay good while it is the same."""
        return _hash([f"{doc.name}:{doc.sha256}" for doc in self.docs])


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """A BEIR set: one source per document, queries, and relevance by query and document id."""

    name: str
    docs: tuple[Source, ...]
    queries: tuple[Question, ...]
    qrels: Mapping[str, Mapping[str, int]]

    @property
    def fingerprint(self) -> str:
        """A hash of documents, queries and judgements."""
        parts = [f"{d.name}:{d.sha256}" for d in self.docs] + [repr(q) for q in self.queries]
        return _hash([*parts, json.dumps(self.qrels, sort_keys=True)])


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows to run: of one split ("all": of each), with one of `tags` (none: any), the first `limit`."""

    split: str = "all"
    tags: tuple[str, ...] = ()
    limit: int | None = None

    @property
    def whole(self) -> bool:
        """Whether a whole split is run, so that its gates mean something."""
        return not self.tags and self.limit is None


def select(dataset: AnswersSet, selection: Selection) -> AnswersSet:
    """The set with the chosen questions only.

    Raises:
        DatasetInvalid: nothing is left; the message names the splits and tags there are.
    """
    chosen = [
        question
        for question in dataset.questions
        if selection.split in {"all", question.split}
        and (not selection.tags or set(selection.tags) & set(question.tags))
    ][: selection.limit]
    if not chosen:
        tags = sorted({tag for q in dataset.questions for tag in q.tags})
        splits = sorted({q.split for q in dataset.questions if q.split})
        raise DatasetInvalid(
            f"{dataset.name}: no question is left; it has the splits {', '.join(['all', *splits])} "
            f"and the tags {', '.join(tags) or '(none)'}"
        )
    return replace(dataset, questions=tuple(chosen))


def drifted(dataset: AnswersSet) -> list[str]:
    """One line for each evidence span that no longer holds its quote."""
    texts = {doc.name: doc.text for doc in dataset.docs}
    return [
        f"{question.id}: {span.doc}[{span.start}:{span.end}] holds "
        f"{texts[span.doc][span.start : span.end]!r}, not {span.quote!r}"
        for question in dataset.questions
        for span in question.evidence
        if span.quote is not None and texts[span.doc][span.start : span.end] != span.quote
    ]


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
        DatasetInvalid: a file is missing or a row is malformed.
    """
    docs = []
    for number, row in rows_of(folder / "corpus.jsonl"):
        text = _string(row, "text", folder / "corpus.jsonl", number)
        name = str(_field(row, "_id", folder / "corpus.jsonl", number))
        sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        docs.append(Source(name, str(row.get("title") or ""), text, sha256))
    queries = tuple(
        Question(
            id=str(_field(row, "_id", folder / "queries.jsonl", number)),
            question=_string(row, "text", folder / "queries.jsonl", number),
            history=tuple((row.get("metadata") or {}).get("history") or ()),
            answerable=True,
            evidence=(),
            answers=(),
        )
        for number, row in rows_of(folder / "queries.jsonl")
    )
    qrels = _qrels(folder / "qrels" / "test.tsv")
    return RetrievalSet(folder.resolve().name, tuple(docs), queries, qrels)


def _checked(dataset: AnswersSet, path: Path) -> AnswersSet:
    """The set itself, if its rows agree with each other and with its documents."""
    texts = {doc.name: doc.text for doc in dataset.docs}
    seen: set[str] = set()
    for question in dataset.questions:
        if question.id in seen:
            raise DatasetInvalid(f"{path}: the id {question.id!r} stands twice; give each row its own")
        seen.add(question.id)
        for span in question.evidence:
            if span.doc not in texts:
                raise DatasetInvalid(f"{path}: {question.id} has evidence in {span.doc!r}, not in docs/")
            if not 0 <= span.start < span.end <= len(texts[span.doc]):
                raise DatasetInvalid(
                    f"{path}: {question.id} has evidence {span.start}..{span.end}, outside {span.doc} "
                    f"(0..{len(texts[span.doc])})"
                )
    if not dataset.questions:
        raise DatasetInvalid(f"{path}: no questions in it")
    stale = drifted(dataset)
    if stale:
        more = f" (and {len(stale) - 1} more)" if len(stale) > 1 else ""
        raise DatasetInvalid(f"{path}: an evidence span has drifted: {stale[0]}{more}")
    return dataset


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_text(path).splitlines()[1:], start=2):
        cells = line.split("\t")
        try:
            query, document, score = cells
            qrels.setdefault(query, {})[document] = int(score)
        except ValueError as error:
            raise DatasetInvalid(
                f"{path}, line {number}: need query-id, corpus-id and a whole score, parted by tabs"
            ) from error
    return qrels


def _questions(path: Path) -> Iterator[Question]:
    for number, row in rows_of(path):
        spans = tuple(_evidence(e, path, number) for e in row.get("evidence") or ())
        history = tuple(row.get("history") or ())
        if not all(isinstance(turn, dict) and isinstance(turn.get("content"), str) for turn in history):
            raise DatasetInvalid(f"{path}, line {number}: each turn of history needs role and content")
        yield Question(
            id=str(_field(row, "id", path, number)),
            question=_string(row, "question", path, number),
            history=history,
            answerable=bool(row.get("answerable", bool(spans))),
            evidence=spans,
            answers=tuple(map(str, row.get("answers") or ())),
            tags=tuple(map(str, row.get("tags") or ())),
            split=str(row.get("split") or ""),
        )


def _evidence(row: Any, path: Path, number: int) -> Evidence:
    try:
        quote = row.get("quote")
        return Evidence(str(row["doc"]), int(row["start"]), int(row["end"]), quote)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DatasetInvalid(f"{path}, line {number}: evidence needs doc, start and end") from error


def _string(row: Mapping[str, Any], key: str, path: Path, number: int) -> str:
    value = _field(row, key, path, number)
    if not isinstance(value, str):
        raise DatasetInvalid(f"{path}, line {number}: {key!r} is not a string")
    return value


def _field(row: Mapping[str, Any], key: str, path: Path, number: int) -> Any:
    if key not in row:
        raise DatasetInvalid(f"{path}, line {number}: no field {key!r}")
    return row[key]


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of each line of a JSONL file; blank lines are skipped.

    Raises:
        DatasetInvalid: the file is missing or not UTF-8, or a line is not a JSON object.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _object(line, path, number)
    except FileNotFoundError as error:
        raise DatasetInvalid(f"{path}: no such file; see eval/README.md for the layouts") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(f"{path}: cannot be read as UTF-8 text") from error


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise DatasetInvalid(f"{path}, line {number}: not JSON ({error.msg})") from error
    if not isinstance(row, dict):
        raise DatasetInvalid(f"{path}, line {number}: not a JSON object")
    return row


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DatasetInvalid(f"{path}: no such file; see eval/README.md for the layouts") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(f"{path}: cannot be read as UTF-8 text") from error


def _hash(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
