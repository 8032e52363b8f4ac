"""Learn `qa/quoting/cross_encoder.safetensors`: question and passage read together.

    uv run --with torch python -m training.cross_encoder ../shared/data/answers      (two hours on two cores)

Data, public or our own: two of three questions of selqa (emorynlp/selqa, Apache-2.0), asked of all its
documents and of their own with and without the sentences that answer; every second of clapnq
(primeqa/clapnq, Apache-2.0); and `training/written/`, 89,300 questions, 13,800 of them within talks and more
than a quarter without an answer, about 2,600 short texts written with them and 480 of selqa's (the rows name
those, and hold none of their text but the words that answer). Language models wrote them for this purpose;
they were checked by rule, not one by one. A tenth of those documents and the rest of the public sets are held
out; the article's questions and xquad's are not used at all. Only weights come out.

The weights that are shipped came about in steps, as the questions grew. FIRST, in commit 008df6b, had seen
47,800 of them (the docstring there says how), THIRD, in commit 1494e33, 66,500 (likewise). The shipped ones
lie halfway between THIRD and what everything makes of it, the newest files counted twice, as the others had
been seen before:

    python -m training.cross_encoder ../shared/data/answers --begin THIRD --halfway --steps 3000
        --twice echo_a premise_a reasons_b said_a talks_c world_a world_b world_c

What one run over everything makes has not been tried. The groups had been prepared in three parts, each with
passages of its own other documents.

The three layers begin as MiniLM's last three and end as int8, as they are run. What is learned: the log odds
of each sentence of a few passages to answer, against "none does" (0), so that the softmax over them
gives the right ones, or none; and the first and last token of the answering words, where they are known.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.numpy import load_file, save_file
from torch import Tensor

from eval.layouts import read_answers
from eval.measures import auroc
from qa.extract import PASSAGES
from qa.quoting.cross_encoder import UNREAD, WEIGHTS
from qa.quoting.glance import worth_reading
from training.draw import Drawn, draw
from training.groups import Group, Remembering, held_out, learned, of_written, singly, together, with_foreign
from training.joint_layers import JointLayers, Pairs, begun, weights_of
from training.questions import WRITTEN, written

EPOCHS, BATCH, SEED = 1.7, 16, 0  # more epochs learn the questions by heart
RATE, HEAD_RATE, DECAY, WARM = 2e-4, 1e-3, 0.01, 0.06
ONWARDS = 0.5  # of the rates, when weights are gone on from
ANSWER_SHARE = 0.3  # of the loss, for the answering words
SINGLY = 1500  # of the questions asked of single documents


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


def train(model: JointLayers, groups: Sequence[Group], rates: tuple[float, float], total: int) -> None:
    """Learn from the groups at `rates`, the layers' and the heads'; prints the loss as it falls."""
    chance = np.random.default_rng(SEED)
    optimiser = torch.optim.AdamW(
        [
            {"params": list(model.layers.parameters()), "lr": rates[0]},
            {
                "params": [p for name, p in model.named_parameters() if not name.startswith("layers")],
                "lr": rates[1],
            },
        ],
        weight_decay=DECAY,
    )
    order: list[int] = []
    seen: list[float] = []
    began = perf_counter()
    model.train()
    for step in range(total):
        if len(order) < BATCH:
            order = list(chance.permutation(len(groups)))
        chosen, order = order[:BATCH], order[BATCH:]
        pace = min(1.0, (step + 1) / (WARM * total)) * max(0.02, 1 - step / total)
        for part, rate in zip(optimiser.param_groups, rates, strict=True):
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


def between(model: JointLayers, other: JointLayers) -> None:
    """Move the model halfway to another (Izmailov et al. 2018, arXiv:1803.05407, average alike)."""
    with torch.no_grad():
        for own, its in zip(model.parameters(), other.parameters(), strict=True):
            own.copy_((own + its) / 2)


def report(name: str, model: JointLayers, groups: Sequence[Group]) -> None:
    """Print how often the best sentence of the nearest passages is right, and AUROC of "some do"."""
    model.eval()
    first, sure = [], []
    with torch.no_grad():
        for group in groups:
            shown = group.candidates[:PASSAGES]
            promise = np.concatenate([candidate.promise for candidate in shown])
            parts = worth_reading([candidate.passage for candidate in shown], promise)
            pairs = Pairs.of([(group.asked, part) for part in parts])
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


def main(
    folder: Path, begin: Path | None, twice: Sequence[str], steps: int | None, halfway: bool = False
) -> None:
    """Learn from the sets in `folder` and from what was written for it; write the weights, print figures."""
    torch.manual_seed(SEED)
    embedding = Remembering()
    selqa, clapnq, xquad = (read_answers(folder / name) for name in ("selqa", "clapnq", "xquad"))
    many = together(selqa, embedding)
    kept = {group.name for n, group in enumerate(many) if learned(n)}
    groups = [group for group in many if group.name in kept]
    docs = {doc.name: doc for doc in selqa.docs}
    ours = [one for path in sorted(WRITTEN.glob("*.jsonl")) for one in written(path, docs)]
    mine = list(with_foreign([one for one in ours if not held_out(one[0].name)], embedding))
    groups += mine + [group for group in mine if group.document.rpartition("-")[0] in twice]
    real = together(clapnq, embedding)
    groups += real[::2] * 2
    if begin is None:
        alone = [group for group in singly(selqa, embedding) if group.name in kept]
        groups += random.Random(SEED).sample(alone, SINGLY)
    unseen = {"clapnq": real[1::2], "xquad": together(xquad, embedding)}
    unseen["ours"] = [*of_written([one for one in ours if held_out(one[0].name)], embedding)]
    embedding.forget()
    model = begun(load_file(begin)) if begin else JointLayers()
    pace = ONWARDS if begin else 1.0
    total = steps or int(EPOCHS * len(groups)) // BATCH
    train(model, groups, (RATE * pace, HEAD_RATE * pace), total)
    if begin and halfway:
        between(model, begun(load_file(begin)))
    save_file(weights_of(model), WEIGHTS)
    for name, rows in unseen.items():
        report(name, model, rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the public sets")
    parser.add_argument(
        "--begin",
        type=Path,
        metavar="WEIGHTS",
        help="go on from these, at a lower rate, without the questions asked of single documents",
    )
    parser.add_argument(
        "--twice",
        nargs="*",
        default=(),
        metavar="NAME",
        choices=sorted(path.stem for path in WRITTEN.glob("*.jsonl")),
        help="files of training/written that count double, such as new ones",
    )
    parser.add_argument(
        "--halfway", action="store_true", help="keep what lies halfway between WEIGHTS and what was learned"
    )
    parser.add_argument("--steps", type=int, metavar="N", help="of BATCH questions; the rate falls over them")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(given.folder, given.begin, given.twice, given.steps, given.halfway)
