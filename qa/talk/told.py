"""What earlier answers told -> the sentences to prefer: those beside it; others if others are meant. Pure."""

from collections.abc import Callable, Sequence

import numpy as np

from index.words import terms
from qa.quoting.cues import STOP
from qa.quoting.reading import ReadPassage

# In the sentence scorer's units, logs of chances; chosen on the dev half of the article's chains.
BESIDE = 1.0  # for a sentence beside the one last told; half of it two sentences away
REPEATED = -3.0  # for a sentence told already, where another thing is asked for
AGAIN = -1.0  # for a sentence told already, where its reason is asked for: it may hold that, too
SAME = 0.75  # of a sentence's terms, above which an answer tells it

Preference = Callable[[Sequence[ReadPassage]], np.ndarray]


def preference(last: str, others_than: Sequence[str], reason_of: str = "") -> Preference | None:
    """What to add to the scores of sentences: float, (n_sentences,); None where nothing is preferred.

    `last` is the answer a question leans on; `others_than` are answers that it wants something else than,
    `reason_of` is one whose reason it asks for.
    """
    if not last and not others_than and not reason_of:
        return None

    def added(read: Sequence[ReadPassage]) -> np.ndarray:
        again = AGAIN * _told(read, [reason_of])
        return _beside(read, last) + REPEATED * _told(read, others_than) + again

    return added


def _told(read: Sequence[ReadPassage], answers: Sequence[str]) -> np.ndarray:
    """Whether one of the answers tells a sentence: bool, (n_sentences,)."""
    said = [frozenset(terms(answer)) for answer in answers if answer]
    sentences = [own - STOP for part in read for own in part.terms]
    return np.array(
        [any(len(row & one) >= SAME * len(row) for one in said) if row else False for row in sentences],
        dtype=bool,
    )


def _beside(read: Sequence[ReadPassage], answer: str) -> np.ndarray:
    """The bonus of sentences one and two places from one that the answer tells, in the order of the text."""
    told = _told(read, [answer])
    places = [(part.passage.source, span) for part in read for span in part.spans]
    order = np.array(sorted(range(len(places)), key=lambda k: places[k]), dtype=np.intp)
    sources = np.array([places[k][0] for k in order])
    at = np.flatnonzero(told[order])
    bonus = np.zeros(len(places))
    for distance, share in ((2, BESIDE / 2), (1, BESIDE)):
        for step in (-distance, distance):
            there = at[(at + step >= 0) & (at + step < len(order))]
            there = there[sources[there + step] == sources[there]]
            bonus[order[there + step]] = share
    bonus[told] = 0.0
    return bonus
