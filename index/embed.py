"""The embedding models, as LlamaIndex embeddings."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVar

import numpy as np
import regex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from tokenizers import Encoding, Tokenizer

from index.encoder import MAX_TOKENS, graph_file, weights_folder, word_vectors
from index.errors import EmbeddingFailed, EmbeddingUnknown
from index.graph import WIDTH, session
from index.runtime import onnxruntime
from index.sentences import Span

T = TypeVar("T")
R = TypeVar("R")

RECENT = 16  # texts whose run is remembered
RETRIES = 2  # of a request to a server
_SURROGATE = regex.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, eq=False)
class TextVectors:
    """What a model makes of one text.

    `vectors`: float32, (1 + n_parts, dim), unit: the whole text's, then each part's, read in its context.
    `familiar`: how well the model knows the text's words, in 0..1.
    """

    vectors: np.ndarray
    familiar: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class TokenStates:
    """The tokens of a text, the model's own marks at both ends with them; past 512 tokens is nothing.

    `spans`: int, (n_tokens, 2), in code points of the text, empty for the marks; `last` and `middle`:
    float32, (n_tokens, 384), after the model's last layer and after `index.encoder.MIDDLE`.
    """

    spans: np.ndarray
    last: np.ndarray
    middle: np.ndarray


class MiniLM(BaseEmbedding):
    """all-MiniLM-L6-v2 from packaged weights on onnxruntime: no network, 384 dimensions, unit length.

    A text longer than 512 word pieces is cut there; passages stay below that.

    Raises:
        WeightsInvalid: the packaged weights are missing or altered.
    """

    model_name: str = "all-MiniLM-L6-v2"
    precision: str = "int8"

    _one: onnxruntime.InferenceSession = PrivateAttr()
    _many: onnxruntime.InferenceSession = PrivateAttr()
    _words: np.ndarray = PrivateAttr()
    _tokenizer: Tokenizer = PrivateAttr()
    _alone: Callable[[str], tuple[np.ndarray, TokenStates]] = PrivateAttr()

    def __init__(self, precision: str = "int8", **options: Any) -> None:
        super().__init__(**{"precision": precision} | options)
        # All cores for one text, or a core for each of many: the same vectors, each the faster for its case.
        self._one = session(graph_file(precision), os.cpu_count() or 1)
        self._many = session(graph_file(precision))
        self._words = word_vectors()
        self._tokenizer = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        # A question is embedded to find passages, then its tokens are read to choose sentences: one run.
        self._alone = lru_cache(maxsize=RECENT)(self._read_alone)

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex knows the class by."""
        return "MiniLM"

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of `texts`: float32, (n_texts, 384), unit length.

        Each text is run alone, so its vector does not depend on its company: no padding, and int8 ranges of
        its own. As fast as batches, which are no longer than a processor's cache either way.
        """
        if len(texts) == 1:
            return self._run(self._one, self._encode(texts)[0], "embedding")[0]
        rows = each(lambda text: self._run(self._many, text, "embedding")[0][0], self._encode(texts))
        return np.array(rows, dtype=np.float32).reshape(len(texts), WIDTH)

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[TextVectors]:
        """Each text with its parts (spans of it, in code points), all from one pass over the text.

        A part's vector is the mean of its tokens' states, so it knows what stands around it ("late chunking",
        Günther et al. 2024, arXiv:2409.04701). A part beyond token 512 has the whole text's vector.
        """

        def made(item: tuple[Encoding, Sequence[Span]]) -> TextVectors:
            text, spans = item
            whole, states = self._run(self._many, text, "embedding", "tokens")
            return TextVectors(
                np.vstack([whole, *_pooled(states[0], text, spans, whole[0])]), _familiar(text)
            )

        return each(made, list(zip(self._encode(texts), parts, strict=True)))

    def token_states(self, text: str) -> TokenStates:
        """The states of a text's tokens."""
        return self._alone(text)[1]

    def embed_alone(self, text: str) -> np.ndarray:
        """What `embed` makes of one text; its token states then come for nothing: float32, (384,)."""
        return self._alone(text)[0]

    def _read_alone(self, text: str) -> tuple[np.ndarray, TokenStates]:
        encoded = self._encode([text])[0]
        whole, last, middle = self._run(self._one, encoded, "embedding", "tokens", "middle")
        return whole[0], TokenStates(np.array(encoded.offsets), last[0], middle[0])

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        # Half a surrogate pair is no character: the tokenizer would refuse it.
        return list(self._tokenizer.encode_batch([_SURROGATE.sub("\ufffd", text) for text in texts]))

    def _run(self, on: onnxruntime.InferenceSession, text: Encoding, *outputs: str) -> list[np.ndarray]:
        return list(on.run(list(outputs), {"words": self._words[text.ids][None]}))

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.embed([text])[0].tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.embed(texts).tolist()  # type: ignore[no-any-return]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def each(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """`work` done on every item, in order; on all cores, as onnxruntime lets others run meanwhile."""
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, items))


def embedding_model(name: str = "minilm", api_base: str | None = None) -> BaseEmbedding:
    """The embedding model a setting names: "minilm", or "openai:NAME" of any OpenAI-compatible server.

    `api_base` is the server's address (None: OpenAI's own); its key is taken from OPENAI_API_KEY.

    Raises:
        EmbeddingUnknown: `name` is neither.
    """
    kind, _, model = name.partition(":")
    if name == "minilm":
        return minilm()
    if kind == "openai" and model:
        from llama_index.embeddings.openai import OpenAIEmbedding

        return OpenAIEmbedding(model_name=model, api_base=api_base, max_retries=RETRIES)
    raise EmbeddingUnknown(
        f"{name}: no embedding model of that name; use minilm, or openai:NAME, for instance "
        "openai:text-embedding-3-small"
    )


@cache
def minilm() -> MiniLM:
    """The one MiniLM of this process: its sessions may be run from many threads."""
    return MiniLM()


def embed_question(embedding: BaseEmbedding, question: str) -> np.ndarray:
    """The question's embedding: float32, (dim,), unit length.

    Raises:
        EmbeddingFailed: the model's server did not answer.
    """
    if isinstance(embedding, MiniLM):
        return embedding.embed_alone(question)
    return np.asarray(_unit(_ask(embedding, lambda: [embedding.get_query_embedding(question)]))[0])


def embed_texts(embedding: BaseEmbedding, texts: Sequence[str]) -> np.ndarray:
    """The texts' embeddings: float32, (n_texts, dim), unit length.

    Raises:
        EmbeddingFailed: the model's server did not answer.
    """
    if isinstance(embedding, MiniLM):
        return embedding.embed(texts)
    if not texts:
        return np.zeros((0, 1), dtype=np.float32)
    return _unit(_ask(embedding, lambda: embedding.get_text_embedding_batch(list(texts))))


def embed_parts(
    embedding: BaseEmbedding, texts: Sequence[str], parts: Sequence[Sequence[Span]]
) -> list[TextVectors]:
    """Each text with its parts; a model that shows no token states gives the whole text's vector alone.

    Raises:
        EmbeddingFailed: the model's server did not answer.
    """
    if isinstance(embedding, MiniLM):
        return embedding.embed_parts(texts, parts)
    return [TextVectors(vector[None]) for vector in embed_texts(embedding, texts)]


def _ask(embedding: BaseEmbedding, call: Callable[[], list[list[float]]]) -> list[list[float]]:
    from openai import OpenAIError

    try:
        return list(call())
    except OpenAIError as error:
        raise EmbeddingFailed(
            f"{embedding.model_name}: no embeddings from its server ({type(error).__name__}); "
            "check OPENAI_BASE_URL and OPENAI_API_KEY, or use minilm"
        ) from error


def _unit(rows: np.ndarray | list[list[float]]) -> np.ndarray:
    vectors = np.asarray(rows, dtype=np.float32)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def _pooled(
    states: np.ndarray, encoded: Encoding, parts: Sequence[Span], whole: np.ndarray
) -> list[np.ndarray]:
    """Unit means of the states of each part's tokens: float32, (1, 384) each; `whole` without any."""
    inner = [i for i, special in enumerate(encoded.special_tokens_mask) if not special]
    ends = [encoded.offsets[i][1] for i in inner]
    sums = np.vstack([np.zeros((1, states.shape[1]), np.float32), np.cumsum(states[inner], axis=0)])
    first = np.searchsorted(ends, [start for start, _ in parts], side="right")
    last = np.searchsorted(ends, [end for _, end in parts], side="right")
    return [
        _unit(sums[b : b + 1] - sums[a : a + 1]) if b > a else whole[None]
        for a, b in zip(first, last, strict=True)
    ]


def _familiar(encoded: Encoding) -> float:
    """Share of the words that are one piece of more than one character; about .9 in English, 0 in Hindi."""
    pieces: dict[int, list[str]] = {}
    for word, token in zip(encoded.word_ids, encoded.tokens, strict=True):
        if word is not None and (token[:1].isalpha() or token == "[UNK]" or word in pieces):
            pieces.setdefault(word, []).append(token)
    if not pieces:
        return 1.0
    return sum(len(p) == 1 and len(p[0]) > 1 and p[0] != "[UNK]" for p in pieces.values()) / len(pieces)
