"""Text -> stemmed terms, and what they find: BM25 over passages, and the best sentence of each."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import regex
import Stemmer

from index.irregular import BASE
from index.language import DEFAULT, language

K1, B = 1.2, 0.75
# Marks belong to words: without them Devanagari falls apart at each vowel sign.
_TERM = regex.compile(r"[\p{L}\p{M}\p{N}_]+(?:[.,]\p{N}+)*")
UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"  # no spaces between words
_UNSPACED = regex.compile(UNSPACED)
# What is written with full stops and without, and its term: not "us" for "US", which is another word.
# Where a caller has put capitalised words side by side, "U.S." comes as "U S".
_SHORT = {"USSR": "ussr", "USA": "usa", "UAE": "uae", "US": "usa", "UK": "uk", "UN": "un", "EU": "eu"}
_FORMS = "|".join(
    form
    for name in _SHORT
    for form in (name, r"\.".join(name) + r"\.?", r"\. ".join(name) + r"\.", " ".join(name))
)
_SHORTENED = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}\p{{N}}_.])(?:{_FORMS}|(?<=[Tt]he )us)(?![\p{{L}}\p{{M}}\p{{N}}_])"
)
_STEMMERS = {
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "de": "german",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "sv": "swedish",
    "da": "danish",
    "no": "norwegian",
    "fi": "finnish",
    "hu": "hungarian",
    "ro": "romanian",
    "tr": "turkish",
    "ca": "catalan",
}
# Where one script means one stemmer, the script decides: first and last code point, algorithm.
_SCRIPTS = (
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x04FF, "russian"),
    (0x0530, 0x058F, "armenian"),
    (0x0600, 0x06FF, "arabic"),
    (0x0900, 0x097F, "hindi"),
    (0x0B80, 0x0BFF, "tamil"),
)
_LATIN_END = 0x024F
_stemmer = lru_cache(maxsize=None)(lambda algorithm: Stemmer.Stemmer(algorithm, 0))


def terms(text: str, language: str = DEFAULT) -> list[str]:
    """The terms of a text in order: case-folded, stemmed ("met" as "meet"); bigrams of unspaced scripts.

    "U.S.", "US" and "the us" are one term, and "us" is another.
    `language` (ISO 639-1) chooses the stemmer of words in Latin script; in others the script does.
    """
    found: list[str] = []
    text = _SHORTENED.sub(_shortened, unicodedata.normalize("NFKC", text))
    for word in _TERM.findall(text.casefold()):
        if _UNSPACED.search(word):
            found.extend(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            found.append(_stem(word, language))
    return found


def _shortened(match: regex.Match[str]) -> str:
    return _SHORT[match[0].replace(".", "").replace(" ", "").upper()]


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str) -> str:
    if language == "en":
        word = BASE.get(word, word)
    first = ord(word[0])
    algorithm = _STEMMERS.get(language) if first <= _LATIN_END else None
    for low, high, name in _SCRIPTS:
        if low <= first <= high:
            algorithm = name
    return str(_stemmer(algorithm).stemWord(word)) if algorithm else word


class WordIndex:
    """Two measures of how much of a question's weight a text holds: the whole of it, and its best sentence.

    The whole is BM25 (Robertson & Zaragoza 2009; Lucene's variant); a term's weight is its inverse document
    frequency. `sentences` are each text's own, in order; `languages` each text's (English where not given).
    """

    def __init__(
        self,
        texts: Sequence[str],
        sentences: Sequence[Sequence[str]] = (),
        languages: Sequence[str] = (),
    ) -> None:
        self._size = len(texts)
        languages = languages or [DEFAULT] * len(texts)
        counted = Counter(languages)
        self.languages = frozenset(counted)
        self._usual = max(counted, key=lambda code: counted[code], default=DEFAULT)
        rows = [terms(text, code) for text, code in zip(texts, languages, strict=True)]
        self._postings = _postings(rows)
        lengths = np.array([len(row) for row in rows], dtype=np.float32)
        norm = K1 * (1 - B + B * lengths / max(1.0, float(lengths.mean()) if rows else 1.0))
        self._impact = {
            term: (at, self.idf(term) * count / (count + norm[at]))
            for term, (at, count) in self._postings.items()
        }
        counts = [len(part) for part in sentences]
        self._filled = np.flatnonzero(counts)  # texts that have sentences
        self._starts = np.cumsum([0, *counts])[self._filled]
        parts = (
            terms(sentence, code)
            for part, code in zip(sentences, languages, strict=bool(sentences))
            for sentence in part
        )
        self._in_sentences = {term: at for term, (at, _) in _postings(parts).items()}
        self._sentences = sum(counts)

    def terms(self, question: str) -> list[str]:
        """The distinct terms of a question, stemmed as the texts are; in its own language if some have it."""
        if len(self.languages) > 1:
            return list(dict.fromkeys(terms(question, language(question, self.languages))))
        return list(dict.fromkeys(terms(question, self._usual)))

    def idf(self, term: str) -> float:
        """Lucene's inverse document frequency: positive, largest for a term no text holds."""
        frequency = len(self._postings[term][0]) if term in self._postings else 0
        return float(np.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5)))

    def scores(self, query: Sequence[str]) -> np.ndarray:
        """BM25 of every text for the query's terms: float32, (n_texts,), in 0..1.

        A BM25 score over the largest that these terms could reach: the share of the question's weight that a
        text holds. A term that no text holds counts below the line, so scores compare between questions.
        """
        out = np.zeros(self._size, dtype=np.float32)
        unique = list(dict.fromkeys(query))
        for term in unique:
            if term in self._impact:
                at, impact = self._impact[term]
                out[at] += impact
        return out / self._bound(unique)

    def sentence_scores(self, query: Sequence[str]) -> np.ndarray:
        """The share of the query's weight that each text's best sentence holds: float32, (n_texts,), 0..1."""
        out = np.zeros(self._size, dtype=np.float32)
        held = np.zeros(self._sentences, dtype=np.float32)
        unique = list(dict.fromkeys(query))
        for term in unique:
            if term in self._in_sentences:
                held[self._in_sentences[term]] += self.idf(term)
        if self._sentences:
            out[self._filled] = np.maximum.reduceat(held, self._starts)
        return out / self._bound(unique)

    def _bound(self, unique: Sequence[str]) -> np.float32:
        return np.float32(sum(map(self.idf, unique)) or 1.0)


def _postings(rows: Iterable[Sequence[str]]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Term -> the rows that hold it (int32, ascending) and how often each does (float32)."""
    gathered: dict[str, tuple[list[int], list[int]]] = {}
    for number, row in enumerate(rows):
        for term, count in Counter(row).items():
            at, counts = gathered.setdefault(term, ([], []))
            at.append(number)
            counts.append(count)
    return {
        term: (np.array(at, dtype=np.int32), np.array(counts, dtype=np.float32))
        for term, (at, counts) in gathered.items()
    }
