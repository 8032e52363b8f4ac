"""How we reach Chroma: a folder or a server, and LlamaIndex's vector store over a collection."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError
from llama_index.core.vector_stores.types import VectorStoreQueryResult
from llama_index.vector_stores.chroma import ChromaVectorStore

from index.errors import StoreUnusable
from index.place import check_folder, is_url, server_of

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


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


def connect(place: str) -> "ClientAPI":
    """A client for the Chroma in the folder, or at the address, `place`.

    Raises:
        StoreUnusable: neither a folder we may use nor a server that answers.
    """
    settings = Settings(anonymized_telemetry=False)
    if is_url(place):
        try:
            host, port, secure = server_of(place)
            return chromadb.HttpClient(host=host, port=port, ssl=secure, settings=settings)
        except (ValueError, ChromaError, OSError) as error:
            raise StoreUnusable(
                f"{place}: no Chroma server answers there; start one with `chroma run`, or name a folder"
            ) from error
    folder = Path(place).expanduser()
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(str(folder), settings=settings)
    except (OSError, ValueError, ChromaError) as error:
        raise StoreUnusable(f"{place}: cannot be opened as a store ({error}); name another folder") from error
