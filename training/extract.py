"""Learn `qa/quoting/extract_weights.json`: which sentence answers, and whether it answers at all.

    uv run python -m training.extract ../shared/data/answers       (a quarter of an hour on two cores)

Run it after `training.cross_encoder`, whose scores are among the features. Data: what that one has not seen,
so that its scores are here as good as they will be: our own documents in `training/written/held_out/` and
half of those held out of the others; for the sentences also 400 questions of selqa (emorynlp/selqa,
Apache-2.0), and for the confidence the dev half of the bundled article's set (MIT) and a quarter of clapnq
(primeqa/clapnq, Apache-2.0). The other half of our own, another quarter of clapnq and the article's test half
are held out, and figures on them are printed. Which features there are, how many, the sizes and the threshold
were chosen looking at these, at xquad and at the article's test half too, so those are a little too good.
Only weights come out, no text; they are MIT like the rest. The same data give the same weights, up to the
rounding of another processor.
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
from training.groups import Group, Remembering, held_out, learned, of_written, together
from training.questions import HELD_OUT, WRITTEN, written

MANY = 400  # questions of selqa, for the sentences
EVERY = 4  # of our own questions, for the sentences: they hold fewer words of the answer than people's do
DECAY, RATE, ROUNDS = 1e-3, 0.1, 300  # of the sentences' weights
RIDGE = 3.0  # of the confidence's weights
STEPS = 20_000  # of its descent


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A question with its candidate sentences: which are `right`."""

    asked: ReadQuestion
    measured: Measured
    right: np.ndarray
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
        found.append(Row(group.asked, measured, np.array(right), group.answerable))
    return found


def train_sentences(rows: Sequence[Row]) -> np.ndarray:
    """Weights whose softmax over a question's sentences gives the right ones as much as it can.

    By Adam (Kingma & Ba 2015, arXiv:1412.6980) on all rows at once, the values standardised meanwhile.
    """
    rows = [row for row in rows if row.right.any()]
    everything = np.concatenate([row.measured.features for row in rows]).astype(np.float64)
    mean, spread = everything.mean(axis=0), everything.std(axis=0) + 1e-3
    groups = [((row.measured.features - mean) / spread, row.right) for row in rows]
    found, first, second = (np.zeros(len(SENTENCE_NAMES)) for _ in range(3))
    for step in range(1, ROUNDS + 1):
        slope = np.mean([_slope(found, *group) for group in groups], axis=0) + DECAY * found
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        rate = RATE if step < ROUNDS * 2 // 3 else RATE / 5
        found -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-9)
    return np.asarray(found / spread)


def _slope(weights: np.ndarray, values: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The slope of -log(share of the softmax on right sentences)."""
    scores = values @ weights
    share = np.exp(scores - scores.max())
    share /= share.sum()
    good = share * right
    return np.asarray(values.T @ (share - good / (good.sum() + 1e-12)))


def known_of(sentence: np.ndarray, row: Row) -> np.ndarray:
    """The measures of the row's best sentence, as the engine takes them."""
    return measure_answer(row.asked, row.measured, row.measured.features @ sentence)


def train_confidence(sentence: np.ndarray, groups: Sequence[tuple[float, Sequence[Row]]]) -> Scorer:
    """A scorer with a logistic regression for the answer; each group weighs its number in all.

    Half of it lies on the questions with an answer: confidence is for even odds that there is one, as nobody
    knows how often a reader asks what the source does not say. A weight may not have the sign that makes no
    sense (ANSWER_SIGNS): projected gradient descent.
    """
    values = np.array([known_of(sentence, row) for _, rows in groups for row in rows], np.float64)
    target = np.array([row.answerable for _, rows in groups for row in rows], np.float64)
    shares = np.concatenate([share * _evenly(rows) for share, rows in groups])
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
    return Scorer(sentence, mean, spread, found[:-1], float(found[-1]))


def _evenly(rows: Sequence[Row]) -> np.ndarray:
    """Shares of rows, summing to 1: half for those that have an answer."""
    answerable = np.array([row.answerable for row in rows])
    return np.asarray(np.where(answerable, 0.5 / answerable.sum(), 0.5 / (~answerable).sum()))


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
    sure = np.array([scorer.confidence(known_of(scorer.sentence, row)) for row in rows])
    told = auroc(sure, np.array([row.answerable for row in rows]))
    print(f"{name:12} {len(rows):5} rows   first right {np.mean(first):.3f}   AUROC of confidence {told:.3f}")


def main(folder: Path) -> None:
    """Learn from the sets in `folder` and our own, write the weights, print figures on what was held out."""
    embedding = Remembering()
    selqa, clapnq, article = read_answers(folder / "selqa"), read_answers(folder / "clapnq"), article_set()
    public = [group for n, group in enumerate(together(selqa, embedding)) if not learned(n)]
    many = rows_of(public[:MANY])
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
    sentence = train_sentences([*many, *ours[::EVERY]])
    scorer = train_confidence(sentence, [(300, ours), (300, dev), (300, real)])
    write(scorer)
    for name, rows in left.items():
        report(name, scorer, rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
