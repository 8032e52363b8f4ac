"""Passages into Chroma and out again; the only file that knows Chroma."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import chromadb
import numpy as np
from chromadb.errors import ChromaError
from filelock import FileLock
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)
from platformdirs import user_data_path

from index.chroma import PlainChroma, connect
from index.chunk import chunk
from index.embed import TextVectors, embed_parts
from index.errors import SourceUnknown, SourceUnreadable, StoreUnusable
from index.passage import Passage, Source
from index.place import LOCK, is_url
from index.records import HeldPassage, held_of, passage_metadata, passages_of, sources_of, vector_metadata
from index.sentences import Span, trimmed_sentences

if TYPE_CHECKING:
    from chromadb.api.types import Where

log = logging.getLogger("footnote.index")

COLLECTION = "footnote"
REBUILT = "footnote-rebuilt"  # while a rebuild is under way
FORMAT = 4  # of what is embedded and of the metadata; a collection of another format is rebuilt
BATCH = 1000  # passages written at once


@dataclass(frozen=True, slots=True)
class Synced:
    """What bringing a store up to date with a source took, in passages."""

    embedded: int
    kept: int
    removed: int


def embedded_text(passage: Passage) -> str:
    """What the embedding model and the word index see of a passage: its text under its title and heading."""
    context = [part for part in (passage.title, passage.heading) if part and part not in passage.text]
    return "\n".join([*context, passage.text])


class Store:
    """Sources and their passages, kept in one Chroma collection (cosine) on disk or on a server.

    Raises:
        StoreUnusable: `place` is neither a folder we may use nor a Chroma server that answers.
    """

    def __init__(self, place: str | Path | None, embedding: BaseEmbedding) -> None:
        self.place = str(place or user_data_path("footnote") / "store")
        self._embedding = embedding
        self._client = connect(self.place)
        try:
            self._collection = self._open()
        except (ChromaError, ValueError, KeyError, TypeError) as error:
            raise StoreUnusable(
                f"{self.place}: its index cannot be read ({error}); name another store"
            ) from error

    def _open(self) -> chromadb.Collection:
        wanted = {"hnsw:space": "cosine", "format": FORMAT, "embedding": self._model_name()}
        with self._lock():
            collection = self._client.get_or_create_collection(
                COLLECTION, metadata=wanted, embedding_function=None
            )
            found = collection.metadata or {}
            if {key: found.get(key) for key in wanted} == wanted:
                return collection
            log.warning(
                "The index at %s was made with %s (format %s); rebuilding it with %s (format %s).",
                self.place,
                found.get("embedding"),
                found.get("format"),
                wanted["embedding"],
                FORMAT,
            )
            return self._rebuild(collection, wanted)

    def _rebuild(self, old: chromadb.Collection, metadata: dict[str, Any]) -> chromadb.Collection:
        """The sources of `old` in a new collection; the old one goes only when that is complete."""
        rows = old.get(include=["documents", "metadatas"])
        sources = list(sources_of(sorted(passages_of(rows), key=_place)))
        if REBUILT in {collection.name for collection in self._client.list_collections()}:
            self._client.delete_collection(REBUILT)  # a rebuild that was interrupted
        self._collection = self._client.create_collection(REBUILT, metadata=metadata, embedding_function=None)
        self._write(sources)
        self._client.delete_collection(COLLECTION)
        self._collection.modify(name=COLLECTION)
        return self._collection

    def _model_name(self) -> str:
        return f"{self._embedding.model_name}/{getattr(self._embedding, 'precision', 'api')}"

    def sync(self, *sources: Source) -> Synced:
        """Bring the store up to date with `sources`: only texts it did not hold are embedded, stale ones go.

        Raises:
            SourceUnreadable: a text holds half a surrogate pair, which is no character.
        """
        for source in sources:
            _check(source)
        with self._lock():
            return self._write(sources)

    def _write(self, sources: Sequence[Source]) -> Synced:
        passages = {passage.id: passage for source in sources for passage in chunk(source)}
        held = self._ids([source.name for source in sources])
        stale = [id_ for id_ in held if id_ not in passages]
        kept = set(held)
        new = [passage for id_, passage in passages.items() if id_ not in kept]
        known = self._known_vectors(stale) if new else {}
        embedded = sum(embedded_text(passage) not in known for passage in new)
        for start in range(0, len(new), BATCH):
            self._add(new[start : start + BATCH], known)
        self._delete(stale)
        return Synced(embedded=embedded, kept=len(passages) - embedded, removed=len(stale))

    def _ids(self, names: Sequence[str]) -> list[str]:
        rows = self._collection.get(where=_of(names), include=[])
        return list(rows["ids"])

    def _known_vectors(self, ids: Sequence[str]) -> dict[str, TextVectors]:
        """Embedded text -> vectors of the passages `ids`: a moved passage need not be embedded again."""
        known: dict[str, TextVectors] = {}
        for start in range(0, len(ids), BATCH):
            rows = self._collection.get(
                ids=list(ids[start : start + BATCH]), include=["embeddings", "documents", "metadatas"]
            )
            for held, vector in zip(held_of(rows), np.asarray(rows["embeddings"]), strict=True):
                known[embedded_text(held.passage)] = held.text_vectors(vector)
        return known

    def _add(self, passages: Sequence[Passage], known: dict[str, TextVectors]) -> None:
        texts = [embedded_text(passage) for passage in passages]
        unknown = [i for i, text in enumerate(texts) if text not in known]
        parts = [_parts(passages[i], texts[i]) for i in unknown]
        made = embed_parts(self._embedding, [texts[i] for i in unknown], parts)
        known = known | {texts[i]: vectors for i, vectors in zip(unknown, made, strict=True)}
        nodes = [
            TextNode(
                id_=passage.id,
                text=passage.text,
                metadata=passage_metadata(passage),
                embedding=known[text].vectors[0].tolist(),
            )
            for passage, text in zip(passages, texts, strict=True)
        ]
        self._vectors().add(list(nodes))
        # Beside the node, not in it: LlamaIndex writes a node's own metadata twice.
        self._collection.update(
            ids=[passage.id for passage in passages],
            metadatas=[vector_metadata(known[text]) for text in texts],
        )

    def _delete(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), BATCH):
            self._collection.delete(ids=list(ids[start : start + BATCH]))

    def remove(self, name: str) -> int:
        """Remove the source `name`; the number of passages that went.

        Raises:
            SourceUnknown: the store holds no such source.
        """
        with self._lock():
            ids = self._ids([name])
            if not ids:
                raise SourceUnknown(
                    f"{name}: not in the store {self.place}; `python -m index list` shows what is"
                )
            self._delete(ids)
        return len(ids)

    def names(self) -> list[str]:
        """The names of the sources held, sorted."""
        rows = self._collection.get(include=["metadatas"])
        return sorted({str(row["source"]) for row in rows["metadatas"] or ()})

    def source(self, name: str) -> Source:
        """The source `name`, rebuilt from its passages.

        Raises:
            SourceUnknown: the store holds no such source.
        """
        for source in sources_of(self.passages([name])):
            return source
        raise SourceUnknown(f"{name}: not in the store {self.place}; `python -m index list` shows what is")

    def passages(self, names: Iterable[str] | None = None) -> list[Passage]:
        """The passages of the sources `names` (None: of all), by source and place."""
        return [held.passage for held in self.read(names)]

    def read(self, names: Iterable[str] | None = None) -> list[HeldPassage]:
        """The passages of the sources `names` (None: of all) with their vectors, by source and place."""
        where = None if names is None else _of(list(names))
        rows = self._collection.get(where=where, include=["documents", "metadatas"])
        return sorted(held_of(rows), key=lambda held: _place(held.passage))

    def __len__(self) -> int:
        """The number of passages held."""
        return int(self._collection.count())

    def nearest(
        self, vector: Sequence[float], count: int, names: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine) of the passages nearest to a unit vector, best first; of `names` if given."""
        chosen = None
        if names is not None:
            rule = MetadataFilter(key="source", value=list(names), operator=FilterOperator.IN)
            chosen = MetadataFilters(filters=[rule])
        query = VectorStoreQuery(query_embedding=list(vector), similarity_top_k=count, filters=chosen)
        found = self._vectors().query(query)
        # LlamaIndex's similarity is exp(-distance), Chroma's distance 1 - cosine.
        return [
            (id_, 1 + float(np.log(similarity)))
            for id_, similarity in zip(found.ids or (), found.similarities or (), strict=True)
        ]

    def _vectors(self) -> PlainChroma:
        return PlainChroma(chroma_collection=self._collection)  # type: ignore[call-arg]  # pydantic's

    def _lock(self) -> AbstractContextManager[Any]:
        """One writer at a time on a folder; a server sees to that itself."""
        return nullcontext() if is_url(self.place) else FileLock(Path(self.place).expanduser() / LOCK)


def _check(source: Source) -> None:
    try:
        for text in (source.name, source.title, source.text):
            text.encode("utf-8")
    except UnicodeEncodeError as error:
        name = source.name.encode("utf-8", "replace").decode("utf-8")
        reason = "holds half a surrogate pair, which is no character; save it as UTF-8 and try again"
        raise SourceUnreadable(name, reason) from error


def _place(passage: Passage) -> tuple[str, int]:
    return passage.source, passage.start


def _of(names: Sequence[str]) -> "Where":
    return cast("Where", {"source": {"$in": list(names)}})


def _parts(passage: Passage, text: str) -> list[Span]:
    """The spans of the passage's sentences in its embedded text, where it comes last."""
    ahead = len(text) - len(passage.text)
    return [(start + ahead, end + ahead) for start, end in trimmed_sentences(passage.text)]
