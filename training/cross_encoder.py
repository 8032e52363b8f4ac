"""Learn `qa/quoting/cross_encoder.safetensors`: question and passage read together.

    uv run --with torch python -m training.cross_encoder ../shared/data/answers      (an hour on two cores)

Data, public or our own: two of three questions of selqa (emorynlp/selqa, Apache-2.0), asked of all its
documents and of their own with and without the sentences that answer; every second of clapnq
(primeqa/clapnq, Apache-2.0); and `training/written/`, 12,600 questions, a third of them without an answer,
about 455 short texts written with them and 480 of selqa's (the rows name those, and hold none of their text
but the words that answer). A language model wrote them for this purpose; they were checked by rule, not one
by one. A tenth of those documents and the rest of the public sets are held out; the article's questions and
xquad's are not used at all. Only weights come out.

The weights that are shipped were made by this recipe before the script was put in order: 2,400 steps of a
fall meant for 3,669, then 320 steps down to 0 from a rate of 7e-5, and of these two states the mean.

The three layers begin as MiniLM's last three and end as int8, as they are run. What is learned: the log odds
of each sentence of one or two passages to answer, against "none does" (0), so that the softmax over them
gives the right ones, or none; and the first and last token of the answering words, where they are known.
"""

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.numpy import save_file
from torch import Tensor, nn

from eval.layouts import read_answers
from eval.measures import auroc
from index.encoder import MIDDLE, read_weights
from index.graph import EPSILON, HEADS, WIDTH, quantised
from qa.extract import PASSAGES
from qa.quoting.cross_encoder import DRAWN, LAYERS, LOOKING, UNREAD, WEIGHTS
from qa.quoting.reading import ReadPassage, ReadQuestion
from training.groups import WRITTEN, Group, Remembering, held_out, learned, of_written, singly, together

EPOCHS, BATCH, SEED = 3, 16, 0  # more epochs learn the questions by heart
RATE, HEAD_RATE, DECAY, WARM, DROPPED = 2e-4, 1e-3, 0.01, 0.06, 0.1
ANSWER_SHARE = 0.3  # of the loss, for the answering words
MORE = 0.3  # chance of a passage more than the gold one and another; and of foreign ones among those
NEARER = 0.6  # weight of each further passage against the one before, when a wrong one is drawn
SINGLY = 1500  # of the questions asked of single documents
BUCKETS = 4  # of passages alike in length, in which attention is computed
PARTS = ("query", "key", "value")


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
        self.register_buffer("drawn", torch.tensor([DRAWN] * LOOKING + [0.0] * (HEADS - LOOKING)))

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
        with torch.autocast("cpu", dtype=torch.bfloat16):
            for layer in self.layers:
                mixed = layer.mixed(x)
                seen = torch.cat([bucket.attend(mixed) for bucket in buckets])[back]
                x = layer.first(x + layer.attended(seen))
                inner = layer.outer(F.gelu(layer.inner(x)))
                x = layer.second(x + F.dropout(inner, DROPPED, self.training))
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
            self._added = drawn.masked_fill(~real[:, None, None, :], -1e4).to(torch.bfloat16)
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


def sentence_scores(answers: Tensor, pairs: Pairs) -> Tensor:
    """Halfway between the mean and the best of each sentence's tokens: (n_sentences,)."""
    inside = torch.from_numpy(pairs.sentence >= 0)
    number = torch.from_numpy(pairs.sentence)[inside]
    values = answers[inside]
    size = int(pairs.counts.sum())
    count = torch.zeros(size).index_add(0, number, torch.ones_like(values))
    total = torch.zeros(size).index_add(0, number, values)
    most = torch.full((size,), -1e4).scatter_reduce(0, number, values, "amax")
    return torch.where(count > 0, (total / count.clamp(min=1) + most) / 2, torch.full((size,), UNREAD))


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A passage drawn for a group (its number in the batch), and the span of tokens that answers."""

    group: int
    asked: ReadQuestion
    passage: ReadPassage
    right: frozenset[int]
    answer: tuple[int, int] | None


def draw(number: int, group: Group, chance: np.random.Generator) -> list[Drawn]:
    """One or two passages that answer, and some near ones that do not."""
    gold = [n for n, candidate in enumerate(group.candidates) if candidate.right]
    wrong = [candidate.passage for candidate in group.candidates if not candidate.right]
    if group.far and chance.random() < MORE:
        wrong += group.far
    drawn = []
    for n in chance.permutation(gold)[:2]:
        place = group.answer if group.answer and group.answer[0] == n else None
        held = group.candidates[int(n)]
        drawn.append(Drawn(number, group.asked, held.passage, held.right, place[1:] if place else None))
    room = max(2 - len(drawn), int(chance.random() < MORE))
    if wrong and room:
        weights = NEARER ** np.arange(len(wrong))
        for n in chance.choice(len(wrong), min(room, len(wrong)), replace=False, p=weights / weights.sum()):
            drawn.append(Drawn(number, group.asked, wrong[int(n)], frozenset(), None))
    return drawn


def loss(model: JointLayers, drawn: Sequence[Drawn], groups: int) -> tuple[Tensor, float]:
    """The whole loss, and the sentences' part of it for the log."""
    pairs = Pairs.of([(one.asked, one.passage) for one in drawn])
    logits = model(pairs)
    scores = sentence_scores(logits[:, 0], pairs)
    group = torch.from_numpy(np.repeat([one.group for one in drawn], pairs.counts))
    right = torch.tensor([i in one.right for one in drawn for i in range(len(one.passage.spans))])
    top = torch.zeros(groups).scatter_reduce(0, group, scores.detach(), "amax")
    power = torch.exp(scores - top[group])
    none = torch.exp(-top)
    whole = none + torch.zeros(groups).index_add(0, group, power)
    good = torch.zeros(groups).index_add(0, group, power * right)
    some = torch.zeros(groups).index_add(0, group, right.float()) > 0
    told = -(torch.log(torch.where(some, good, none).clamp(min=1e-9)) - torch.log(whole)).mean()
    words = [
        _answer_loss(logits[end - length : end, 1:], one, int(asked), pairs.sentence[end - length : end])
        for one, asked, length, end in zip(
            drawn, pairs.asked, pairs.length, np.cumsum(pairs.length), strict=True
        )
        if one.answer
    ]
    whole_loss = told + ANSWER_SHARE * torch.stack(words).sum() / groups if words else told
    return whole_loss, float(told.detach())


def _answer_loss(logits: Tensor, one: Drawn, asked: int, sentence: np.ndarray) -> Tensor:
    assert one.answer is not None
    masked = logits.masked_fill(torch.from_numpy(sentence < 0)[:, None], -1e4)
    return F.cross_entropy(masked.T, torch.tensor([asked + place for place in one.answer]), reduction="sum")


def train(groups: Sequence[Group], steps: int | None = None) -> JointLayers:
    """The layers, learned from the groups; prints the loss as it falls."""
    torch.manual_seed(SEED)
    chance = np.random.default_rng(SEED)
    model = JointLayers()
    total = EPOCHS * len(groups) // BATCH
    optimiser = torch.optim.AdamW(
        [
            {"params": list(model.layers.parameters()), "lr": RATE},
            {
                "params": [p for name, p in model.named_parameters() if not name.startswith("layers")],
                "lr": HEAD_RATE,
            },
        ],
        weight_decay=DECAY,
    )
    order: list[int] = []
    seen: list[float] = []
    began = perf_counter()
    model.train()
    for step in range(steps or total):
        if len(order) < BATCH:
            order = list(chance.permutation(len(groups)))
        chosen, order = order[:BATCH], order[BATCH:]
        pace = min(1.0, (step + 1) / (WARM * total)) * max(0.02, 1 - step / total)
        for part, rate in zip(optimiser.param_groups, (RATE, HEAD_RATE), strict=True):
            part["lr"] = rate * pace
        drawn = [one for n, k in enumerate(chosen) for one in draw(n, groups[k], chance)]
        value, told = loss(model, drawn, BATCH)
        optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        seen.append(told)
        if not (step + 1) % 50:
            mean, took = np.mean(seen[-50:]), perf_counter() - began
            print(f"step {step + 1} of {total}   loss {mean:.3f}   {took:.0f} s", flush=True)
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
    for name in ("kind", "mark", "skip", "weigh.weight", "weigh.bias", "head.weight", "head.bias"):
        found[name] = _array(model.state_dict()[name])
    return found


def _array(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.detach().numpy())


def report(name: str, model: JointLayers, groups: Sequence[Group]) -> None:
    """Print how often the best sentence of the nearest passages is right, and AUROC of "some do"."""
    model.eval()
    first, sure = [], []
    with torch.no_grad():
        for group in groups:
            shown = group.candidates[:PASSAGES]
            pairs = Pairs.of([(group.asked, candidate.passage) for candidate in shown])
            scores = sentence_scores(model(pairs)[:, 0], pairs)
            sure.append(float(torch.logsumexp(scores, 0)))
            right = [i in one.right for one in shown for i in range(len(one.passage.spans))]
            if group.answerable:
                first.append(right[int(scores.argmax())])
    told = auroc(np.array(sure), np.array([group.answerable for group in groups]))
    print(
        f"{name:10} {len(groups):5} questions   first right {np.mean(first):.3f}   AUROC {told:.3f}",
        flush=True,
    )


def main(folder: Path, steps: int | None = None) -> None:
    """Learn from the sets in `folder` and from what was written for it; write the weights, print figures."""
    embedding = Remembering()
    selqa, clapnq = read_answers(folder / "selqa"), read_answers(folder / "clapnq")
    many = together(selqa, embedding)
    kept = {group.name for n, group in enumerate(many) if learned(n)}
    real = together(clapnq, embedding)
    alone = [group for group in singly(selqa, embedding) if group.name in kept]
    docs = {doc.name: doc for doc in selqa.docs}
    ours = [group for path in sorted(WRITTEN.glob("*.jsonl")) for group in of_written(path, docs, embedding)]
    embedding.forget()
    groups = [group for group in many if group.name in kept]
    groups += random.Random(1).sample(alone, SINGLY) + real[::2] * 2
    groups += [group for group in ours if not held_out(group)]
    model = train(groups, steps)
    save_file(weights_of(model), WEIGHTS)
    for name, rows in (("clapnq", real[1::2]), ("ours", [group for group in ours if held_out(group)])):
        report(name, model, rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
