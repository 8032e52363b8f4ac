"""The data layouts -> typed rows. Every error names the file and the line."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
    """A span of a document that answers by itself (all of them are needed only in a chunking set)."""

    doc: str
    start: int
    end: int


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
        parts = [f"{doc.name}:{doc.sha256}" for doc in self.docs] + [repr(q) for q in self.questions]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


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
        parts.append(json.dumps(self.qrels, sort_keys=True))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def article_set() -> AnswersSet:
    """The bundled article and its own questions."""
    return AnswersSet("article", (read_source(ARTICLE, ARTICLE.name),), tuple(_questions(QUESTIONS)))


def read_answers(folder: Path) -> AnswersSet:
    """The answers layout in `folder`: docs/ and questions.jsonl.

    Raises:
        DatasetInvalid: a file is missing or a row is malformed.
    """
    docs = sorted(path for path in (folder / "docs").glob("*") if path.suffix in {".txt", ".md"})
    if not docs:
        raise DatasetInvalid(
            f"{folder}: no docs/*.txt or *.md; an answers layout has docs/ and questions.jsonl"
        )
    sources = tuple(read_source(path, path.name) for path in docs)
    questions = tuple(_questions(folder / "questions.jsonl"))
    return AnswersSet(folder.name, sources, questions, all_needed=folder.name == "chunking")


def read_retrieval(folder: Path) -> RetrievalSet:
    """The BEIR layout in `folder`: corpus.jsonl, queries.jsonl, qrels/test.tsv.

    Raises:
        DatasetInvalid: a file is missing or a row is malformed.
    """
    docs = []
    for number, row in _rows(folder / "corpus.jsonl"):
        text = _field(row, "text", folder / "corpus.jsonl", number)
        name = _field(row, "_id", folder / "corpus.jsonl", number)
        sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        docs.append(Source(str(name), str(row.get("title") or ""), text, sha256))
    queries = tuple(
        Question(
            id=str(_field(row, "_id", folder / "queries.jsonl", number)),
            question=_field(row, "text", folder / "queries.jsonl", number),
            history=tuple((row.get("metadata") or {}).get("history") or ()),
            answerable=True,
            evidence=(),
            answers=(),
        )
        for number, row in _rows(folder / "queries.jsonl")
    )
    return RetrievalSet(folder.name, tuple(docs), queries, _qrels(folder / "qrels" / "test.tsv"))


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
    for number, row in _rows(path):
        evidence = row.get("evidence") or ()
        try:
            spans = tuple(Evidence(str(e["doc"]), int(e["start"]), int(e["end"])) for e in evidence)
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetInvalid(f"{path}, line {number}: evidence needs doc, start and end") from error
        yield Question(
            id=str(_field(row, "id", path, number)),
            question=_field(row, "question", path, number),
            history=tuple(row.get("history") or ()),
            answerable=bool(row.get("answerable", bool(spans))),
            evidence=spans,
            answers=tuple(row.get("answers") or ()),
            tags=tuple(row.get("tags") or ()),
            split=str(row.get("split") or ""),
        )


def _field(row: Mapping[str, Any], key: str, path: Path, number: int) -> Any:
    if key not in row:
        raise DatasetInvalid(f"{path}, line {number}: no field {key!r}")
    return row[key]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise DatasetInvalid(f"{path}, line {number}: not JSON ({error.msg})") from error
            if not isinstance(row, dict):
                raise DatasetInvalid(f"{path}, line {number}: not a JSON object")
            yield number, row


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DatasetInvalid(f"{path}: no such file; see eval/README.md for the layouts") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(f"{path}: cannot be read as UTF-8 text") from error
