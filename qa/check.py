"""Sentence + passages -> how far they support it, and the exact span that carries it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.passage import Passage
from qa.grounding.claim import read_claim
from qa.grounding.comparison import compare
from qa.grounding.evidence import Evidence, read_sentences

WEIGHTS = Path(__file__).parent / "grounding" / "check_weights.json"
SUPPORTED = 0.5  # a score from here on is called supported: where the sets of training/check.py part best
PARTIAL = 0.3  # from here on partial, below it unsupported


@dataclass(frozen=True, slots=True)
class Support:
    """`score` in 0..1; the span (offsets of the source) that carries most; why the score is no higher.

    The score means one thing everywhere: the chance that people call the sentence supported, if good and bad
    sentences are equally frequent. Where `r` times as many are good the chance is r * s / (1 + (r - 1) * s):
    higher than the score in answers of strong models. `eval grounding` measures it (`ece_balanced`).
    """

    score: float
    passage: Passage | None
    start: int
    end: int
    reasons: tuple[str, ...] = ()


class Ground:
    """Passages read once, to check any number of sentences against. It goes by words and facts alone."""

    name = "footnote"

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._sentences = {passage.id: read_sentences(passage) for passage in passages}
        self._evidence: dict[tuple[str, ...], Evidence] = {}

    def support(self, sentence: str, cited: Sequence[Passage] | None = None) -> Support:
        """How far the passages (only `cited`, if given) support `sentence`."""
        evidence = self._among(cited)
        found = compare(read_claim(sentence), evidence, self._named(evidence))
        score = _probability(found.features)
        if not found.span:
            return Support(score, None, 0, 0, found.reasons)
        first, last = found.span[0], found.span[-1]
        return Support(score, first.passage, first.start, last.end, found.reasons)

    def _named(self, evidence: Evidence) -> str:
        """What was looked at, for people: an absence holds there and nowhere else."""
        held = len({sentence.passage.id for sentence in evidence.sentences})
        if held >= sum(bool(sentences) for sentences in self._sentences.values()):
            return "the passages shown"
        return "the passage cited" if held == 1 else "the passages cited"

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


def _probability(features: Mapping[str, float]) -> float:
    """Logistic regression; weights are written by training/check.py."""
    weights = _weights()
    total = weights["bias"] + sum(
        weight * features[name] for name, weight in weights.items() if name != "bias"
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
