"""A question and the sentences of its passages -> what a glance tells of each: words, names, nearness.

A glance costs next to nothing. It says which sentences are worth reading together with the question, and much
of how they are judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from index.words import terms
from qa.quoting.cues import STOP
from qa.quoting.reading import ReadPassage, ReadQuestion, Told, unit
from qa.quoting.shapes import Kind

READ = 400  # tokens of the passages that are read together with a question
CLOSE = 0.6  # cosine of two tokens that mean about the same
_WANTED: dict[Kind, int] = {"number": 0, "time": 1, "place": 2, "reason": 3, "manner": 4}
_KINDS: tuple[Kind, ...] = ("person", "time", "place", "number", "reason", "manner", "yes-no")

_WORD_NAMES = (
    *("held", "held with the one before", "held with neighbours", "pairs held", "words held", "rarest held"),
    *("names held", "names missing", "held per length", "wanted", "wanted held", "new names", "new share"),
    *("long", "short", "place", "first", "leans", "says"),
    *("names for a person", "number for a number", "time for a time", "place for a place"),
    *("reason for a reason", "held for yes or no", "held by passage"),
    *("held within passage", "new number", "new time", "new person"),
    *("new number for a number", "new time for a time", "new person for a person"),
)
_TOKEN_NAMES = (
    *("cosine", "cosine before", "cosine after"),
    *("close", "close by weight", "least close", "names close", "close share", "passage close"),
)
_AMONG_NAMES = ("held among all", "best passage")
GLANCE_NAMES = _WORD_NAMES + _TOKEN_NAMES + _AMONG_NAMES + tuple(f"asks {kind}" for kind in _KINDS)
# What makes a sentence worth reading, summed.
_PROMISING = {"close by weight": 1.0, "cosine": 1.0, "held with the one before": 0.3}


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What a glance tells of sentences of passages, in order.

    `features`: float32, (n_sentences, len(GLANCE_NAMES)); `near`: float32, (n_sentences, n_tokens), for each
    token of the question the cosine of the sentence's nearest; `passage`: int, (n_sentences,), the number
    of its passage.
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

    "Held" is the share of the question's idf that a text's terms hold; "close" is late interaction: for each
    token of the question the cosine of the nearest token of the sentence, averaged (Khattab & Zaharia 2020,
    ColBERT, arXiv:2004.12832; the token states here are MiniLM's own, in the context of the passage).
    """
    parts = [(n, part) for n, part in enumerate(read) if part.spans]
    if not parts:
        none = np.zeros((0, len(asked.token_weights)), dtype=np.float32)
        return Glance(np.zeros((0, len(GLANCE_NAMES)), np.float32), none, np.zeros(0, int))
    rows = [row for _, part in parts for row in _by_words(asked, part)]
    near = [_nearest(asked, part) for _, part in parts]
    close = [_by_tokens(asked, part, found) for (_, part), found in zip(parts, near, strict=True)]
    among = _among(asked, [told for _, part in parts for told in part.told])
    passage = np.repeat([n for n, _ in parts], [len(part.spans) for _, part in parts])
    kinds = np.tile([float(asked.kind == kind) for kind in _KINDS], (len(rows), 1))
    features = np.column_stack([np.array(rows), np.concatenate(close), among, passage == 0, kinds])
    return Glance(features.astype(np.float32), np.concatenate(near), passage)


def worth_reading(
    read: Sequence[ReadPassage], promise: np.ndarray, budget: float = READ, always: np.ndarray | None = None
) -> list[ReadPassage]:
    """The passages without their titles, and without the sentences for which there is no room.

    `budget` tokens go to the most promising ones; the best that is no heading stays, however long it is, and
    so do those marked in `always`: bool, (n_sentences,).
    """
    sizes = np.concatenate([np.zeros(0, int), *(part.sizes for part in read)])
    says = np.array([not text.startswith("#") for part in read for text in part.texts], dtype=bool)
    order = np.argsort(-promise, kind="stable")
    kept = np.zeros(len(sizes), dtype=bool) if always is None else always.copy()
    kept[order[np.cumsum(sizes[order]) <= budget]] = True
    kept[order[(says & (sizes > 0))[order]][:1]] = True
    ends = np.cumsum([len(part.spans) for part in read])
    return [part.cut(kept[end - len(part.spans) : end]) for part, end in zip(read, ends, strict=True)]


def _among(asked: ReadQuestion, told: Sequence[Told]) -> list[float]:
    """How much of the question each sentence holds, a term's weight its idf among these sentences."""
    counts = {term: sum(term in one.terms for one in told) for term in asked.weights}
    weights = {t: log(1 + (len(told) - n + 0.5) / (n + 0.5)) for t, n in counts.items() if n}
    total = sum(weights.values()) or 1.0
    return [sum(weights[term] for term in weights if term in one.terms) / total for one in told]


def _by_words(asked: ReadQuestion, part: ReadPassage) -> list[list[float]]:
    """The values of _WORD_NAMES for each sentence."""
    total = sum(asked.weights.values()) or 1.0

    def held(found: frozenset[str]) -> float:
        return sum(weight for term, weight in asked.weights.items() if term in found) / total

    title = frozenset(terms(f"{part.passage.title} {part.passage.heading}"))
    whole = held(frozenset().union(*(sentence.terms for sentence in part.told)))
    rarity = _rarity(asked, part.told)
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
        within = sum(weight for term, weight in rarity.items() if term in sentence.terms)
        rows.append([*_of_sentence(asked, sentence, shares, place), whole, within, *_new(asked, sentence)])
    return rows


def _rarity(asked: ReadQuestion, told: Sequence[Told]) -> dict[str, float]:
    """The question's terms that the passage holds, weighed also by how few sentences hold them; sum 1."""
    counts = {term: sum(term in one.terms for one in told) for term in asked.weights}
    found = {t: asked.weights[t] * (1 - (n - 1) / len(told)) for t, n in counts.items() if n}
    total = sum(found.values()) or 1.0
    return {term: weight / total for term, weight in found.items()}


def _new(asked: ReadQuestion, told: Told) -> list[float]:
    """Numbers, times and people of a sentence that the question does not name, and where it wants them."""
    counts = [sum(not terms & asked.terms for terms in kind) for kind in (told.numbers, told.people)]
    number, person = min(counts[0], 3) / 3, min(counts[1], 2) / 2
    time = min(sum(not terms <= asked.terms for terms in told.times), 2) / 2
    wanted = [float(asked.kind == kind) for kind in ("number", "time", "person")]
    return [number, time, person, *np.multiply(wanted, (number, time, person))]


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
