"""Citation, Sentence, Answer: what everyone downstream reads. Field names are the contract's."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from index.passage import ScoredPassage

Status = Literal["answered", "not_in_source"]
Verdict = Literal["supported", "partial", "unsupported", "misattributed", "uncited"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked pointer: `quote == text_of(source)[start:end]`; n is the footnote's number, from 1."""

    n: int
    source: str
    title: str
    sha256: str
    start: int
    end: int
    quote: str
    passage_id: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer, without markers; `support` in 0..1 says how far its citations carry it."""

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    support: float


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage as the answerer was shown it."""

    id: str
    source: str
    start: int
    end: int
    text: str
    score: float
    rank: int

    @classmethod
    def of(cls, scored: ScoredPassage) -> "ShownPassage":
        """The contract's view of a scored passage."""
        passage = scored.passage
        return cls(
            passage.id,
            passage.source,
            passage.start,
            passage.end,
            passage.text,
            round(scored.score, 4),
            scored.rank,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with everything needed to check it.

    `not_in_source` has no sentences and no citations; its passages are the nearest ones.
    `confidence`, in 0..1, says how sure we are that the source holds the answer.
    """

    question: str
    standalone: str
    status: Status
    text: str
    model: str
    confidence: float
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[ShownPassage, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=lambda: {"prompt": 0, "completion": 0})
    warnings: tuple[str, ...] = ()
    id: str | None = None
    choices: tuple[str, ...] = ()  # questions that may have been meant: this one fits each of them equally
    cost_usd: float | None = None  # of the model's tokens; None without a model or without prices set

    def to_json(self) -> dict[str, Any]:
        """The contract's object, ready for `json.dumps`."""
        return {"id": self.id} | asdict(self)
