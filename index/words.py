"""Text -> stemmed terms, and BM25 over passages."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import bm25s
import numpy as np
import Stemmer

K1, B = 1.2, 0.75
_TERM = re.compile(r"\w+(?:[.,]\d+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_stem = lru_cache(maxsize=200_000)(Stemmer.Stemmer("english", 0).stemWord)


def terms(text: str) -> list[str]:
    """The terms of a text in order: case-folded, stemmed; bigrams where a script has no spaces."""
    found: list[str] = []
    for word in _TERM.findall(unicodedata.normalize("NFKC", text).casefold()):
        if _UNSPACED.search(word):
            found.extend(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            found.append(_stem(word))
    return found


class WordIndex:
    """BM25 (Robertson & Zaragoza 2009; Lucene's variant) over a fixed list of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        rows = [terms(text) for text in texts]
        self._size = len(rows)
        self._frequency: dict[str, int] = {}
        for row in rows:
            for term in set(row):
                self._frequency[term] = self._frequency.get(term, 0) + 1
        self._index = bm25s.BM25(k1=K1, b=B, method="lucene")
        self._index.index(rows, show_progress=False)

    def idf(self, term: str) -> float:
        """Lucene's inverse document frequency: positive, largest for a term no text holds."""
        frequency = self._frequency.get(term, 0)
        return float(np.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5)))

    def scores(self, query: Sequence[str]) -> np.ndarray:
        """Of every text for the query's terms: float32, (n_texts,), in 0..1.

        A BM25 score over the largest that these terms could reach: the share of the question's weight that a
        text holds. A term that no text holds counts below the line, so scores compare between questions.
        """
        unique = list(dict.fromkeys(query))
        bound = sum(self.idf(term) for term in unique)
        known = [term for term in unique if term in self._frequency]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._index.get_scores(known) / bound, dtype=np.float32)
