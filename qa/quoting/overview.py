"""A document -> the few sentences that together say most of it, in the order of the text."""

import re
from collections.abc import Sequence

import numpy as np

from qa.quoting.cues import LEANING
from qa.quoting.reading import ReadPassage

PASSAGES = 40  # looked at, evenly through a longer document
SHORTEST, LONGEST = 50, 330  # characters of a sentence worth telling by itself
FADING = (
    0.9  # from sentence to sentence, of the claim to be told first: most texts open with what they are about
)

_ASIDE = re.compile(r"[#*_>|\-+•]|\d+[.)]\s|[A-Z]{2,}\b[^a-z]*:")  # headings, notes, list items, pointers


def spread(count: int, limit: int = PASSAGES) -> list[int]:
    """Up to `limit` of the numbers below `count`, evenly, with the first and the last."""
    if count <= limit:
        return list(range(count))
    return sorted({round(n * (count - 1) / (limit - 1)) for n in range(limit)})


def choose(read: Sequence[ReadPassage], count: int, chars: int) -> list[tuple[int, int]]:
    """(passage, sentence) of up to `count` sentences and `chars` characters, in the order of the text.

    Greedy facility location (Lin & Bilmes 2011, ACL P11-1052): each further sentence is the one that brings
    the whole text nearest to what is told.
    """
    places = [(n, i) for n, part in enumerate(read) for i in range(len(part.spans))]
    if not places:
        return []
    vectors = np.concatenate([part.vectors for part in read])
    alike = np.maximum(vectors @ vectors.T, 0.0)
    open_ = [k for k, (n, i) in enumerate(places) if _stands_alone(read[n], i)] or [0]
    told: list[int] = []
    covered = np.zeros(len(places))
    size = 0
    while len(told) < count:
        gains = {
            k: float(np.maximum(alike[k] - covered, 0.0).sum()) * (1.0 if told else FADING**rank)
            for rank, k in enumerate(open_)
            if k not in told and (not told or size + _length(read, places[k]) <= chars)
        }
        if not gains:
            break
        best = max(gains, key=lambda k: (gains[k], -k))
        told.append(best)
        size += _length(read, places[best])
        covered = np.maximum(covered, alike[best])
    return [places[k] for k in sorted(told)]


def _stands_alone(part: ReadPassage, i: int) -> bool:
    text = part.texts[i]
    start = part.spans[i][0] - part.passage.start
    paragraph = part.passage.text[part.passage.text.rfind("\n\n", 0, start) + 1 :].lstrip()
    aside = _ASIDE.match(text) or _ASIDE.match(paragraph)
    return SHORTEST <= len(text) <= LONGEST and not LEANING.match(text) and not aside


def _length(read: Sequence[ReadPassage], place: tuple[int, int]) -> int:
    start, end = read[place[0]].spans[place[1]]
    return end - start
