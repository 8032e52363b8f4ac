"""The vectors of passages and of their sentences, in memory, for scoring candidates exactly."""

from collections.abc import Sequence

import numpy as np


class PassageVectors:
    """Of each passage the vectors a store holds: int8 directions, (1 + n_sentences, dim), its own first."""

    def __init__(self, blocks: Sequence[np.ndarray]) -> None:
        dim = max((block.shape[1] for block in blocks), default=0)
        filled = [block if block.size else np.zeros((1, dim), dtype=np.int8) for block in blocks]
        self._counts = np.array([len(block) for block in filled], dtype=np.intp)
        self._starts = np.cumsum(self._counts) - self._counts
        self._rows = np.concatenate(filled) if filled else np.zeros((0, dim), dtype=np.int8)

    def cosines(self, passages: np.ndarray, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cosines of passages (row numbers) to a unit vector, and their best sentences': float32, (n,) each.

        A passage without sentences of its own has the same for both; one without vectors has 0.
        """
        if not self._rows.size:
            return np.zeros(len(passages), np.float32), np.zeros(len(passages), np.float32)
        counts = self._counts[passages]
        firsts = np.cumsum(counts) - counts
        within = np.arange(counts.sum()) - np.repeat(firsts, counts)
        block = self._rows[np.repeat(self._starts[passages], counts) + within].astype(np.float32)
        values = block @ vector / np.maximum(np.linalg.norm(block, axis=1), 1e-6)
        own = values[firsts]
        sentences = values.copy()
        sentences[firsts[counts > 1]] = -1.0  # the passage's own vector is no sentence
        return own, np.maximum.reduceat(sentences, firsts)
