"""A misspelt word of a question -> the word of the sources that was meant."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import cached_property

from index.passage import Passage
from index.words import terms

SHORTEST = 4  # letters of a word that is mended
LONG = 7  # letters from which on two slips are allowed
READ = 5000  # passages whose words are known

_VOWELS = re.compile(r"[aeiou]")
_WORD = re.compile(r"[^\W\d_]+")


class Spelling:
    """The words of some passages, to mend questions by."""

    def __init__(self, passages: Sequence[Passage], known: Callable[[str], bool]) -> None:
        self._passages = passages
        self._known = known

    def mend(self, question: str, odd: Collection[str]) -> str:
        """The question, its `odd` words that no source knows changed to the nearest that one does.

        A word stays where none is near: one slip in a short word, two in a long one, or in its vowels.
        """

        def mended(match: re.Match[str]) -> str:
            word = match[0].casefold()
            if word not in odd or len(word) < SHORTEST or any(map(self._known, terms(word))):
                return match[0]
            return self._nearest(word) or match[0]

        return _WORD.sub(mended, question)

    @cached_property
    def _words(self) -> dict[str, Counter[str]]:
        """The sources' words with their counts, by first letter."""
        found: dict[str, Counter[str]] = {}
        for passage in self._passages[:READ]:
            for word in _WORD.findall(passage.text.casefold()):
                if len(word) >= SHORTEST:
                    found.setdefault(word[0], Counter())[word] += 1
        return found

    def _nearest(self, word: str) -> str | None:
        near = [
            (slips, -count, other)
            for first in dict.fromkeys(word[:2])
            for other, count in self._words.get(first, {}).items()
            if abs(len(other) - len(word)) <= 2 and (slips := distance(word, other)) <= _allowed(word, other)
        ]
        return min(near)[2] if near else None


def _allowed(word: str, other: str) -> int:
    return 2 if len(word) >= LONG or _VOWELS.sub("", word) == _VOWELS.sub("", other) else 1


def distance(one: str, other: str) -> int:
    """Letters added, dropped, changed, or swapped with the next, to turn `one` into `other`.

    Source: Damerau 1964, in the restricted form (no pair is edited twice).
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
