"""A question -> ScoredPassages, best first: vectors and words, fused."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from index.embed import MiniLM
from index.passage import Passage, ScoredPassage
from index.sentence_vectors import SentenceVectors
from index.store import Store, embedded_text
from index.words import WordIndex, terms

CANDIDATES = 50  # of each kind, before fusion
VECTOR_WEIGHT = 0.5  # of the cosine; the rest is the words'


class Retriever:
    """Finds passages among the sources `names` of a store (None: all of them)."""

    def __init__(self, store: Store, embedding: MiniLM, names: Sequence[str] | None = None) -> None:
        self._store = store
        self.passages: list[Passage] = store.passages(names)
        # A filter costs time: leave it out where it would leave out nothing.
        self._names = None if names is None or set(store.names()) <= set(names) else list(names)
        self._row = {passage.id: row for row, passage in enumerate(self.passages)}
        self.words = WordIndex([embedded_text(passage) for passage in self.passages])
        self.embedding = embedding
        self.sentences = SentenceVectors(embedding)
        self.question_vector = lru_cache(maxsize=64)(lambda question: embedding.embed([question])[0])

    def retrieve(self, question: str, top_k: int) -> list[ScoredPassage]:
        """The `top_k` best passages for `question`, best first.

        Score: a convex combination of the cosine (negative counts as 0) and the words' share of the largest BM25
        that the question could reach (Bruch et al. 2023, arXiv:2210.11934, with bounds known beforehand in place
        of each query's own minimum and maximum, so that scores compare between questions).
        A passage that only words found has at most the cosine of the last one that vectors found.
        """
        if not self.passages:
            return []
        vector = self.question_vector(question)
        near = self._store.nearest(vector.tolist(), min(CANDIDATES, len(self.passages)), self._names)
        words = self.words.scores(terms(question))
        cosine = np.full(len(self.passages), near[-1][1] if near else 0.0)
        rows = set(np.argsort(-words, kind="stable")[:CANDIDATES].tolist())
        for id_, value in near:
            if id_ in self._row:
                cosine[self._row[id_]] = value
                rows.add(self._row[id_])
        score = VECTOR_WEIGHT * np.maximum(cosine, 0.0) + (1 - VECTOR_WEIGHT) * words
        best = sorted(rows, key=lambda row: (-score[row], row))[:top_k]
        return [
            ScoredPassage(self.passages[row], float(score[row]), float(cosine[row]), float(words[row]), rank)
            for rank, row in enumerate(best, start=1)
        ]
