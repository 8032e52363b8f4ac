"""A claim's words against those of evidence sentences: how near in meaning the nearest are."""

from collections.abc import Sequence

import numpy as np

from index.token_vectors import TokenVectors
from qa.grounding.claim import Claim


def aligned(claim: Claim, own: TokenVectors, read: Sequence[TokenVectors]) -> float:
    """Mean over the claim's words, weighted by rarity, of the best cosine in any sentence of `read`, to 1.

    1 for a claim without words of matter. `own`: the vectors of the claim's text.

    Source: BERTScore recall (Zhang et al. 2020, arXiv:1904.09675).
    Differs: whole words, not pieces; rarity is the word's rank in the vocabulary.
    """
    place = _words_of_pieces(claim, own)
    weight = np.array([word.weight for word in claim.words])
    used = place >= 0
    count = np.bincount(place[used], minlength=len(weight))
    weight = np.where(count > 0, weight, 0.0)
    if not weight.any():
        return 1.0
    if not read:
        return 0.0
    best = np.maximum.reduce([(own.tokens @ other.tokens.T).max(axis=1, initial=0.0) for other in read])
    per_word = np.bincount(place[used], best[used], minlength=len(weight)) / np.maximum(count, 1)
    return float(per_word @ weight / weight.sum())


def _words_of_pieces(claim: Claim, own: TokenVectors) -> np.ndarray:
    """Of each word piece the place of its word in the claim, -1 where it has none."""
    starts = np.array([word.start for word in claim.words] or [0])
    ends = np.array([word.end for word in claim.words] or [0])
    at = np.array([start for start, _ in own.spans], dtype=int)
    place = np.searchsorted(starts, at, "right") - 1
    return np.where((place >= 0) & (at < ends[place]), place, -1)
