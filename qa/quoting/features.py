"""A question and the sentences of its passages -> the numbers by which they are judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from index.words import terms
from qa.quoting.cues import STOP
from qa.quoting.reading import ReadPassage, ReadQuestion, Told
from qa.quoting.shapes import Kind

CLOSE = 0.6  # cosine of two tokens that mean about the same
_WANTED: dict[Kind, int] = {"number": 0, "time": 1, "place": 2, "reason": 3, "manner": 4}
_KINDS: tuple[Kind, ...] = ("person", "time", "place", "number", "reason", "manner", "yes-no")

_WORD_NAMES = (
    *("held", "held with the one before", "held with neighbours", "pairs held", "words held", "rarest held"),
    *("names held", "names missing", "held per length", "wanted", "wanted held", "new names", "new share"),
    *("long", "short", "place", "first", "leans", "says"),
    *("names for a person", "number for a number", "time for a time", "place for a place"),
    *("reason for a reason", "held for yes or no", "held by passage"),
)
_TOKEN_NAMES = (
    *("cosine", "cosine before", "cosine after"),
    *("close", "close by weight", "least close", "names close", "close share", "passage close"),
)
SENTENCE_NAMES = _WORD_NAMES + _TOKEN_NAMES + tuple(f"asks {kind}" for kind in _KINDS)
_OF_BEST = (
    *("close", "close by weight", "least close", "names close", "close share", "passage close"),
    *("held", "held by passage", "cosine"),
)
ANSWER_NAMES = (
    *_OF_BEST,
    *("score", "margin", "best held by passage", "best cosine", "unknown share", "unknown name"),
    *(
        "least close in passage",
        "two least close in passage",
        "least close name",
        "least close name in passage",
    ),
    *("terms", "one term"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Sentences of passages, measured.

    `features`: float32, (n_sentences, len(SENTENCE_NAMES)); `near`: float32, (n_sentences, n_tokens), for
    each token of the question the cosine of the sentence's nearest; `passage`: int, (n_sentences,), the
    number of its passage.
    """

    features: np.ndarray
    near: np.ndarray
    passage: np.ndarray


def measure(asked: ReadQuestion, read: Sequence[ReadPassage]) -> Measured:
    """The sentences of each passage, in order, measured against the question.

    "Held" is the share of the question's idf that a text's terms hold; "close" is late interaction: for each
    token of the question the cosine of the nearest token of the sentence, averaged (Khattab & Zaharia 2020,
    ColBERT, arXiv:2004.12832; the token states here are MiniLM's own, in the context of the passage).
    """
    parts = [(n, part) for n, part in enumerate(read) if part.spans]
    if not parts:
        empty = np.zeros((0, len(asked.token_weights)), dtype=np.float32)
        return Measured(np.zeros((0, len(SENTENCE_NAMES)), np.float32), empty, np.zeros(0, int))
    rows = [row for _, part in parts for row in _by_words(asked, part)]
    near = _nearest(asked, [part for _, part in parts])
    close = [_by_tokens(asked, part, found) for (_, part), found in zip(parts, near, strict=True)]
    kinds = np.tile([float(asked.kind == kind) for kind in _KINDS], (len(rows), 1))
    features = np.column_stack([np.array(rows), np.concatenate(close), kinds]).astype(np.float32)
    passage = np.repeat([n for n, _ in parts], [len(part.spans) for _, part in parts])
    return Measured(features, np.concatenate(near), passage)


def measure_answer(
    asked: ReadQuestion, measured: Measured, scores: np.ndarray, known: Callable[[str], bool]
) -> np.ndarray:
    """What speaks for and against the best sentence being an answer: float32, (len(ANSWER_NAMES),).

    `scores` are the sentences'; `known` says whether any passage holds a term.
    """
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    column = {name: measured.features[:, n] for n, name in enumerate(SENTENCE_NAMES)}
    margin = min(float(scores[best] - scores[order[1]]), 10.0) if len(order) > 1 else 4.0
    total = sum(asked.weights.values()) or 1.0
    unknown = sum(weight for term, weight in asked.weights.items() if not known(term)) / total
    near = measured.near[best]
    around = measured.near[measured.passage == measured.passage[best]].max(axis=0)
    if not len(near):
        near = around = np.zeros(1, dtype=np.float32)
    named = asked.named if asked.named.any() else np.zeros(0, dtype=bool)
    return np.array(
        [
            *(column[name][best] for name in _OF_BEST),
            *(float(scores[best]) / 5, margin / 2, column["held by passage"].max(), column["cosine"].max()),
            *(unknown, float(any(not known(name) for name in asked.names))),
            *(around.min(), np.sort(around)[:2].mean()),
            near[named].min() if len(named) else near.mean(),
            around[named].min() if len(named) else around.mean(),
            *(len(asked.weights) / 10, float(len(asked.weights) <= 1)),
        ],
        dtype=np.float32,
    )


def _by_words(asked: ReadQuestion, part: ReadPassage) -> list[list[float]]:
    """The values of _WORD_NAMES for each sentence."""
    total = sum(asked.weights.values()) or 1.0

    def held(found: frozenset[str]) -> float:
        return sum(weight for term, weight in asked.weights.items() if term in found) / total

    title = frozenset(terms(f"{part.passage.title} {part.passage.heading}"))
    whole = held(frozenset().union(*(sentence.terms for sentence in part.told)))
    rows = []
    for i, sentence in enumerate(part.told):
        before = part.told[i - 1].terms if i else title
        after = part.told[i + 1].terms if i + 1 < len(part.told) else frozenset()
        shares = [
            held(sentence.terms),
            held(sentence.terms | before),
            held(sentence.terms | before | after),
        ]
        place = [i / len(part.told), float(i == 0)]
        rows.append([*_of_sentence(asked, sentence, shares, place), whole])
    return rows


def _of_sentence(
    asked: ReadQuestion, told: Told, shares: Sequence[float], place: Sequence[float]
) -> list[float]:
    kind, weights, held = asked.kind, asked.weights, shares[0]
    new_names = min(len(told.names - weights.keys()), 4)
    if kind == "person":
        wanted = float(new_names > 0)
    else:
        wanted = told.cues[_WANTED[kind]] if kind in _WANTED else 0.0
    names = len(asked.names & told.terms)
    rarest = max(weights, key=lambda term: weights[term], default="")
    return [
        *(*shares, len(asked.pairs & told.pairs) / (len(asked.pairs) or 1)),
        *(len(asked.words & told.words) / (len(asked.words) or 1), float(rarest in told.terms)),
        *(names / (len(asked.names) or 1), float(len(asked.names) - names), held / log(4 + told.count)),
        *(wanted, wanted * held, new_names / 4),
        len(told.terms - STOP - weights.keys()) / (told.count or 1),
        *(min(told.count, 60) / 60, float(told.count < 6), *place, float(told.leans), told.cues[5]),
        float(kind == "person") * min(new_names, 2) / 2,
        *(float(kind == "number") * told.cues[0], float(kind == "time") * told.cues[1]),
        *(float(kind == "place") * told.cues[2], float(kind == "reason") * told.cues[3]),
        float(kind == "yes-no") * held,
    ]


def _by_tokens(asked: ReadQuestion, part: ReadPassage, near: np.ndarray) -> np.ndarray:
    """The values of _TOKEN_NAMES for each sentence: (n_sentences, len(_TOKEN_NAMES))."""
    cosine = part.vectors @ asked.vector
    before, after = np.append(0.0, cosine[:-1]), np.append(cosine[1:], 0.0)
    weights = asked.token_weights
    if not len(weights):
        return np.column_stack([cosine, before, after, np.zeros((len(cosine), 6))])
    weighted = near @ weights
    main = weights >= 0.3 / len(weights)
    return np.column_stack(
        [
            *(cosine, before, after, near.mean(axis=1), weighted),
            near[:, main].min(axis=1) if main.any() else weighted,
            near[:, asked.named].mean(axis=1) if asked.named.any() else weighted,
            (near > CLOSE) @ weights,
            np.full(len(cosine), near.max(axis=0) @ weights),
        ]
    )


def _nearest(asked: ReadQuestion, parts: Sequence[ReadPassage]) -> list[np.ndarray]:
    """For each sentence and each token of the question, the cosine of the nearest token of the sentence."""
    alike = np.concatenate([part.states for part in parts]).astype(np.float32) @ asked.states.T
    sizes = [len(part.states) for part in parts]
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    starts = np.concatenate([at + part.starts[:-1] for at, part in zip(firsts, parts, strict=True)])
    nearest = np.maximum.reduceat(alike, starts, axis=0)
    return np.split(nearest, np.cumsum([len(part.spans) for part in parts])[:-1])
