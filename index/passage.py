"""The types every room speaks. Offsets are half-open, in code points of the source's text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A document as the user gave it.

    `page_starts` holds the offset of each page's first character; it is empty for a text without pages.
    """

    name: str
    title: str
    text: str
    sha256: str
    page_starts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a source: `source.text[start:end] == text`. Our unit of retrieval."""

    id: str
    source: str
    title: str
    sha256: str
    start: int
    end: int
    text: str
    heading: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage as retrieved for one question.

    `score` ranks and lies in 0..1; `cosine` is the real cosine to the question, in -1..1, and `words` the
    share of the question's term weight that the passage holds, in 0..1: all comparable between questions.
    """

    passage: Passage
    score: float
    cosine: float
    words: float
    rank: int
