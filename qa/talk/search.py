"""Passages for a question within a talk: those of the question and of its context, scores added."""

from dataclasses import replace
from typing import Protocol

from index.passage import ScoredPassage
from qa.standalone import Standalone

DEPTH = 50  # passages of each text that are fused


class PassageRetriever(Protocol):
    """What finds passages for a text, scores in 0..1."""

    def retrieve(self, question: str, top_k: int) -> list[ScoredPassage]:
        """The `top_k` best passages, best first."""


def search(retriever: PassageRetriever, asked: Standalone, top_k: int) -> list[ScoredPassage]:
    """The `top_k` best passages, best first, by the weighted mean of their scores for question and context.

    The weights lean to the question: a full question keeps its own passages whatever was said before, and one
    that says little follows the talk. A text that did not find a passage counts for it as for the last
    one it found. `cosine` and `words` are those for the question, if it found the passage.

    Source: a convex combination of scores (Bruch et al. 2023, arXiv:2210.11934), of several queries here.
    """
    depth = max(DEPTH, top_k)
    if not asked.context:
        return retriever.retrieve(asked.question, top_k)
    parts = [(asked.question, 1.0), *((part.text, part.weight) for part in asked.context)]
    total = sum(weight for _, weight in parts)
    scores: dict[str, float] = {}
    seen: dict[str, ScoredPassage] = {}
    floor = 0.0  # the mean of a passage that no text found
    for text, weight in parts:
        found = retriever.retrieve(text, depth)
        least = found[-1].score if found else 0.0
        floor += weight * least / total
        for scored in found:
            id_ = scored.passage.id
            scores[id_] = scores.get(id_, 0.0) + weight * (scored.score - least) / total
            seen.setdefault(id_, scored)
    best = sorted(scores, key=lambda id_: -scores[id_])[:top_k]
    return [
        replace(seen[id_], score=floor + scores[id_], rank=rank) for rank, id_ in enumerate(best, start=1)
    ]
