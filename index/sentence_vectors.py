"""The sentences of passages and their embeddings, computed once and kept in memory."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from index.embed import embed_texts
from index.passage import Passage
from index.sentences import Span, trimmed_sentences

KEPT = 20_000  # passages; at about 5 sentences each, 150 MB


@dataclass(frozen=True, slots=True, eq=False)
class PassageSentences:
    """Sentence spans, without the blank around them, in offsets of the source; unit vectors, (n, dim)."""

    passage: Passage
    spans: tuple[Span, ...]
    texts: tuple[str, ...]
    vectors: np.ndarray


class SentenceVectors:
    """Sentences with embeddings for any passages; a passage seen before costs nothing."""

    def __init__(self, embedding: BaseEmbedding) -> None:
        self._embedding = embedding
        self._kept: OrderedDict[str, PassageSentences] = OrderedDict()

    def of(self, passages: Sequence[Passage]) -> list[PassageSentences]:
        """The sentences of each passage, in order; new ones are embedded in one batch."""
        new = {p.id: p for p in passages if p.id not in self._kept}
        spans = {id_: trimmed_sentences(passage.text) for id_, passage in new.items()}
        texts = {id_: [new[id_].text[a:b] for a, b in spans[id_]] for id_ in new}
        flat = [text for part in texts.values() for text in part]
        vectors = embed_texts(self._embedding, flat)
        at = 0
        for id_, passage in new.items():
            count = len(texts[id_])
            self._kept[id_] = PassageSentences(
                passage,
                tuple((passage.start + a, passage.start + b) for a, b in spans[id_]),
                tuple(texts[id_]),
                vectors[at : at + count],
            )
            at += count
        found = [self._kept[passage.id] for passage in passages]
        for passage in passages:
            self._kept.move_to_end(passage.id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
