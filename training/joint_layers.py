"""The layers that `qa.quoting.cross_encoder` runs, in torch: question and passage read together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from index.encoder import MIDDLE, read_weights
from index.graph import EPSILON, HEADS, WIDTH, quantised
from qa.quoting.cross_encoder import DRAWN, LAYERS, LOOKING
from qa.quoting.reading import ReadPassage, ReadQuestion

DROPPED = 0.1  # of what attention and the inner layer add, while they learn
BUCKETS = 4  # of passages alike in length, in which attention is computed
PARTS = ("query", "key", "value")
PLAIN = ("kind", "mark", "skip", "weigh.weight", "weigh.bias", "head.weight", "head.bias")
FAST = torch.backends.cpu.get_cpu_capability() == "AVX512"  # else numbers of 16 bits are the slower ones


class Layer(nn.Module):  # type: ignore[misc]
    """One encoder layer, from MiniLM's weights."""

    def __init__(self, held: dict[str, np.ndarray], number: int) -> None:
        super().__init__()
        name = f"encoder.layer.{number}"
        own = [f"{name}.attention.self.{part}" for part in PARTS]
        self.mixed = _linear(held, *own)
        self.attended = _linear(held, f"{name}.attention.output.dense")
        self.inner = _linear(held, f"{name}.intermediate.dense")
        self.outer = _linear(held, f"{name}.output.dense")
        self.first = _norm(held, f"{name}.attention.output.LayerNorm")
        self.second = _norm(held, f"{name}.output.LayerNorm")


def _linear(held: dict[str, np.ndarray], *names: str) -> Any:
    weight = np.concatenate([held[f"{name}.weight"] for name in names])
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data = torch.from_numpy(weight.copy())
    made.bias.data = torch.from_numpy(np.concatenate([held[f"{name}.bias"] for name in names]))
    return made


def _norm(held: dict[str, np.ndarray], name: str) -> Any:
    made = nn.LayerNorm(WIDTH, eps=EPSILON)
    made.weight.data, made.bias.data = (
        torch.from_numpy(held[f"{name}.{k}"].copy()) for k in ("weight", "bias")
    )
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Questions with passages, their tokens packed one after the other, the question's first.

    `asked` and `length`: tokens of each pair's question, and of both; `states`, `last`: (n_tokens, 384);
    `sentence`: the number of each token's sentence among all, -1 for none; `counts`: sentences of each pair.
    """

    asked: np.ndarray
    length: np.ndarray
    states: Tensor
    last: Tensor
    sentence: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, pairs: Sequence[tuple[ReadQuestion, ReadPassage]]) -> "Pairs":
        """The pairs, packed."""
        counts = np.array([len(passage.spans) for _, passage in pairs])
        firsts = np.cumsum(counts) - counts
        return cls(
            np.array([len(asked.read.middle) for asked, _ in pairs]),
            np.array([len(asked.read.middle) + len(passage.middle) for asked, passage in pairs]),
            _packed([part for asked, passage in pairs for part in (asked.read.middle, passage.middle)]),
            _packed([part for asked, passage in pairs for part in (asked.read.last, passage.tokens)]),
            np.concatenate(
                [
                    part
                    for (asked, passage), first in zip(pairs, firsts, strict=True)
                    for part in (
                        np.full(len(asked.read.middle), -1),
                        np.where(passage.sentence < 0, -1, passage.sentence + first),
                    )
                ]
            ),
            counts,
        )


def _packed(parts: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.concatenate(parts).astype(np.float32))


class JointLayers(nn.Module):  # type: ignore[misc]
    """What `qa.quoting.cross_encoder` runs, in torch."""

    def __init__(self) -> None:
        super().__init__()
        held = read_weights()
        self.layers = nn.ModuleList([Layer(held, MIDDLE + number) for number in range(LAYERS)])
        self.kind = nn.Parameter(torch.zeros(2, WIDTH))
        self.mark = nn.Parameter(torch.zeros(2, WIDTH))
        self.skip = nn.Parameter(torch.tensor([2.0, 2.0]))
        self.weigh, self.head = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, 3)
        for part in (self.weigh.weight, self.weigh.bias, self.head.bias):
            nn.init.zeros_(part)
        nn.init.normal_(self.head.weight, std=0.02)
        self.dropped = nn.Dropout(DROPPED)
        drawn = torch.tensor([DRAWN] * LOOKING + [0.0] * (HEADS - LOOKING))
        self.register_buffer("drawn", drawn, persistent=False)

    def forward(self, pairs: Pairs) -> Tensor:
        """Logits of all tokens: (n_tokens, 3)."""
        starts = np.cumsum(pairs.length) - pairs.length
        order = np.argsort(pairs.length, kind="stable")
        buckets = [
            _Bucket(self, pairs, starts, chosen)
            for chosen in np.array_split(order, max(1, min(BUCKETS, len(order) // 8)))
        ]
        back = torch.argsort(torch.cat([bucket.tokens for bucket in buckets]))
        kind = torch.from_numpy(
            np.concatenate(
                [np.repeat([0, 1], [a, b - a]) for a, b in zip(pairs.asked, pairs.length, strict=True)]
            )
        )
        said = torch.cat([bucket.said for bucket in buckets])[back] * kind[:, None]
        x = pairs.states + self.kind[kind] + said @ self.mark
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=FAST):
            for layer in self.layers:
                mixed = layer.mixed(x)
                seen = torch.cat([bucket.attend(mixed) for bucket in buckets])[back]
                x = layer.first(x + self.dropped(layer.attended(seen)))
                inner = layer.outer(F.gelu(layer.inner(x)))
                x = layer.second(x + self.dropped(inner))
        logits = self.head(x.float())
        return torch.cat([logits[:, :1] + (said @ self.skip)[:, None], logits[:, 1:]], dim=1)


class _Bucket:
    """Pairs alike in length, padded for attention; `said` is what the question says of each token."""

    def __init__(self, model: JointLayers, pairs: Pairs, starts: np.ndarray, chosen: np.ndarray) -> None:
        self._count, self._width = len(chosen), int(pairs.length[chosen].max())
        places = np.arange(self._width)[None]
        real, asked = (torch.from_numpy(places < n[chosen, None]) for n in (pairs.length, pairs.asked))
        self.tokens = torch.from_numpy(
            np.concatenate([np.arange(starts[i], starts[i] + pairs.length[i]) for i in chosen])
        )
        self._there = real.reshape(-1).nonzero()[:, 0]
        with torch.no_grad():
            vectors = self._pad(F.normalize(pairs.last, dim=-1))
            alike = vectors @ vectors.transpose(1, 2)
            between = (asked[:, :, None] != asked[:, None, :]) & real[:, :, None] & real[:, None, :]
            drawn = (alike * between)[:, None] * model.drawn[None, :, None, None]
            added = drawn.masked_fill(~real[:, None, None, :], -1e4)
            self._added = added.to(torch.bfloat16) if FAST else added
            size = int(pairs.asked[chosen].max())
            own = asked[:, :size].clone()
            own[:, 0] = False  # the model's own marks say nothing
            own[torch.arange(self._count), torch.from_numpy(pairs.asked[chosen] - 1)] = False
            alike = alike[:, :, :size]
            most = alike.masked_fill(~own[:, None], -1).amax(2)
        weight = self._pad(torch.sigmoid(model.weigh(pairs.last)))[:, None, :size, 0]
        weighed = (alike.clamp(min=0) * weight).masked_fill(~own[:, None], 0).amax(2)
        self.said = torch.stack([most, weighed], -1).reshape(-1, 2)[self._there]

    def attend(self, mixed: Tensor) -> Tensor:
        """Attention's output for the bucket's tokens."""
        shape = (self._count, self._width, 3, HEADS, WIDTH // HEADS)
        query, key, value = self._pad(mixed).view(shape).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value, attn_mask=self._added)
        return seen.transpose(1, 2).reshape(-1, WIDTH)[self._there]

    def _pad(self, rows: Tensor) -> Tensor:
        padded = torch.zeros(self._count * self._width, rows.shape[1], dtype=rows.dtype)
        return padded.index_copy(0, self._there, rows[self.tokens]).view(self._count, self._width, -1)


def begun(held: Mapping[str, np.ndarray]) -> JointLayers:
    """The layers with weights that `weights_of` made."""
    model = JointLayers()

    def linear(name: str) -> Tensor:
        return torch.from_numpy(held[f"{name}.weight"] * held[f"{name}.scale"][:, None])

    state = {name: torch.from_numpy(held[name]) for name in PLAIN}
    for number in range(LAYERS):
        name = f"layer.{number}"
        for part, names in (
            ("mixed", [f"attention.self.{part}" for part in PARTS]),
            ("attended", ["attention.output.dense"]),
            ("inner", ["intermediate.dense"]),
            ("outer", ["output.dense"]),
        ):
            own = [f"{name}.{one}" for one in names]
            state[f"layers.{number}.{part}.weight"] = torch.cat([linear(one) for one in own])
            state[f"layers.{number}.{part}.bias"] = torch.cat(
                [torch.from_numpy(held[f"{one}.bias"]) for one in own]
            )
        for part, norm in (("first", "attention.output"), ("second", "output")):
            for kind in ("weight", "bias"):
                state[f"layers.{number}.{part}.{kind}"] = torch.from_numpy(
                    held[f"{name}.{norm}.LayerNorm.{kind}"]
                )
    model.load_state_dict(state)
    return model


def weights_of(model: JointLayers) -> dict[str, np.ndarray]:
    """The weights under the names that `qa.quoting.cross_encoder` reads, linear ones as int8 and scales."""
    found: dict[str, np.ndarray] = {}

    def put(name: str, weight: np.ndarray, bias: np.ndarray) -> None:
        small, scale = quantised(weight.T)
        found[f"{name}.weight"], found[f"{name}.scale"], found[f"{name}.bias"] = small.T.copy(), scale, bias

    for number, layer in enumerate(model.layers):
        name = f"layer.{number}"
        for k, part in enumerate(PARTS):
            rows = slice(k * WIDTH, (k + 1) * WIDTH)
            put(
                f"{name}.attention.self.{part}",
                _array(layer.mixed.weight)[rows],
                _array(layer.mixed.bias)[rows],
            )
        put(f"{name}.attention.output.dense", _array(layer.attended.weight), _array(layer.attended.bias))
        put(f"{name}.intermediate.dense", _array(layer.inner.weight), _array(layer.inner.bias))
        put(f"{name}.output.dense", _array(layer.outer.weight), _array(layer.outer.bias))
        for part, norm in (("attention.output", layer.first), ("output", layer.second)):
            found[f"{name}.{part}.LayerNorm.weight"] = _array(norm.weight)
            found[f"{name}.{part}.LayerNorm.bias"] = _array(norm.bias)
    for name in PLAIN:
        found[name] = _array(model.state_dict()[name])
    return found


def _array(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.detach().numpy())
