"""The vectors of passages and of their sentences, in memory, for scoring them exactly."""

from collections.abc import Sequence

import numpy as np


class PassageVectors:
    """Of each passage the vectors a store holds: int8 directions, (1 + n_sentences, dim), its own first.

    A passage without sentences of its own has its own vector for both; one without vectors has cosine 0.
    """

    def __init__(self, blocks: Sequence[np.ndarray]) -> None:
        dim = max((block.shape[1] for block in blocks), default=0)
        filled = [block if block.size else np.zeros((1, dim), dtype=np.int8) for block in blocks]
        self._counts = np.array([len(block) for block in filled], dtype=np.intp)
        self._starts = np.cumsum(self._counts) - self._counts
        self._rows = np.concatenate(filled) if filled else np.zeros((0, dim), dtype=np.int8)
        lengths = [np.linalg.norm(block.astype(np.float32), axis=1) for block in filled]
        self._scale = 1 / np.maximum(np.concatenate(lengths), 1e-6) if filled else np.zeros(0, np.float32)
        # At full width, as every passage is asked for its own vector; its sentences only where it is near.
        self._own = self._rows[self._starts] * self._scale[self._starts, None]

    def cosines(self, vector: np.ndarray) -> np.ndarray:
        """Cosines of all passages' own vectors to a unit vector: float32, (n_passages,)."""
        if not self._rows.size:
            return np.zeros(len(self._counts), np.float32)
        return np.asarray(self._own @ vector)

    def best_sentences(self, passages: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """Cosines of the best sentences of `passages` (row numbers) to a unit vector: float32, (n,)."""
        if not self._rows.size:
            return np.zeros(len(passages), np.float32)
        counts = self._counts[passages]
        firsts = np.cumsum(counts) - counts
        rows = np.repeat(self._starts[passages] - firsts, counts) + np.arange(counts.sum())
        values = self._rows[rows].astype(np.float32) @ vector * self._scale[rows]
        values[firsts[counts > 1]] = -1.0  # the passage's own vector is no sentence
        return np.asarray(np.maximum.reduceat(values, firsts))
