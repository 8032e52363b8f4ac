"""A question -> ScoredPassages, best first: by meaning and words, of passages and their best sentences."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from index.embed import embed_question
from index.language import language
from index.passage import Passage, ScoredPassage
from index.passage_vectors import PassageVectors
from index.sentence_vectors import SentenceVectors
from index.sentences import trimmed_sentences
from index.store import Store, embedded_text
from index.words import WordIndex

CANDIDATES = 100  # by whole passages, before their sentences are looked at
DEPTH = 50  # passages of a question that are remembered
VECTOR_WEIGHT = 0.5  # of meaning, where the model can read the text; the rest is the words'
SENTENCE_MEANING = 2 / 3  # of the best sentence in meaning; the rest is the whole passage's
SENTENCE_WORDS = 1 / 2  # of the best sentence in words, beside meaning; the rest is the whole passage's
SENTENCE_WORDS_ALONE = 0.3  # the same where words decide alone
AROUND = (0.15, 0.105, 0.0735)  # of the passages 1, 2, 3 places away; a passage itself has 1
UNREAD, READ = (
    0.2,
    0.7,
)  # share of words the model knows: at the first its vectors count nothing, at the second all


class Retriever:
    """Finds passages among the sources `names` of a store (None: all of them)."""

    def __init__(self, store: Store, embedding: BaseEmbedding, names: Sequence[str] | None = None) -> None:
        held = store.read(names)
        self.passages: list[Passage] = [one.passage for one in held]
        numbers: dict[str, int] = {}
        self._source = np.array([numbers.setdefault(p.source, len(numbers)) for p in self.passages])
        self.embedding = embedding
        self._vectors = PassageVectors([one.vectors for one in held])
        familiar = np.array([one.familiar for one in held], dtype=np.float32)
        read = np.clip((familiar - UNREAD) / (READ - UNREAD), 0.0, 1.0)
        self._weight = VECTOR_WEIGHT * read
        self._sentence_words = _mixed(SENTENCE_WORDS_ALONE, SENTENCE_WORDS, read)
        spoken = _languages(self.passages)
        self.words = WordIndex(
            [embedded_text(passage) for passage in self.passages],
            [[p.text[a:b] for a, b in trimmed_sentences(p.text)] for p in self.passages],
            [spoken[passage.source] for passage in self.passages],
        )
        self.sentences = SentenceVectors(embedding)
        self.question_vector = lru_cache(maxsize=64)(lambda question: embed_question(embedding, question))
        # A talk's earlier questions are searched again with each new one.
        self._found = lru_cache(maxsize=64)(self._search)

    def retrieve(self, question: str, top_k: int) -> list[ScoredPassage]:
        """The `top_k` best passages for `question`, best first.

        Score: a convex combination (Bruch et al. 2023, arXiv:2210.11934) of meaning and words, each of the
        whole passage and of its best sentence. Meaning is a cosine (negative counts as 0); words are a share
        of the most the question's terms could reach: both known beforehand, in place of each query's own
        least and largest, so that scores compare between questions. Meaning counts less in a passage whose
        words the model does not know. A text speaks of one thing for a while, so the score is then a mean
        with those of the passages around, weighed by distance; but the passage that is best by itself stays
        first.
        """
        return list(self._found(question, max(top_k, DEPTH))[:top_k]) if self.passages else []

    def _search(self, question: str, top_k: int) -> tuple[ScoredPassage, ...]:
        vector = self.question_vector(question)
        asked = self.words.terms(question)
        words = _mixed(self.words.scores(asked), self.words.sentence_scores(asked), self._sentence_words)
        cosine = self._vectors.cosines(vector)
        own = self._fused(np.maximum(cosine, 0.0), words)
        count = min(CANDIDATES, len(own))
        near = self._around(np.argpartition(-own, count - 1)[:count])
        rows = self._around(near)  # what stands around those, too
        best = self._vectors.best_sentences(rows, vector)
        meaning = np.maximum(cosine, 0.0)
        meaning[rows] = _mixed(meaning[rows], np.maximum(best, 0.0), SENTENCE_MEANING)
        score = self._in_context(near, self._fused(meaning, words))
        order = np.argsort(-score, kind="stable")[:top_k]
        return tuple(
            ScoredPassage(self.passages[i], float(value), float(cosine[i]), float(words[i]), rank)
            for rank, (i, value) in enumerate(zip(near[order], score[order], strict=True), start=1)
        )

    def _fused(self, meaning: np.ndarray, words: np.ndarray) -> np.ndarray:
        return np.asarray(self._weight * meaning + (1 - self._weight) * words)

    def _around(self, rows: np.ndarray) -> np.ndarray:
        """The rows and those around them in the same source, ascending."""
        found = [rows, *(other[there] for other, there, _ in self._neighbours(rows))]
        return np.unique(np.concatenate(found))

    def _neighbours(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
        """At each distance: the rows there, which of them are of the same source, and what they weigh."""
        last = len(self.passages) - 1
        for distance, share in enumerate(AROUND, start=1):
            for step in (-distance, distance):
                other = np.clip(rows + step, 0, last)
                yield other, (other == rows + step) & (self._source[other] == self._source[rows]), share

    def _in_context(self, near: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Scores of the passages `near`: means over what stands around them, but the best keeps its own."""
        total, weight = own[near], np.ones(len(near))
        for other, there, share in self._neighbours(near):
            total += share * there * own[other]
            weight += share * there
        mean = total / weight
        best = int(own[near].argmax())
        mean[best] = own[near[best]]
        return np.asarray(mean)


def _mixed(whole: np.ndarray | float, sentence: np.ndarray | float, share: np.ndarray | float) -> np.ndarray:
    return np.asarray((1 - share) * whole + share * sentence)


def _languages(passages: Iterable[Passage]) -> dict[str, str]:
    """Each source's language, told from its passages' text."""
    texts: dict[str, list[str]] = {}
    for passage in passages:
        texts.setdefault(passage.source, []).append(passage.text)
    return {name: language("\n".join(parts[:40])) for name, parts in texts.items()}
