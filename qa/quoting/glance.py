"""A question and the sentences of its passages -> what a glance tells of each: words held, and nearness.

A glance costs next to nothing. It says which sentences are worth reading together with the question, and is
weighed beside what the reading makes of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.words import terms
from qa.quoting.reading import ReadPassage, ReadQuestion, unit

READ = 400  # tokens of the passages that are read together with a question
GLANCE_NAMES = ("held with the one before", "cosine", "close by weight")
# What makes a sentence worth reading, summed.
_PROMISING = {"close by weight": 1.0, "cosine": 1.0, "held with the one before": 0.3}


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What a glance tells of sentences of passages, in order.

    `features`: float32, (n_sentences, len(GLANCE_NAMES)); `near`: float32, (n_sentences, n_tokens), for each
    token of the question the cosine of the sentence's nearest; `passage`: int, (n_sentences,), the number of
    its passage.
    """

    features: np.ndarray
    near: np.ndarray
    passage: np.ndarray

    @property
    def promise(self) -> np.ndarray:
        """How much each sentence promises to answer: float32, (n_sentences,)."""
        columns = [GLANCE_NAMES.index(name) for name in _PROMISING]
        return np.asarray(self.features[:, columns] @ np.array(list(_PROMISING.values()), np.float32))


def glance(asked: ReadQuestion, read: Sequence[ReadPassage]) -> Glance:
    """The sentences of passages at a glance.

    "Held" is the share of the question's idf that the terms of the sentence and the one before hold.
    "Cosine" is that of the means of their tokens. "Close" is late interaction: for each token of the question
    the cosine of the nearest token of the sentence, averaged by idf (Khattab & Zaharia 2020, ColBERT,
    arXiv:2004.12832; the states here are MiniLM's own, in the context of the passage).
    """
    parts = [(n, part) for n, part in enumerate(read) if part.spans]
    if not parts:
        none = np.zeros((0, len(asked.token_weights)), dtype=np.float32)
        return Glance(np.zeros((0, len(GLANCE_NAMES)), np.float32), none, np.zeros(0, int))
    near = [_nearest(asked, part) for _, part in parts]
    rows = [_features(asked, part, found) for (_, part), found in zip(parts, near, strict=True)]
    passage = np.repeat([n for n, _ in parts], [len(part.spans) for _, part in parts])
    return Glance(np.concatenate(rows), np.concatenate(near), passage)


def worth_reading(
    read: Sequence[ReadPassage], promise: np.ndarray, budget: float = READ, always: np.ndarray | None = None
) -> list[ReadPassage]:
    """The passages without titles and headings, and without the sentences for which there is no room.

    `budget` tokens go to the most promising ones; the best stays, however long it is, and so do those marked
    in `always`: bool, (n_sentences,). A heading that asks the question makes whatever stands under it look
    like an answer; what it says is in the states of the others, which were read under it.
    """
    sizes = np.concatenate([np.zeros(0, int), *(part.sizes for part in read)])
    says = np.array([not text.startswith("#") for part in read for text in part.texts], dtype=bool)
    order = np.argsort(-promise, kind="stable")
    order = order[(says & (sizes > 0))[order]]
    kept = np.zeros(len(sizes), dtype=bool) if always is None else always.copy()
    kept[order[np.cumsum(sizes[order]) <= budget]] = True
    kept[order[:1]] = True
    ends = np.cumsum([len(part.spans) for part in read])
    return [part.cut(kept[end - len(part.spans) : end]) for part, end in zip(read, ends, strict=True)]


def _features(asked: ReadQuestion, part: ReadPassage, near: np.ndarray) -> np.ndarray:
    """The values of GLANCE_NAMES for each sentence: float32, (n_sentences, len(GLANCE_NAMES))."""
    total = sum(asked.weights.values()) or 1.0

    def held(found: frozenset[str]) -> float:
        return sum(weight for term, weight in asked.weights.items() if term in found) / total

    title = frozenset(terms(f"{part.passage.title} {part.passage.heading}"))
    before = [title, *part.terms]
    pairs = [held(own | last) for own, last in zip(part.terms, before, strict=False)]
    weights = asked.token_weights
    close = near @ weights if len(weights) else np.zeros(len(near))
    return np.column_stack([pairs, part.vectors @ asked.vector, close]).astype(np.float32)


def _nearest(asked: ReadQuestion, part: ReadPassage) -> np.ndarray:
    """For each sentence and each token of the question, the cosine of the nearest token of the sentence."""
    real = asked.read.spans[:, 1] > asked.read.spans[:, 0]  # without the model's own marks
    nearest = np.zeros((len(part.spans), int(real.sum())), dtype=np.float32)
    inside = part.sentence >= 0
    there, starts = np.unique(part.sentence[inside], return_index=True)
    if len(there):  # else the model has read none of it
        alike = part.tokens[inside].astype(np.float32) @ unit(asked.read.last[real]).T
        nearest[there] = np.maximum.reduceat(alike, starts, axis=0)
    return nearest
