"""Sentence + passages -> how far they support it, and the exact span that carries it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.passage import Passage
from index.token_vectors import TokenReader
from qa.grounding.claim import read_claim
from qa.grounding.comparison import compare
from qa.grounding.evidence import Evidence, read_sentences

WEIGHTS = Path(__file__).parent / "grounding" / "check_weights.json"
SUPPORTED = 0.5  # a score from here on is called supported: where the sets of training/check.py part best
PARTIAL = 0.3  # from here on partial, below it unsupported


@dataclass(frozen=True, slots=True)
class Support:
    """`score` in 0..1; the span (offsets of the source) that carries most; why the score is no higher.

    The score reads as the chance that people call the sentence supported where they do so every second time;
    where most sentences are good, as in answers of strong models, the chance is higher than the score.
    """

    score: float
    passage: Passage | None
    start: int
    end: int
    reasons: tuple[str, ...] = ()


class Ground:
    """Passages read once, to check any number of sentences against.

    With a `reader` of token vectors wording may differ from the passages'; without, it goes by words alone.
    """

    name = "footnote"

    def __init__(self, passages: Sequence[Passage], reader: TokenReader | None = None) -> None:
        self._reader = reader
        self._sentences = {passage.id: read_sentences(passage) for passage in passages}
        self._evidence: dict[tuple[str, ...], Evidence] = {}

    def support(self, sentence: str, cited: Sequence[Passage] | None = None) -> Support:
        """How far the passages (only `cited`, if given) support `sentence`."""
        found = compare(read_claim(sentence), self._among(cited), self._reader)
        score = _probability(found.features, "words" if self._reader is None else "vectors")
        if not found.span:
            return Support(score, None, 0, 0, found.reasons)
        first, last = found.span[0], found.span[-1]
        return Support(score, first.passage, first.start, last.end, found.reasons)

    def _among(self, cited: Sequence[Passage] | None) -> Evidence:
        """The evidence in all passages, or in those cited: put together once."""
        ids = (
            tuple(self._sentences)
            if cited is None
            else tuple(sorted({p.id for p in cited} & self._sentences.keys()))
        )
        if ids not in self._evidence:
            self._evidence[ids] = Evidence([sentence for id_ in ids for sentence in self._sentences[id_]])
        return self._evidence[ids]


def _probability(features: Mapping[str, float], model: str) -> float:
    """Logistic regression; weights are written by training/check.py."""
    weights = _weights()[model]
    total = weights["bias"] + sum(
        weight * features[name] for name, weight in weights.items() if name != "bias"
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, Mapping[str, float]]:
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
