"""Passages, read once, to look up what any number of claims say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from index.passage import Passage
from index.sentences import sentence_spans, trim
from qa.grounding.facts import Word, unspaced, words

LONGEST = 6  # letters of an acronym
NEAR = 3  # words of matter from one that belongs to another
SIMILAR = 0.84  # of two spellings of one word (Ratcliff & Obershelp): defence/defense, Belousov/Belusov


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """A sentence of a passage; `start` and `end` are offsets of the source."""

    passage: Passage
    start: int
    end: int
    text: str
    words: tuple[Word, ...]


class Evidence:
    """Sentences of passages with what is looked up in them."""

    def __init__(self, sentences: Sequence[EvidenceSentence]) -> None:
        self.sentences = tuple(sentences)
        self.homes = np.array([id(s.passage) for s in self.sentences])
        self.postings: dict[str, list[int]] = {}
        self.named: set[str] = set()
        self.near: set[tuple[str, str]] = set()
        self._counts: Counter[str] = Counter()
        for place, sentence in enumerate(self.sentences):
            stems = [word.stem for word in sentence.words]
            self._counts.update(stems)
            for stem in set(stems):
                self.postings.setdefault(stem, []).append(place)
            self.named.update(word.stem for word in sentence.words if word.named)
            matter = [word.stem for word in sentence.words if word.weight]
            self.near.update(
                pair for step in range(1, NEAR + 1) for pair in zip(matter, matter[step:], strict=False)
            )
            self._acronyms(place, sentence.words)
        self.numbers = {w.number for s in self.sentences for w in s.words if w.number is not None}
        self._buckets: dict[str, list[str]] = {}
        for stem in self.postings:
            self._buckets.setdefault(stem[:2], []).append(stem)
        self._variants: dict[str, tuple[str, ...]] = {}

    def _acronyms(self, place: int, found: Sequence[Word]) -> None:
        """Runs of capitalised words are also found by their initials."""
        run = ""
        for word in [*found, None]:
            if word is not None and word.text[:1].isupper():
                run += word.low[0]
                continue
            for first in range(len(run) - 1):
                for last in range(first + 2, min(first + LONGEST, len(run)) + 1):
                    if self.postings.setdefault(run[first:last], [])[-1:] != [place]:
                        self.postings[run[first:last]].append(place)
            run = ""

    def variants(self, stem: str) -> tuple[str, ...]:
        """The stems of the evidence that are `stem` or another spelling or form of it."""
        if stem not in self._variants:
            found = [stem] if stem in self.postings else []
            if not found and len(stem) > 4 and stem[0] != "#":
                found = [other for other in self._buckets.get(stem[:2], ()) if _similar(stem, other)]
            self._variants[stem] = tuple(found)
        return self._variants[stem]

    def count(self, stem: str) -> int:
        """How often the evidence has a stem."""
        return self._counts[stem]

    def incidence(self, stems: Sequence[str]) -> np.ndarray:
        """Which sentence holds which stem: bool, (n_stems, n_sentences)."""
        held = np.zeros((len(stems), len(self.sentences)), dtype=bool)
        for row, stem in enumerate(stems):
            for variant in self.variants(stem):
                held[row, self.postings[variant]] = True
        return held


def _similar(one: str, other: str) -> bool:
    if len(other) < 5 or other[0] == "#":
        return False
    shared = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    if shared >= max(5, 0.7 * max(len(one), len(other))):
        return True
    if 2 * min(len(one), len(other)) < SIMILAR * (len(one) + len(other)):
        return False  # no two words of such lengths are that alike
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= SIMILAR


def read_sentences(passage: Passage) -> tuple[EvidenceSentence, ...]:
    """The sentences of a passage with their words."""
    found = []
    for span in sentence_spans(passage.text):
        start, end = trim(passage.text, span)
        if start < end:
            text = passage.text[start:end]
            found.append(
                EvidenceSentence(
                    passage, passage.start + start, passage.start + end, text, words(unspaced(text))
                )
            )
    return tuple(found)
