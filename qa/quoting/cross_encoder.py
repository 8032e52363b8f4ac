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

from index.embed import each
from index.graph import HEADS, WIDTH, Graph, cached_graph, session
from qa.quoting.reading import ReadPassage, ReadQuestion, unit

if TYPE_CHECKING:
    from onnx import ModelProto

WEIGHTS = Path(__file__).parent / "cross_encoder.safetensors"
LAYERS = 3
LOOKING, DRAWN = 6, 6.0  # heads drawn to what is alike, and how much of a cosine is added to their scores
UNREAD = -20.0  # of a sentence past the model's length


@dataclass(frozen=True, slots=True, eq=False)
class ReadTogether:
    """What the cross-encoder makes of a passage, given a question.

    `sentences`: float32, (n_sentences,), in log odds against "none answers"; `first`, `last`: float32,
    (n_tokens,), how much each token looks like the first and the last of the answer.
    """

    sentences: np.ndarray
    first: np.ndarray
    last: np.ndarray


class CrossEncoder:
    """The packaged weights on onnxruntime.

    `mark` (2, 384) tells a token how far the question says the same, `weigh` (384,) and its bias how much
    each of the question's tokens counts for that, `skip` (2,) what it means by itself; `kind` (2, 384) tells
    the question's tokens from the passage's.
    """

    def __init__(self, weights: Path = WEIGHTS) -> None:
        from safetensors.numpy import load

        data = weights.read_bytes()
        held = load(data)
        self._mark, self._skip, self._kind = held["mark"], held["skip"], held["kind"]
        self._weigh, self._weigh_bias = held["weigh.weight"][0], held["weigh.bias"][0]
        name = f"cross-encoder-{hashlib.sha256(data).hexdigest()[:12]}.onnx"
        self._session = session(cached_graph(name, lambda: joint_layers(held)))

    @classmethod
    @lru_cache(maxsize=1)
    def packaged(cls) -> "CrossEncoder":
        """The one of this process: its session may be run from many threads."""
        return cls()

    def read(self, asked: ReadQuestion, passages: Sequence[ReadPassage]) -> list[ReadTogether]:
        """Each passage with the question, side by side on all cores."""
        return each(lambda passage: self._read(asked, passage), passages)

    def _read(self, asked: ReadQuestion, passage: ReadPassage) -> ReadTogether:
        question = asked.read
        alike = passage.tokens.astype(np.float32) @ unit(question.last).T
        said = self._said(alike[:, 1:-1], question.last[1:-1])  # the model's own marks say nothing
        states = np.concatenate(
            [question.middle + self._kind[0], passage.middle + self._kind[1] + said @ self._mark]
        )
        size = len(question.middle)
        between = np.zeros((len(states), len(states)), dtype=np.float32)
        between[size:, :size], between[:size, size:] = alike, alike.T
        inputs = {"states": states[None].astype(np.float32), "alike": between[None, None]}
        logits = self._session.run(["logits"], inputs)[0][0][size:]
        answers = logits[:, 0] + said @ self._skip
        return ReadTogether(_by_sentence(answers, passage), logits[:, 1], logits[:, 2])

    def _said(self, alike: np.ndarray, question: np.ndarray) -> np.ndarray:
        """How far the question says what each token says, plainly and by weight: float32, (n_tokens, 2)."""
        if not len(question):
            return np.tile(np.array([-1.0, 0.0], np.float32), (len(alike), 1))
        weight = 1 / (1 + np.exp(-(question @ self._weigh + self._weigh_bias)))
        return np.column_stack([alike.max(axis=1), (np.maximum(alike, 0.0) * weight).max(axis=1)])


def _by_sentence(answers: np.ndarray, passage: ReadPassage) -> np.ndarray:
    """Halfway between the mean and the best of each sentence's tokens."""
    found = np.full(len(passage.spans), UNREAD, dtype=np.float32)
    for i in range(len(passage.spans)):
        inside = answers[passage.sentence == i]
        if len(inside):
            found[i] = (inside.mean() + inside.max()) / 2
    return found


def joint_layers(held: Mapping[str, np.ndarray]) -> "ModelProto":
    """The layers that both texts share.

    Inputs states: float32, (1, tokens, 384), those of the question, then the passage's;
    alike: float32, (1, 1, tokens, tokens), cosines between the two, 0 within one. Output logits: float32,
    (1, tokens, 3): answers, first, last.
    """
    from onnx import TensorProto

    scales = {name.removesuffix(".scale") for name in held if name.endswith(".scale")}
    linear = {f"{name}.weight": (held[f"{name}.weight"], held[f"{name}.scale"]) for name in scales}
    graph = Graph(dict(held) | linear)
    drawn = np.where(np.arange(HEADS) < LOOKING, DRAWN, 0.0).reshape(1, HEADS, 1, 1)
    added = graph.node("Mul", "alike", graph.constant(drawn))
    x = "states"
    for number in range(LAYERS):
        x = graph.layer(x, f"layer.{number}", "", "", added)
    head = graph.node("MatMul", x, graph.constant(held["head.weight"].T))
    graph.node("Add", head, graph.constant(held["head.bias"]), into=["logits"])
    states, square = (1, "tokens", WIDTH), (1, 1, "tokens", "tokens")
    return graph.model(
        "cross-encoder",
        {"states": (TensorProto.FLOAT, states), "alike": (TensorProto.FLOAT, square)},
        {"logits": (1, "tokens", 3)},
    )
