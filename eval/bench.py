"""Speed: our embedder against Chroma's default one on the same weights, and warm retrieval."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from eval.layouts import article_set
from eval.result import Measure, Result
from index.chunk import chunk
from index.embed import MiniLM
from index.encoder import encoder, weights_folder
from index.graph import WIDTH
from index.passage import Source
from index.retrieve import Retriever
from index.source import ARTICLE, read_source
from index.store import Store, embedded_text

LARGE = 10_000  # passages in the large index
QUESTIONS = 30  # timed of each kind
IN_A_ROW, PAUSE_S = 5, 0.1  # calls of one side in its turn, after a pause


class RandomUnit(BaseEmbedding):
    """Random unit vectors: fills a large index in seconds, where only the time of a search matters."""

    model_name: str = "random"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows = np.random.default_rng(len(texts)).normal(size=(len(texts), WIDTH))
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).tolist()  # type: ignore[no-any-return]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def bench(large: int = LARGE) -> Result:
    """Ratios and milliseconds of one run on this machine; they are no gates.

    `index_speed_ratio`, `question_speed_ratio`: times faster than Chroma's ONNXMiniLM_L6_V2 on the article's
    passages and on one question. `retrieve_*_ms`, `retrieve_large_*_ms`: warm, a new question each time.
    """
    article = read_source(ARTICLE, ARTICLE.name)
    texts = [embedded_text(passage) for passage in chunk(article)]
    questions = [row.question for row in article_set().questions][:QUESTIONS]
    embedding = MiniLM()
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        chroma = chroma_embedder(Path(folder) / "weights")
        measured = {
            "index_speed_ratio": _ratio(lambda: chroma(texts), lambda: embedding.embed(texts), 3),
            "question_speed_ratio": _ratio(
                lambda: chroma(questions[:1]), lambda: embedding.embed(questions[:1]), 15
            ),
        }
        small = _warm(Path(folder) / "small", article, embedding, embedding, questions)
        big = _warm(Path(folder) / "large", _shuffled(article, large), RandomUnit(), embedding, questions)
        for name, times in (("retrieve", small), ("retrieve_large", big)):
            measured[f"{name}_p50_ms"] = float(np.median(times))
            measured[f"{name}_fastest_ms"] = min(times)
    return Result(
        name="bench",
        kind="bench",
        n=len(texts),
        fingerprint=article.sha256[:16],
        settings={"large": large},
        model=f"{embedding.model_name}/{embedding.precision}",
        checker="",
        measures={name: Measure(round(v, 2), round(v, 2), round(v, 2)) for name, v in measured.items()},
    )


def chroma_embedder(folder: Path) -> Callable[[Sequence[str]], Any]:
    """Chroma's own default embedder, on our weights, so that it need not download any."""
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    class Local(ONNXMiniLM_L6_V2):
        DOWNLOAD_PATH = folder

    _export(folder / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME)
    embedder = Local(preferred_providers=["CPUExecutionProvider"])
    return lambda texts: embedder(list(texts))


def _export(folder: Path) -> None:
    """Our fp32 graph and tokenizer under the names, inputs and output that Chroma's embedder expects."""
    import onnx
    from onnx import TensorProto, helper

    folder.mkdir(parents=True)
    for name in (
        "config.json",
        "special_tokens_map.json",
        "tokenizer_config.json",
        "tokenizer.json",
        "vocab.txt",
    ):
        (folder / name).write_bytes((weights_folder() / name).read_bytes())
    model = encoder("fp32", padded=True)
    names = {"ids": "input_ids", "mask": "attention_mask", "tokens": "last_hidden_state"}
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    ints = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in inputs]
    states = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", WIDTH])
    model.graph.ClearField("input")
    model.graph.ClearField("output")
    model.graph.input.extend(ints)
    model.graph.output.extend([states])
    onnx.save(model, folder / "model.onnx")


def _ratio(theirs: Callable[[], Any], ours: Callable[[], Any], repeats: int) -> float:
    """How many times faster ours is: the fastest of each in turns, as other work only ever slows one down.

    Before a turn is a pause, as the other side's threads wait busily for a while; a turn is a few calls.
    """
    best = [float("inf"), float("inf")]
    for _ in range(1 + repeats):
        for side, call in enumerate((theirs, ours)):
            sleep(PAUSE_S)
            for _ in range(IN_A_ROW):
                began = perf_counter()
                call()
                best[side] = min(best[side], perf_counter() - began)
    return best[0] / best[1]


def _warm(
    folder: Path, source: Source, fill: BaseEmbedding, ask: BaseEmbedding, questions: Sequence[str]
) -> list[float]:
    store = Store(folder, fill)
    store.sync(source)
    retriever = Retriever(store, ask)
    times = []
    for number, question in enumerate([*questions, *questions]):
        began = perf_counter()
        retriever.retrieve(f"{question} {number}", 5)
        times.append((perf_counter() - began) * 1000)
    return times[len(questions) :]


def _shuffled(source: Source, passages: int) -> Source:
    """A text of about `passages` passages: the words of `source` in random order, in sentences of twelve."""
    words = np.array(sorted(set(source.text.split())))
    drawn = np.random.default_rng(0).choice(words, (passages, 4, 12))
    text = "\n\n".join(
        "# Part\n\n" + " ".join(" ".join(sentence).rstrip(".") + "." for sentence in part) for part in drawn
    )
    return Source("shuffled", "Shuffled", text, "")
