"""How we reach Chroma: a folder or a server, and LlamaIndex's vector store over a collection."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError
from llama_index.core.vector_stores.types import VectorStoreQueryResult
from llama_index.vector_stores.chroma import ChromaVectorStore

from index.errors import StoreUnusable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

LOCK = "footnote.lock"  # the file in a store's folder that its one writer holds


class PlainChroma(ChromaVectorStore):
    """LlamaIndex's Chroma store, answering with ids and similarities only: building nodes is slow."""

    def _query(
        self, query_embeddings: list[float], n_results: int, where: Any, **options: Any
    ) -> VectorStoreQueryResult:
        found = self._collection.query(
            query_embeddings=query_embeddings,
            n_results=n_results,
            where=where or None,
            include=["distances"],
            **options,
        )
        similarities = np.exp(-np.asarray((found["distances"] or [[]])[0]))
        return VectorStoreQueryResult(ids=found["ids"][0], similarities=similarities.tolist())


def is_url(place: str) -> bool:
    """Whether a store's place is a server's address, not a folder."""
    return urlsplit(place).scheme in {"http", "https"}


def connect(place: str) -> "ClientAPI":
    """A client for the Chroma in the folder, or at the address, `place`.

    Raises:
        StoreUnusable: neither a folder we may use nor a server that answers.
    """
    settings = Settings(anonymized_telemetry=False)
    if is_url(place):
        url = urlsplit(place)
        try:
            port = url.port or (443 if url.scheme == "https" else 8000)
            return chromadb.HttpClient(
                host=url.hostname or "", port=port, ssl=url.scheme == "https", settings=settings
            )
        except (ValueError, ChromaError, OSError) as error:
            raise StoreUnusable(
                f"{place}: no Chroma server answers there; start one with `chroma run`, or name a folder"
            ) from error
    folder = Path(place).expanduser()
    try:
        _check(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(str(folder), settings=settings)
    except (OSError, ValueError, ChromaError) as error:
        raise StoreUnusable(f"{place}: cannot be opened as a store ({error}); name another folder") from error


def _check(folder: Path) -> None:
    database = folder / "chroma.sqlite3"
    if folder.exists() and not folder.is_dir():
        raise StoreUnusable(f"{folder}: is a file, not a store; name a folder")
    if database.is_file():
        with database.open("rb") as file:
            if file.read(15) != b"SQLite format 3":
                raise StoreUnusable(
                    f"{folder}: its chroma.sqlite3 is damaged; name another folder or delete this one"
                )
    elif folder.is_dir() and any(file.name != LOCK for file in folder.iterdir()):
        raise StoreUnusable(f"{folder}: holds other files and no index; name an empty or a new folder")
