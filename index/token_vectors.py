"""Texts -> the contextual vectors of their word pieces, kept in memory."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.sentences import Span

if TYPE_CHECKING:
    from index.embed import MiniLM

KEPT = 4_000  # texts; at about 30 word pieces each, 180 MB


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """The spans of a text's word pieces in it, and their vectors: float32, (n, 384), unit length."""

    spans: tuple[Span, ...]
    tokens: np.ndarray


class TokenReader:
    """Texts read into token vectors; a text read before costs nothing."""

    def __init__(self, embedding: "MiniLM") -> None:
        self._embedding = embedding
        self._kept: OrderedDict[str, TokenVectors] = OrderedDict()

    def read(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The token vectors of each text, in order."""
        found = []
        for text in texts:
            if text not in self._kept:
                self._kept[text] = self._vectors(text)
            self._kept.move_to_end(text)
            found.append(self._kept[text])
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _vectors(self, text: str) -> TokenVectors:
        places, states = self._embedding.token_states(text)
        inner = states[1:-1]  # the marks at both ends stand for no text
        spans = tuple((int(start), int(end)) for start, end in places[1:-1])
        return TokenVectors(spans, inner / np.linalg.norm(inner, axis=1, keepdims=True))
