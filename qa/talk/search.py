"""Passages for a question within a talk: those of the question and of its context, scores added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from index.passage import ScoredPassage
from qa.standalone import Standalone
from qa.talk.topics import Leaning

DEPTH = 50  # passages of each text that are fused
NEAREST = 5  # passages of the talk that the question is tried on
# The score of the best of these, as a share of the question's best: the topic has changed, or is the same.
CHANGED, SAME = 0.15, 0.45
# Of the context's weight, left after a change of topic: what cannot be read alone means the talk after all.
LEAST = {Leaning.NONE: 0.0, Leaning.FAINT: 0.0, Leaning.STRONG: 0.3}


class PassageRetriever(Protocol):
    """What finds passages for a text, scores in 0..1."""

    def retrieve(self, question: str, top_k: int) -> list[ScoredPassage]:
        """The `top_k` best passages, best first."""


def search(retriever: PassageRetriever, asked: Standalone, top_k: int) -> list[ScoredPassage]:
    """The `top_k` best passages, best first, by the weighted mean of their scores for question and context.

    The context counts as far as it agrees with the question: where the question finds something better by
    itself than among what the talk finds, the topic has changed, and the talk is left behind. A text that did
    not find a passage counts for it as for the last one it found. `cosine` and `words` are those for the
    question, if it found the passage.

    Source: a convex combination of scores (Bruch et al. 2023, arXiv:2210.11934), of several queries here.
    """
    if not asked.context:
        return retriever.retrieve(asked.question, top_k)
    depth = max(DEPTH, top_k)
    found = [retriever.retrieve(text, depth) for text in (asked.question, *(c.text for c in asked.context))]
    if not found[0]:
        return []
    seen = {scored.passage.id: scored for part in reversed(found) for scored in part}
    own, *others = [_scores(part, seen) for part in found]
    total = sum(part.weight for part in asked.context)
    talk = {
        id_: sum(c.weight * s[id_] for c, s in zip(asked.context, others, strict=True)) / total
        for id_ in seen
    }
    weight = total * max(_agreement(own, talk), LEAST[asked.leaning])
    scores = {id_: (own[id_] + weight * talk[id_]) / (1 + weight) for id_ in seen}
    best = sorted(scores, key=lambda id_: -scores[id_])[:top_k]
    return [replace(seen[id_], score=scores[id_], rank=rank) for rank, id_ in enumerate(best, start=1)]


def _scores(found: Sequence[ScoredPassage], ids: Iterable[str]) -> dict[str, float]:
    """The score of each passage, found or not."""
    scores = {scored.passage.id: scored.score for scored in found}
    least = min(scores.values(), default=0.0)
    return {id_: scores.get(id_, least) for id_ in ids}


def _agreement(own: Mapping[str, float], talk: Mapping[str, float]) -> float:
    """How far, in 0..1, the talk's best passages are also good ones for the question."""
    most = max(own.values())
    near = sorted(talk, key=lambda id_: -talk[id_])[:NEAREST]
    share = max(own[id_] for id_ in near) / most if most > 0 else 1.0
    return min(1.0, max(0.0, (share - CHANGED) / (SAME - CHANGED)))
