"""The embedding models, as LlamaIndex embeddings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from tokenizers import Tokenizer

from index.encoder import MAX_TOKENS, WIDTH, graph_file, weights_folder
from index.runtime import onnxruntime

BATCH_TOKENS = 4096  # padded tokens in one run of the graph: bounds memory, keeps both cores busy


class MiniLM(BaseEmbedding):
    """all-MiniLM-L6-v2 from packaged weights on onnxruntime: no network, 384 dimensions, unit length.

    A text longer than 512 word pieces is cut there; passages stay below that.

    Raises:
        WeightsInvalid: the packaged weights are missing or altered.
    """

    model_name: str = "all-MiniLM-L6-v2"
    precision: str = "int8"

    _session: onnxruntime.InferenceSession = PrivateAttr()
    _tokenizer: Tokenizer = PrivateAttr()

    def __init__(self, precision: str = "int8", **options: Any) -> None:
        super().__init__(precision=precision, **options)
        settings = onnxruntime.SessionOptions()
        settings.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(graph_file(precision)), settings, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    @classmethod
    def class_name(cls) -> str:
        return "MiniLM"

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of `texts`: float32, (n_texts, 384), unit length.

        Texts are sorted by length and padded only to their batch, so a short one costs little.
        """
        encoded = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i].ids))
        out = np.empty((len(texts), WIDTH), dtype=np.float32)
        while order:
            size = max(1, BATCH_TOKENS // len(encoded[order[-1]].ids))
            batch = order[-size:]
            del order[-size:]
            out[batch] = self._run([encoded[i].ids for i in batch])
        return out

    def token_states(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The spans of a text's tokens in it, int, (n_tokens, 2), and their states, float32, (n_tokens, 384).

        The model's own marks at both ends have empty spans; past 512 tokens there is nothing. Each text is run
        alone: int8 ranges are taken over a whole batch, so in company the same text would get other states.
        """
        encoded = self._tokenizer.encode(text)
        return np.array(encoded.offsets), self._run([encoded.ids], "tokens")[0]

    def _run(self, rows: list[list[int]], output: str = "embedding") -> np.ndarray:
        longest = max(map(len, rows))
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        (found,) = self._session.run([output], {"ids": ids, "mask": mask})
        return np.asarray(found, dtype=np.float32)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.embed([text])[0].tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.embed(texts).tolist()  # type: ignore[no-any-return]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)
