"""ONNX graphs of BERT's layers (Devlin et al. 2018, arXiv:1810.04805), written node by node."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from platformdirs import user_cache_path

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnxruntime import InferenceSession

HEADS, WIDTH = 12, 384
EPSILON = 1e-12
STEPS = 63  # of int8 weights on either side of 0: seven bits, so that no processor's sums overflow
FUSED = "com.microsoft"  # onnxruntime's own operators, several steps in one

Shape = Sequence[str | int | None]


def quantised(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The matrix as int8 in -63..63 and the scale of each column: int8, like it, and float32, (columns,)."""
    scale = np.maximum(np.abs(matrix).max(axis=0), 1e-8).astype(np.float32) / STEPS
    return np.rint(matrix / scale).astype(np.int8), scale


class Graph:
    """A graph under construction; `weights` are named as the model's own, linear ones (outputs, inputs).

    A linear weight is either an array, which is multiplied as it is, or (int8, scales of its outputs), which
    is multiplied in int8, the values' range taken over each run.
    """

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self.weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        """A constant's name."""
        from onnx import numpy_helper

        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=dtype), name))
        return name

    def node(self, operator: str, *inputs: str, into: Sequence[str] = (), **attributes: Any) -> str:
        """The name of an operator's (first) output."""
        from onnx import helper

        names = list(into) or [f"n{len(self._nodes)}"]
        self._nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0]

    def dense(self, x: str, *parts: str) -> str:
        """Linear layers of the same input, their outputs side by side."""
        bias = self.constant(np.concatenate([self.weights[f"{part}.bias"] for part in parts]))
        held = [self.weights[f"{part}.weight"] for part in parts]
        if not isinstance(held[0], tuple):
            return self.node("Add", self.node("MatMul", x, self.constant(np.concatenate(held).T)), bias)
        small = np.concatenate([values for values, _ in held]).T
        scale = np.concatenate([scale for _, scale in held])
        inputs = (
            self.constant(small, np.int8),
            self.constant(scale),
            self.constant(0 * scale, np.int8),
            bias,
        )
        return self.node("DynamicQuantizeMatMul", x, *inputs, domain=FUSED)

    def normalise(self, x: str, part: str) -> str:
        """Layer normalisation."""
        scale, bias = (self.constant(self.weights[f"{part}.LayerNorm.{name}"]) for name in ("weight", "bias"))
        return self.node("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPSILON)

    def layer(self, x: str, name: str, *attention: str) -> str:
        """One encoder layer; `attention` are further inputs of the attention: bias, mask, added scores."""
        own = f"{name}.attention.self"
        mixed = self.dense(x, f"{own}.query", f"{own}.key", f"{own}.value")
        parts = tuple(f"{name}.{part}" for part in ("query", "key", "value"))
        self.node("Split", mixed, self.constant([WIDTH] * 3, np.int64), into=parts, axis=-1)
        seen = self.node("MultiHeadAttention", *parts, *attention, num_heads=HEADS, domain=FUSED)
        added = self.node("Add", x, self.dense(seen, f"{name}.attention.output.dense"))
        x = self.normalise(added, f"{name}.attention.output")
        inner = self.node("Gelu", self.dense(x, f"{name}.intermediate.dense"))
        added = self.node("Add", x, self.dense(inner, f"{name}.output.dense"))
        return self.normalise(added, f"{name}.output")

    def model(
        self, name: str, inputs: Mapping[str, tuple[int, Shape]], outputs: Mapping[str, Shape]
    ) -> "ModelProto":
        """The whole graph: inputs by name with type and shape, float32 outputs with shape."""
        from onnx import TensorProto, helper

        graph = helper.make_graph(
            self._nodes,
            name,
            [helper.make_tensor_value_info(at, kind, list(shape)) for at, (kind, shape) in inputs.items()],
            [
                helper.make_tensor_value_info(at, TensorProto.FLOAT, list(shape))
                for at, shape in outputs.items()
            ],
            self._constants,
        )
        operators = [helper.make_opsetid("", 20), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, opset_imports=operators, ir_version=9)


def cached(name: str, write: Callable[[Path], None]) -> Path:
    """A file in the user's cache, written on first use."""
    path = user_cache_path("footnote") / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            built = Path(folder) / name
            write(built)
            built.replace(path)  # atomic: a second process sees the old state or the new one
    return path


def cached_graph(name: str, build: Callable[[], "ModelProto"]) -> Path:
    """A graph's file in the user's cache, built on first use."""

    def written(path: Path) -> None:
        import onnx

        onnx.save(build(), path)

    return cached(name, written)


def session(path: Path, threads: int = 1) -> "InferenceSession":
    """A session for a graph, `threads` for one run."""
    from index.runtime import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 3
    settings.intra_op_num_threads = threads
    # Its threads would wait busily for its next run, on cores that another session then lacks.
    settings.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(
        str(path),
        settings,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],  # its kernel is the slower one
    )
