"""Sentence + passages -> how far they support it, and the exact span that carries it."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.passage import Passage
from index.sentences import sentence_spans, trim
from index.words import terms


@dataclass(frozen=True, slots=True)
class Support:
    """`score` in 0..1; the span of the passage (offsets of its source) that carries most; why it is no higher."""

    score: float
    passage: Passage | None
    start: int
    end: int
    reasons: tuple[str, ...] = ()


class Ground:
    """Passages read once, to check any number of sentences against."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._sentences = [
            (passage, passage.start + start, passage.start + end, set(terms(passage.text[start:end])))
            for passage in passages
            for start, end in (trim(passage.text, span) for span in sentence_spans(passage.text))
        ]

    def support(self, sentence: str, cited: Sequence[Passage] | None = None) -> Support:
        """How far the passages (only `cited`, if given) support `sentence`: the share of its terms in the best span."""
        asked = set(terms(sentence))
        allowed = None if cited is None else {passage.id for passage in cited}
        best = Support(0.0, None, 0, 0)
        for passage, start, end, held in self._sentences:
            if allowed is None or passage.id in allowed:
                score = len(asked & held) / max(1, len(asked))
                if score > best.score:
                    best = Support(score, passage, start, end)
        return best
