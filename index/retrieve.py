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

CANDIDATES = 50  # of each kind, before they are scored
VECTOR_WEIGHT = 0.5  # of meaning, where the model can read the text; the rest is the words'
SENTENCE_MEANING = 2 / 3  # of the best sentence in meaning; the rest is the whole passage's
SENTENCE_WORDS = 1 / 2  # of the best sentence in words; the rest is the whole passage's
AROUND = (0.15, 0.105, 0.0735)  # of the passages 1, 2, 3 places away; a passage itself has 1
UNREAD, READ = (
    0.2,
    0.7,
)  # share of words the model knows: at the first its vectors count nothing, at the second all


class Retriever:
    """Finds passages among the sources `names` of a store (None: all of them)."""

    def __init__(self, store: Store, embedding: BaseEmbedding, names: Sequence[str] | None = None) -> None:
        self._store = store
        held = store.read(names)
        self.passages: list[Passage] = [one.passage for one in held]
        # A filter costs time: leave it out where it would leave out nothing.
        self._names = None if names is None or len(store) == len(held) else list(names)
        self._row = {passage.id: row for row, passage in enumerate(self.passages)}
        numbers: dict[str, int] = {}
        self._source = np.array([numbers.setdefault(p.source, len(numbers)) for p in self.passages])
        self.embedding = embedding
        self._vectors = PassageVectors([one.vectors for one in held])
        familiar = np.array([one.familiar for one in held], dtype=np.float32)
        self._weight = VECTOR_WEIGHT * np.clip((familiar - UNREAD) / (READ - UNREAD), 0.0, 1.0)
        spoken = _languages(self.passages)
        self.words = WordIndex(
            [embedded_text(passage) for passage in self.passages],
            [[p.text[a:b] for a, b in trimmed_sentences(p.text)] for p in self.passages],
            [spoken[passage.source] for passage in self.passages],
        )
        self.sentences = SentenceVectors(embedding)
        self.question_vector = lru_cache(maxsize=64)(lambda question: embed_question(embedding, question))

    def retrieve(self, question: str, top_k: int) -> list[ScoredPassage]:
        """The `top_k` best passages for `question`, best first.

        Chroma's nearest and BM25's best are candidates, with the passages around them. Score: a convex
        combination (Bruch et al. 2023, arXiv:2210.11934) of meaning and words, each of the whole passage and
        of its best sentence. Meaning is a cosine (negative counts as 0); words are a share of the most the
        question's terms could reach: both known beforehand, in place of each query's own least and largest,
        so that scores compare between questions. Meaning counts less in a passage whose words the model does
        not know. A text speaks of one thing for a while, so the score is then a mean with those of the
        passages around, weighed by distance; but the passage that is best by itself stays first.
        """
        if not self.passages:
            return []
        vector = self.question_vector(question)
        asked = self.words.terms(question)
        bm25 = self.words.scores(asked)
        near = self._around(self._candidates(vector, bm25))
        rows = self._around(near)  # what stands around those, too
        words = _mixed(bm25[rows], self.words.sentence_scores(asked)[rows], SENTENCE_WORDS)
        cosine, best = self._vectors.cosines(rows, vector)
        meaning = _mixed(np.maximum(cosine, 0.0), np.maximum(best, 0.0), SENTENCE_MEANING)
        weight = self._weight[rows]
        own = weight * meaning + (1 - weight) * words
        score = self._in_context(near, rows, own)
        order = np.argsort(-score, kind="stable")[:top_k]
        at = np.searchsorted(rows, near[order])
        return [
            ScoredPassage(self.passages[rows[i]], float(value), float(cosine[i]), float(words[i]), rank)
            for rank, (i, value) in enumerate(zip(at, score[order], strict=True), start=1)
        ]

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

    def _in_context(self, near: np.ndarray, rows: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Scores of the passages `near`: means over what stands around them, but the best keeps its own."""
        scores = np.zeros(len(self.passages))
        scores[rows] = own
        total, weight = scores[near], np.ones(len(near))
        for other, there, share in self._neighbours(near):
            total += share * there * scores[other]
            weight += share * there
        best = int(scores[near].argmax())
        mean = total / weight
        mean[best] = scores[near[best]]
        return np.asarray(mean)

    def _candidates(self, vector: np.ndarray, bm25: np.ndarray) -> np.ndarray:
        """Rows of the passages nearest by vector and best by words, ascending."""
        count = min(CANDIDATES, len(self.passages))
        near = self._store.nearest(vector.tolist(), count, self._names)
        rows = {self._row[id_] for id_, _ in near if id_ in self._row}
        rows.update(np.argpartition(-bm25, count - 1)[:count].tolist())
        return np.array(sorted(rows), dtype=np.intp)


def _mixed(whole: np.ndarray, sentence: np.ndarray, share: float) -> np.ndarray:
    return np.asarray((1 - share) * whole + share * sentence)


def _languages(passages: Iterable[Passage]) -> dict[str, str]:
    """Each source's language, told from its passages' text."""
    texts: dict[str, list[str]] = {}
    for passage in passages:
        texts.setdefault(passage.source, []).append(passage.text)
    return {name: language("\n".join(parts[:40])) for name, parts in texts.items()}
