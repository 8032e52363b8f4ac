"""Learn `qa/quoting/extract_weights.json`: which sentence answers, and whether it answers at all.

    uv run python -m training.extract ../shared/data/answers       (two minutes on two cores)

Run it after `training.cross_encoder`, whose scores are among the features. Data: what that one has not seen,
so that its scores are here as good as they will be: the third question of three of selqa (emorynlp/selqa,
Apache-2.0), asked of all documents and of their own, as it is, without the sentences that answer, and of
another; our own documents in `training/written/held_out/`; the dev half of the bundled article's set
(MIT); and, for the confidence alone, a quarter of clapnq (primeqa/clapnq, Apache-2.0): what our own questions
teach of near misses, words in common speaking against an answer, is not all there is. Another quarter of
clapnq and the article's test half are held out, and figures on them are printed. The weights that are shipped
belong to the shipped cross-encoder; of our own documents a tenth of the first 12,600 questions made them.
Features, sizes and the threshold were chosen looking at held-out figures, at xquad and at the article's test
half too, so those are a little too good. Only weights come out, no text; they are MIT like the rest. The
same data give the same weights, up to the rounding of another processor.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.layouts import article_set, read_answers
from eval.measures import auroc
from qa.extract import PASSAGES, SHARE
from qa.quoting.cross_encoder import CrossEncoder
from qa.quoting.features import ANSWER_NAMES, ANSWER_SIGNS, SENTENCE_NAMES, Measured, measure, measure_answer
from qa.quoting.glance import glance, worth_reading
from qa.quoting.reading import ReadQuestion
from qa.quoting.scorer import WEIGHTS, Scorer
from training.groups import Group, Remembering, abroad, held_out, learned, of_written, singly, together
from training.questions import HELD_OUT, WRITTEN, written

WIDTH, NETWORKS, EPOCHS, BATCH = 16, 3, 20, 32
RATE, DECAY, DROPPED = 3e-3, 2e-2, 0.1
RIDGE = 3.0  # of the confidence's weights
STEPS = 20_000  # of its descent


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A question with its candidate sentences: which are `right`, and what measuring an answer needs."""

    asked: ReadQuestion
    measured: Measured
    right: np.ndarray
    known: frozenset[str]
    size: int
    answerable: bool


def rows_of(groups: Sequence[Group]) -> list[Row]:
    """The groups, measured nearly as they are when a question is answered: nearness is plainer here."""
    cross_encoder = CrossEncoder.packaged()
    found = []
    for group in groups:
        if not group.candidates:
            continue
        least = SHARE * group.candidates[0].near
        near = [candidate for candidate in group.candidates[:PASSAGES] if candidate.near >= least]
        read = [candidate.passage for candidate in near]
        if not any(passage.spans for passage in read):
            continue
        right = [i in one.right for one in near for i in range(len(one.passage.spans))]
        glanced = glance(group.asked, read)
        parts = worth_reading(read, glanced.promise)
        measured = measure(glanced, cross_encoder.read(group.asked, parts))
        measured = replace(measured, together=())  # the passages take much room
        found.append(Row(group.asked, measured, np.array(right), group.known, group.size, group.answerable))
    return found


def train_sentences(rows: Sequence[Row]) -> Scorer:
    """A scorer whose softmax over a question's sentences gives the right ones as much as it can."""
    groups = [(row.measured.features, row.right) for row in rows if row.right.any()]
    everything = np.concatenate([features for features, _ in groups]).astype(np.float64)
    mean, spread = everything.mean(axis=0), everything.std(axis=0) + 1e-3
    scaled = [((features - mean) / spread, right) for features, right in groups]
    networks = [_network(scaled, seed) for seed in range(NETWORKS)]
    return Scorer(
        mean=mean,
        spread=spread,
        hidden=np.concatenate([network[0] for network in networks], axis=1),
        hidden_bias=np.concatenate([network[1] for network in networks]),
        output=np.concatenate([network[2] for network in networks]) / NETWORKS,
        linear=np.mean([network[3] for network in networks], axis=0),
        answer_mean=np.zeros(len(ANSWER_NAMES)),
        answer_spread=np.ones(len(ANSWER_NAMES)),
        answer=np.zeros(len(ANSWER_NAMES)),
        answer_bias=0.0,
    )


def _network(groups: Sequence[tuple[np.ndarray, np.ndarray]], seed: int) -> list[np.ndarray]:
    """Hidden weights, their bias, output and linear weights, by Adam (Kingma & Ba 2015, arXiv:1412.6980)."""
    random = np.random.default_rng(seed)
    size = groups[0][0].shape[1]
    weights = [
        random.normal(0, size**-0.5, (size, WIDTH)),
        np.zeros(WIDTH),
        random.normal(0, WIDTH**-0.5, WIDTH) / 2,
        np.zeros(size),
    ]
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    step = 0
    for epoch in range(EPOCHS):
        order = random.permutation(len(groups))
        for at in range(0, len(order), BATCH):
            step += 1
            slopes = _slopes(weights, [groups[k] for k in order[at : at + BATCH]], random)
            for k, slope in enumerate(slopes):
                first[k] = 0.9 * first[k] + 0.1 * slope
                second[k] = 0.999 * second[k] + 0.001 * slope**2
                rate = RATE * (1 - epoch / EPOCHS) + 1e-5
                move = (first[k] / (1 - 0.9**step)) / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)
                weights[k] = weights[k] - rate * move
    return weights


def _slopes(
    weights: Sequence[np.ndarray],
    batch: Sequence[tuple[np.ndarray, np.ndarray]],
    random: np.random.Generator,
) -> list[np.ndarray]:
    """The slope of -log(share of the softmax on right sentences), the mean over the batch."""
    hidden, bias, output, linear = weights
    inputs = np.concatenate([features for features, _ in batch])
    right = np.concatenate([marks for _, marks in batch])
    sizes = [len(marks) for _, marks in batch]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    group = np.repeat(np.arange(len(batch)), sizes)
    inner = np.tanh(inputs @ hidden + bias)
    kept = (random.random(inner.shape) > DROPPED) / (1 - DROPPED)
    score = (inner * kept) @ output + inputs @ linear
    power = np.exp(score - np.maximum.reduceat(score, starts)[group])
    share = power / np.add.reduceat(power, starts)[group]
    good = share * right
    slope = (share - good / np.add.reduceat(good, starts)[group]) / len(batch)
    back = np.outer(slope, output) * kept * (1 - inner**2)
    return [
        inputs.T @ back + DECAY * hidden,
        back.sum(axis=0),
        (inner * kept).T @ slope + DECAY * output,
        inputs.T @ slope + DECAY * linear,
    ]


def known_of(scorer: Scorer, row: Row) -> np.ndarray:
    """The measures of the row's best sentence, as the engine takes them."""
    scores = scorer.scores(row.measured.features)
    return measure_answer(row.asked, row.measured, scores, row.known.__contains__, row.size)


def train_confidence(scorer: Scorer, groups: Sequence[tuple[float, Sequence[Row]]]) -> Scorer:
    """The scorer with a logistic regression for the answer; each group weighs its number in all.

    A weight may not have the sign that makes no sense (ANSWER_SIGNS): projected gradient descent.
    """
    values = np.array([known_of(scorer, row) for _, rows in groups for row in rows], np.float64)
    target = np.array([row.answerable for _, rows in groups for row in rows], np.float64)
    shares = np.concatenate([np.full(len(rows), share / len(rows)) for share, rows in groups])
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-3
    scaled = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    signs = np.array([*ANSWER_SIGNS.values(), 0])
    ridge = np.array([RIDGE] * values.shape[1] + [0.0])
    rate = 1 / (0.25 * np.linalg.norm((scaled.T * shares) @ scaled, 2) + RIDGE)
    found = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        guess = 1 / (1 + np.exp(-scaled @ found))
        found -= rate * (scaled.T @ (shares * (guess - target)) + ridge * found)
        found[signs * found < 0] = 0.0
    return replace(
        scorer, answer_mean=mean, answer_spread=spread, answer=found[:-1], answer_bias=float(found[-1])
    )


def write(scorer: Scorer, path: Path = WEIGHTS) -> None:
    """Keep the weights as readable JSON, five digits each."""
    names = [name for name in Scorer.__dataclass_fields__ if name != "answer_bias"]
    held = {name: np.round(getattr(scorer, name), 5).tolist() for name in names}
    head = {"sentence_names": list(SENTENCE_NAMES), "answer_names": list(ANSWER_NAMES)}
    path.write_text(
        json.dumps(head | held | {"answer_bias": round(scorer.answer_bias, 5)}) + "\n", encoding="utf-8"
    )


def report(name: str, scorer: Scorer, rows: Sequence[Row]) -> None:
    """Print how often the best sentence is right, and how well confidence tells whether there is one."""
    first = [row.right[scorer.scores(row.measured.features).argmax()] for row in rows if row.right.any()]
    sure = np.array([scorer.confidence(known_of(scorer, row)) for row in rows])
    told = auroc(sure, np.array([row.answerable for row in rows]))
    print(f"{name:12} {len(rows):5} rows   first right {np.mean(first):.3f}   AUROC of confidence {told:.3f}")


def main(folder: Path) -> None:
    """Learn from the sets in `folder` and our own, write the weights, print figures on what was held out."""
    embedding = Remembering()
    selqa, clapnq, article = read_answers(folder / "selqa"), read_answers(folder / "clapnq"), article_set()
    third = replace(selqa, questions=tuple(q for n, q in enumerate(selqa.questions) if not learned(n)))
    many = rows_of([group for n, group in enumerate(together(selqa, embedding)) if not learned(n)])
    one = rows_of([*singly(third, embedding)])
    other = rows_of([*abroad(third, embedding)])
    docs = {doc.name: doc for doc in selqa.docs}
    files = sorted(WRITTEN.glob("*.jsonl"))
    unseen = [one for path in files for one in written(path, docs) if held_out(one[0].name)]
    apart = [one for path in sorted(HELD_OUT.glob("*.jsonl")) for one in written(path, docs)]
    ours = rows_of([*of_written(apart + unseen[::2], embedding)])
    left = {"ours": rows_of([*of_written(unseen[1::2], embedding)])}
    split = {question.id: question.split for question in article.questions}
    alone = together(article, embedding)
    dev, left["article"] = (rows_of([g for g in alone if split[g.name] == half]) for half in ("dev", "test"))
    real = rows_of(together(clapnq, embedding)[1::2])
    real, left["clapnq"] = real[::2], real[1::2]
    scorer = train_sentences([*many, *ours, *one, *dev, *dev, *dev])
    answered, cut = ([row for row in one if row.answerable is told] for told in (True, False))
    shares = [(200, ours), (300, dev), (300, real), (160, answered), (120, cut), (80, other)]
    scorer = train_confidence(scorer, shares)
    write(scorer)
    for name, rows in left.items():
        report(name, scorer, rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
