"""A question and the sentences of its passages -> the numbers by which they are judged."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.quoting.cross_encoder import ReadTogether
from qa.quoting.glance import GLANCE_NAMES, Glance
from qa.quoting.reading import ReadQuestion

MOST = 8.0  # log odds of an answer; beyond, they count the same
MANY = 40  # sentences; more count the same
SENTENCE_NAMES = (*GLANCE_NAMES, "answers")
# What tells whether the best sentence answers, with the sign its weight may have: 0 for either.
ANSWER_SIGNS = {
    "some sentence answers": 1,
    "the best one answers": 1,
    "least close name in passage": 1,
    "terms": 0,
    "sentences": 0,
    "yes or no": 0,
}
ANSWER_NAMES = tuple(ANSWER_SIGNS)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Sentences of passages, measured.

    `features`: float32, (n_sentences, len(SENTENCE_NAMES)); `odds`: float32, (n_sentences,), log odds of each
    to answer, least for one that was not read and for a heading, which says nothing. They come from `glance`
    and from `together`, what the cross-encoder makes of each passage.
    """

    features: np.ndarray
    odds: np.ndarray
    glance: Glance
    together: tuple[ReadTogether, ...]


def measure(glanced: Glance, together: Sequence[ReadTogether]) -> Measured:
    """All sentences of the passages, in order; those that were not read stand at -MOST."""
    odds = np.concatenate([np.zeros(0, np.float32), *(one.sentences for one in together)])
    odds = np.clip(odds, -MOST, MOST)
    odds[[text.startswith("#") for one in together for text in one.passage.texts]] = -MOST
    features = np.column_stack([glanced.features, odds])
    return Measured(features.astype(np.float32), odds, glanced, tuple(together))


def measure_answer(asked: ReadQuestion, measured: Measured, scores: np.ndarray) -> np.ndarray:
    """What speaks for and against the best sentence being an answer: float32, (len(ANSWER_NAMES),).

    `scores` are the sentences'.
    """
    best = int(np.argmax(scores))
    near, passage = measured.glance.near, measured.glance.passage
    around = near[passage == passage[best]].max(axis=0)
    return np.array(
        [
            np.clip(np.log(np.exp(measured.odds).sum()), -MOST, MOST),
            measured.odds[best],
            around[asked.named].min() if asked.named.any() else around.mean() if len(around) else 0.0,
            len(asked.weights) / 10,
            min(len(scores), MANY) / MANY,
            asked.kind == "yes-no",
        ],
        dtype=np.float32,
    )
