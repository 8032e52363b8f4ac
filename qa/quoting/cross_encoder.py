"""Question and passage read together: how well each sentence answers, and which words of it.

Three layers of attention over both, on top of MiniLM's first three, which read each for itself (PreTTR,
MacAvaney et al. 2020, arXiv:2004.14255; DeFormer, Cao et al. 2020, arXiv:2005.00697): a passage's part is
computed once, not for each question. Half of the heads look where the other text says something alike, from
the start; the rest is learned by `training/cross_encoder.py`; see there for data and licences.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file

from index.embed import each
from index.graph import HEADS, WIDTH, Graph, cached_graph, session
from qa.quoting.reading import ReadPassage, ReadQuestion

if TYPE_CHECKING:
    from onnx import ModelProto

WEIGHTS = Path(__file__).parent / "cross_encoder.safetensors"
GRAPH_VERSION = 3
LAYERS = 3
LOOKING, DRAWN = 6, 6.0  # heads drawn to what is alike, and how much of a cosine is added to their scores
MARKS = 2  # tokens that the model puts around a text
UNREAD = -20.0  # of a sentence left out, or past the model's length


@dataclass(frozen=True, slots=True, eq=False)
class ReadTogether:
    """What the cross-encoder makes of a passage, as far as it has its tokens, given a question.

    `sentences`: float32, (n_sentences,), in log odds against "none answers"; `first`, `last`: float32,
    (n_tokens,), how much each token looks like the first and the last of the answer.
    """

    passage: ReadPassage
    sentences: np.ndarray
    first: np.ndarray
    last: np.ndarray


class CrossEncoder:
    """The packaged weights on onnxruntime."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        name = f"cross-encoder-{hashlib.sha256(weights.read_bytes()).hexdigest()[:12]}-v{GRAPH_VERSION}.onnx"
        self._session = session(cached_graph(name, lambda: joint_graph(load_file(weights))))

    @classmethod
    @lru_cache(maxsize=1)
    def packaged(cls) -> "CrossEncoder":
        """The one of this process: its session may be run from many threads."""
        return cls()

    def read(self, asked: ReadQuestion, passages: Sequence[ReadPassage]) -> list[ReadTogether]:
        """Each passage with the question, side by side on all cores; the longest first, to end together."""
        order = sorted(range(len(passages)), key=lambda n: -len(passages[n].tokens))
        found = dict(zip(order, each(lambda n: self._read(asked, passages[n]), order), strict=True))
        return [found[n] for n in range(len(passages))]

    def _read(self, asked: ReadQuestion, passage: ReadPassage) -> ReadTogether:
        question = asked.read
        if min(len(question.last), len(passage.tokens)) <= MARKS:  # nothing is asked, or nothing to read
            silent = np.zeros(len(passage.tokens), dtype=np.float32)
            return ReadTogether(
                passage, np.full(len(passage.spans), UNREAD, dtype=np.float32), silent, silent
            )
        inputs = {
            "question": question.middle,
            "question last": question.last,
            "passage": passage.middle,
            "passage last": passage.tokens,
        }
        (logits,) = self._session.run(
            ["logits"], {name: states[None].astype(np.float32) for name, states in inputs.items()}
        )
        answers, first, last = logits[0].T
        return ReadTogether(passage, _by_sentence(answers, passage), first, last)


def _by_sentence(answers: np.ndarray, passage: ReadPassage) -> np.ndarray:
    """Halfway between the mean and the best of each sentence's tokens."""
    found = np.full(len(passage.spans), UNREAD, dtype=np.float32)
    for i in range(len(passage.spans)):
        inside = answers[passage.sentence == i]
        if len(inside):
            found[i] = (inside.mean() + inside.max()) / 2
    return found


def joint_graph(held: Mapping[str, np.ndarray]) -> "ModelProto":
    """The layers that both texts share, and what the question says of each token, which they begin with.

    Inputs, float32, (1, tokens, 384): question and passage, their states after MiniLM's middle layer, and
    "question last" and "passage last", after its last; the passage's at unit length. Output logits: float32,
    (1, tokens of the passage, 3): answers, first, last.
    """
    from onnx import TensorProto

    scales = {name.removesuffix(".scale") for name in held if name.endswith(".scale")}
    linear = {f"{name}.weight": (held[f"{name}.weight"], held[f"{name}.scale"]) for name in scales}
    graph = Graph(dict(held) | linear)
    node, constant = graph.node, graph.constant

    def ints(*values: int) -> str:
        return constant(list(values), np.int64)

    def turned(x: str) -> str:
        return node("Transpose", x, perm=[0, 2, 1])

    def zeros(count: str) -> str:
        return node("ConstantOfShape", node("Concat", ints(1), count, count, axis=0))

    alike = node("MatMul", "passage last", turned(node("LpNormalization", "question last", axis=-1, p=2)))
    weight = node("MatMul", "question last", constant(held["weigh.weight"].T))
    weight = turned(node("Sigmoid", node("Add", weight, constant(held["weigh.bias"]))))
    inner = (ints(1), ints(-1), ints(2))  # the model's own marks at both ends say nothing
    plain = node("Slice", alike, *inner)
    weighed = node("Mul", node("Relu", plain), node("Slice", weight, *inner))
    said = node("Concat", *(node("ReduceMax", x, ints(2), keepdims=1) for x in (plain, weighed)), axis=2)
    kinds = [constant(kind) for kind in held["kind"]]
    marked = node("Add", node("Add", "passage", kinds[1]), node("MatMul", said, constant(held["mark"])))
    x = node("Concat", node("Add", "question", kinds[0]), marked, axis=1)
    asked, told = (node("Slice", node("Shape", name), ints(1), ints(2)) for name in ("question", "passage"))
    above = node("Concat", zeros(asked), turned(alike), axis=2)
    between = node("Concat", above, node("Concat", alike, zeros(told), axis=2), axis=1)
    drawn = np.where(np.arange(HEADS) < LOOKING, DRAWN, 0.0).reshape(1, HEADS, 1, 1)
    added = node("Mul", node("Unsqueeze", between, ints(1)), constant(drawn))
    for number in range(LAYERS):
        x = graph.layer(x, f"layer.{number}", "", "", added)
    x = node("Slice", x, asked, ints(np.iinfo(np.int64).max), ints(1))
    head = node("Add", node("MatMul", x, constant(held["head.weight"].T)), constant(held["head.bias"]))
    skip = np.column_stack([held["skip"], np.zeros((2, 2))])
    node("Add", head, node("MatMul", said, constant(skip)), into=["logits"])
    sides = {name: (1, f"{name} tokens", WIDTH) for name in ("question", "passage")}
    inputs = {
        at: (TensorProto.FLOAT, shape) for name, shape in sides.items() for at in (name, f"{name} last")
    }
    return graph.model("cross-encoder", inputs, {"logits": (1, "passage tokens", 3)})
