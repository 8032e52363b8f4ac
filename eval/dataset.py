"""Data sets as typed rows: questions with their gold evidence, documents, and which rows to run."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.errors import FootnoteError
from index.passage import Source


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


def _hash(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
