"""A question and the sentences of its passages -> the numbers by which they are judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log, log10

import numpy as np

from index.words import terms
from qa.quoting.cross_encoder import ReadTogether
from qa.quoting.cues import STOP
from qa.quoting.reading import ReadPassage, ReadQuestion, Told
from qa.quoting.shapes import Kind

MOST = 8.0  # log odds of an answer; beyond, they count the same
CLOSE = 0.6  # cosine of two tokens that mean about the same
MANY = 40  # sentences; more count the same
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
_TOGETHER_NAMES = ("answers", "answers among all", "answers short of best")
SENTENCE_NAMES = (
    _WORD_NAMES + _TOKEN_NAMES + _AMONG_NAMES + _TOGETHER_NAMES + tuple(f"asks {kind}" for kind in _KINDS)
)
# What tells whether the best sentence answers, with the sign its weight may have: 0 for either.
ANSWER_SIGNS = {
    "some sentence answers": 1,
    "the best one answers": 1,
    "close by weight": 1,
    "held by passage": 1,
    "least close in passage": 1,
    "least close name in passage": 1,
    "two least close words": 1,
    "no time": -1,
    "unknown share": -1,
    "passages": -1,
    "terms": 0,
    "sentences": 0,
    "yes or no": 0,
}
ANSWER_NAMES = tuple(ANSWER_SIGNS)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Sentences of passages, measured.

    `features`: float32, (n_sentences, len(SENTENCE_NAMES)); `near`: float32, (n_sentences, n_tokens), for
    each token of the question the cosine of the sentence's nearest; `passage`: int, (n_sentences,), the
    number of its passage; `together`: what the cross-encoder makes of each passage; `odds`: float32,
    (n_sentences,), log odds of each sentence to answer, least for a heading, which says nothing.
    """

    features: np.ndarray
    near: np.ndarray
    passage: np.ndarray
    together: tuple[ReadTogether, ...]
    odds: np.ndarray

    @property
    def stands_out(self) -> float:
        """The chance of the likeliest sentence, beside all others and none."""
        return float(np.exp(self.odds.max(initial=-MOST)) / (1 + np.exp(self.odds).sum()))


def measure(asked: ReadQuestion, read: Sequence[ReadPassage], together: Sequence[ReadTogether]) -> Measured:
    """The sentences of passages, in order, measured against the question; `together`: each read with it.

    "Held" is the share of the question's idf that a text's terms hold; "close" is late interaction: for each
    token of the question the cosine of the nearest token of the sentence, averaged (Khattab & Zaharia 2020,
    ColBERT, arXiv:2004.12832; the token states here are MiniLM's own, in the context of the passage).
    """
    parts = [(n, part) for n, part in enumerate(read) if part.spans]
    if not parts:
        empty = np.zeros((0, len(asked.token_weights)), dtype=np.float32)
        return Measured(
            np.zeros((0, len(SENTENCE_NAMES)), np.float32),
            empty,
            np.zeros(0, int),
            (),
            np.zeros(0, np.float32),
        )
    rows = [row for _, part in parts for row in _by_words(asked, part)]
    near = _nearest([part for _, part in parts], [together[n] for n, _ in parts])
    close = [_by_tokens(asked, part, found) for (_, part), found in zip(parts, near, strict=True)]
    among = _among(asked, [told for _, part in parts for told in part.told])
    passage = np.repeat([n for n, _ in parts], [len(part.spans) for _, part in parts])
    kinds = np.tile([float(asked.kind == kind) for kind in _KINDS], (len(rows), 1))
    odds = np.clip(np.concatenate([one.sentences for one in together]), -MOST, MOST)
    odds[[text.startswith("#") for _, part in parts for text in part.texts]] = -MOST
    features = np.column_stack(
        [np.array(rows), np.concatenate(close), among, passage == 0, _answering(odds), kinds]
    )
    return Measured(features.astype(np.float32), np.concatenate(near), passage, tuple(together), odds)


def _answering(odds: np.ndarray) -> np.ndarray:
    """The values of _TOGETHER_NAMES: log odds, chance beside all others and none, odds against the best."""
    power = np.exp(odds)
    return np.column_stack([odds, power / (1 + power.sum()), odds - odds.max()])


def measure_answer(
    asked: ReadQuestion,
    measured: Measured,
    scores: np.ndarray,
    known: Callable[[str], bool],
    size: int,
) -> np.ndarray:
    """What speaks for and against the best sentence being an answer: float32, (len(ANSWER_NAMES),).

    `scores` are the sentences'; `known` says whether any passage holds a term; `size` is the number of all
    passages: the more there are, the nearer the nearest one comes by chance.
    """
    best = int(np.argmax(scores))
    here = measured.passage == measured.passage[best]
    column = dict(zip(SENTENCE_NAMES, measured.features[best], strict=True))
    near, around = measured.near[best], measured.near[here].max(axis=0)
    if best and here[best - 1]:  # what stands just before is read along
        near = np.maximum(near, measured.near[best - 1])
    words = sorted(float(near[tokens].max()) for tokens in asked.plain)[:2]
    total = sum(asked.weights.values()) or 1.0
    return np.array(
        [
            np.clip(np.log(np.exp(measured.odds).sum()), -MOST, MOST),
            column["answers"],
            column["close by weight"],
            column["held by passage"],
            around.min(initial=1.0),
            around[asked.named].min() if asked.named.any() else around.mean() if len(around) else 0.0,
            sum(words) / len(words) if words else 1.0,
            asked.kind == "time" and not column["new time"] and not column["new number"],
            sum(weight for term, weight in asked.weights.items() if not known(term)) / total,
            log10(max(size, 1)),
            len(asked.weights) / 10,
            min(len(scores), MANY) / MANY,
            asked.kind == "yes-no",
        ],
        dtype=np.float32,
    )


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


def _nearest(parts: Sequence[ReadPassage], together: Sequence[ReadTogether]) -> list[np.ndarray]:
    """For each sentence and each token of the question, the cosine of the nearest token of the sentence."""
    found = []
    for part, read in zip(parts, together, strict=True):
        nearest = np.zeros((len(part.spans), read.alike.shape[1]), dtype=np.float32)
        inside = part.sentence >= 0
        there, starts = np.unique(part.sentence[inside], return_index=True)
        if len(there):  # else the model has read none of it
            nearest[there] = np.maximum.reduceat(read.alike[inside], starts, axis=0)
        found.append(nearest)
    return found
