"""Passages into Chroma and out again; the only file that knows Chroma."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings
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
from llama_index.vector_stores.chroma import ChromaVectorStore
from platformdirs import user_data_path

from index.chunk import chunk
from index.errors import SourceUnknown, StoreUnusable
from index.passage import Passage, Source

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

log = logging.getLogger("footnote.index")

COLLECTION = "footnote"
FORMAT = 1  # of what is embedded and of the metadata; a collection of another format is rebuilt
BATCH = 1000  # passages written at once
_FIELDS = ("source", "title", "sha256", "start", "end", "heading", "page")


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
        self._client = _connect(self.place)
        try:
            self._collection = self._open()
        except (ChromaError, ValueError, KeyError, TypeError) as error:
            raise StoreUnusable(
                f"{self.place}: its index cannot be read ({error}); name another store"
            ) from error

    def _open(self) -> chromadb.Collection:
        wanted = {"format": FORMAT, "embedding": self._model_name()}
        collection = self._client.get_or_create_collection(
            COLLECTION, metadata={"hnsw:space": "cosine", **wanted}, embedding_function=None
        )
        found = {key: (collection.metadata or {}).get(key) for key in wanted}
        if found == wanted:
            return collection
        log.warning(
            "The index at %s was made with %s (format %s); rebuilding it with %s (format %s).",
            self.place,
            found["embedding"],
            found["format"],
            wanted["embedding"],
            FORMAT,
        )
        sources = list(_sources_in(collection))
        self._client.delete_collection(COLLECTION)
        self._collection = self._client.create_collection(
            COLLECTION, metadata={"hnsw:space": "cosine", **wanted}, embedding_function=None
        )
        if sources:
            self.sync(*sources)
        return self._collection

    def _model_name(self) -> str:
        return f"{self._embedding.model_name}/{getattr(self._embedding, 'precision', 'api')}"

    def sync(self, *sources: Source) -> Synced:
        """Bring the store up to date with `sources`: only texts it did not hold are embedded, stale ones go."""
        passages = {passage.id: passage for source in sources for passage in chunk(source)}
        with self._lock():
            held = self._ids([source.name for source in sources])
            stale = [id_ for id_ in held if id_ not in passages]
            new = [passage for id_, passage in passages.items() if id_ not in set(held)]
            vectors = self._known_vectors(stale)
            embedded = sum(embedded_text(passage) not in vectors for passage in new)
            for start in range(0, len(new), BATCH):
                self._add(new[start : start + BATCH], vectors)
            self._delete(stale)
        return Synced(embedded=embedded, kept=len(passages) - embedded, removed=len(stale))

    def _ids(self, names: Sequence[str]) -> list[str]:
        return list(self._collection.get(where={"source": {"$in": list(names)}}, include=[])["ids"])

    def _known_vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """Embedded text -> vector of the passages `ids`, so that a moved passage need not be embedded again."""
        known: dict[str, list[float]] = {}
        for start in range(0, len(ids), BATCH):
            rows = self._collection.get(
                ids=list(ids[start : start + BATCH]), include=["embeddings", "documents", "metadatas"]
            )
            for passage, vector in zip(_passages(rows), np.asarray(rows["embeddings"]), strict=True):
                known[embedded_text(passage)] = vector.tolist()
        return known

    def _add(self, passages: Sequence[Passage], vectors: dict[str, list[float]]) -> None:
        unknown = [text for text in map(embedded_text, passages) if text not in vectors]
        vectors = vectors | dict(zip(unknown, self._embedding.get_text_embedding_batch(unknown), strict=True))
        nodes = [
            TextNode(
                id_=passage.id,
                text=passage.text,
                metadata=_metadata(passage),
                embedding=vectors[embedded_text(passage)],
            )
            for passage in passages
        ]
        self._vectors().add(list(nodes))

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
        for source in _join(self.passages([name])):
            return source
        raise SourceUnknown(f"{name}: not in the store {self.place}; `python -m index list` shows what is")

    def passages(self, names: Iterable[str] | None = None) -> list[Passage]:
        """The passages of the sources `names` (None: of all), by source and place."""
        where = None if names is None else {"source": {"$in": list(names)}}
        rows = self._collection.get(where=where, include=["documents", "metadatas"])
        return sorted(_passages(rows), key=lambda p: (p.source, p.start))

    def nearest(
        self, vector: Sequence[float], count: int, names: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine) of the passages nearest to a unit vector, best first; of `names` only, if given."""
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

    def _vectors(self) -> ChromaVectorStore:
        return ChromaVectorStore(chroma_collection=self._collection)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One writer at a time on a folder; a server sees to that itself."""
        if _is_url(self.place):
            yield
        else:
            with FileLock(Path(self.place) / "footnote.lock"):
                yield


def _is_url(place: str) -> bool:
    return urlsplit(place).scheme in {"http", "https"}


def _connect(place: str) -> "ClientAPI":
    settings = Settings(anonymized_telemetry=False)
    if _is_url(place):
        url = urlsplit(place)
        try:
            return chromadb.HttpClient(
                host=url.hostname or "", port=url.port or 8000, ssl=url.scheme == "https", settings=settings
            )
        except (ValueError, ChromaError, OSError) as error:
            raise StoreUnusable(
                f"{place}: no Chroma server answers there; start one with `chroma run`, or name a folder"
            ) from error
    folder = Path(place).expanduser()
    database = folder / "chroma.sqlite3"
    if folder.is_file():
        raise StoreUnusable(f"{place}: is a file, not a store; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not database.exists():
        raise StoreUnusable(f"{place}: holds other files and no index; name an empty or a new folder")
    if database.exists() and not database.read_bytes()[:16].startswith(b"SQLite format 3"):
        raise StoreUnusable(f"{place}: its chroma.sqlite3 is damaged; name another folder or delete this one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(str(folder), settings=settings)
    except (OSError, ValueError, ChromaError) as error:
        raise StoreUnusable(f"{place}: cannot be opened as a store ({error}); name another folder") from error


def _metadata(passage: Passage) -> dict[str, str | int]:
    return {key: getattr(passage, key) or 0 if key == "page" else getattr(passage, key) for key in _FIELDS}


def _passages(rows: Any) -> list[Passage]:
    return [
        Passage(
            id=id_,
            text=text,
            **{key: (row.get(key) or None) if key == "page" else row[key] for key in _FIELDS},
        )
        for id_, text, row in zip(rows["ids"], rows["documents"], rows["metadatas"], strict=True)
    ]


def _sources_in(collection: chromadb.Collection) -> Iterator[Source]:
    rows = collection.get(include=["documents", "metadatas"])
    yield from _join(sorted(_passages(rows), key=lambda p: (p.source, p.start)))


def _join(passages: Sequence[Passage]) -> Iterator[Source]:
    """The sources that tile: passages in order, joined."""
    by_source: dict[str, list[Passage]] = {}
    for passage in passages:
        by_source.setdefault(passage.source, []).append(passage)
    for name, parts in by_source.items():
        starts: dict[int, int] = {}
        for part in parts:
            if part.page is not None:
                starts.setdefault(part.page, part.start)
        text = "".join(part.text for part in parts)
        yield Source(
            name=name,
            title=parts[0].title,
            text=text,
            sha256=parts[0].sha256,
            page_starts=tuple(starts.values()),
        )
