"""Passages and their vectors as Chroma's rows, and back."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.embed import TextVectors
from index.passage import Passage, Source

_FIELDS = ("source", "title", "sha256", "start", "end", "heading")


@dataclass(frozen=True, slots=True, eq=False)
class HeldPassage:
    """A passage with the directions of its own vector and of its sentences': int8, (1 + n_sentences, dim).

    `familiar`, in 0..1: how well the embedding model knows its words.
    """

    passage: Passage
    vectors: np.ndarray
    familiar: float

    def text_vectors(self, own: np.ndarray) -> TextVectors:
        """What the model made of the text, `own` being the passage's vector at full precision."""
        rows = self.vectors[1:].astype(np.float32)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return TextVectors(np.vstack([own[None], *rows[:, None]]).astype(np.float32), self.familiar)


def passage_metadata(passage: Passage) -> dict[str, str | int]:
    """The passage's fields but its id and text; page 0 where it has none."""
    return {key: getattr(passage, key) for key in _FIELDS} | {"page": passage.page or 0}


def vector_metadata(made: TextVectors) -> dict[str, str | float]:
    """Vectors as text: in each row the largest component becomes 127, which costs a cosine less than .005."""
    scale = np.maximum(np.abs(made.vectors).max(axis=1, keepdims=True), 1e-12)
    small = np.rint(made.vectors / scale * 127).astype(np.int8)
    packed = base64.b64encode(small.tobytes()).decode("ascii")
    return {"vectors": f"{len(small)}:{packed}", "familiar": made.familiar}


def passages_of(rows: Any) -> list[Passage]:
    """The passages of rows got with documents and metadatas, in their order."""
    return [
        Passage(id=id_, text=text, page=row["page"] or None, **{key: row[key] for key in _FIELDS})
        for id_, text, row in zip(rows["ids"], rows["documents"], rows["metadatas"], strict=True)
    ]


def held_of(rows: Any) -> list[HeldPassage]:
    """The same with their vectors; none for a passage whose writing was interrupted."""
    return [
        HeldPassage(passage, _unpacked(row.get("vectors") or ""), row.get("familiar", 1.0))
        for passage, row in zip(passages_of(rows), rows["metadatas"], strict=True)
    ]


def _unpacked(text: str) -> np.ndarray:
    count, _, packed = text.partition(":")
    flat = np.frombuffer(base64.b64decode(packed), dtype=np.int8)
    return flat.reshape(int(count), -1) if count else flat.reshape(0, 0)


def sources_of(passages: Sequence[Passage]) -> Iterator[Source]:
    """The sources whose passages these are: all of each, in order of source and place."""
    by_source: dict[str, list[Passage]] = {}
    for passage in passages:
        by_source.setdefault(passage.source, []).append(passage)
    for name, parts in by_source.items():
        starts: dict[int, int] = {}
        for part in parts:
            if part.page is not None:
                starts.setdefault(part.page, part.start)
        yield Source(
            name=name,
            title=parts[0].title,
            text="".join(part.text for part in parts),
            sha256=parts[0].sha256,
            page_starts=tuple(starts.values()),
        )
