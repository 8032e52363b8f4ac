"""Learn `qa/quoting/extract_weights.json`: which sentence answers, and whether it answers at all.

    python -m training.extract ../shared/data/answers       (half an hour on two busy cores)

Data, by people and public: every third question of selqa (emorynlp/selqa, Apache-2.0), every second of
clapnq (primeqa/clapnq, Apache-2.0), and the dev half of the bundled article's own set (MIT). Nothing else is
fitted on; but features, sizes and the threshold were chosen looking at xquad, the other clapnq half and the
article's test half too, so figures on those are a little too good. Only weights come out, no text; they are
MIT like the rest. The same data give the same weights, up to the rounding of another processor.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.dataset import AnswersSet, Evidence, Question
from eval.layouts import article_set, read_answers
from index.chunk import chunk
from index.embed import MiniLM
from index.passage import Passage
from index.store import embedded_text
from index.words import WordIndex, terms
from qa.quoting.features import ANSWER_NAMES, SENTENCE_NAMES, Measured, measure, measure_answer
from qa.quoting.reading import UNSEEN, Reader, ReadQuestion
from qa.quoting.scorer import WEIGHTS, Scorer

PASSAGES = 8  # offered for each question
WIDTH, NETWORKS, EPOCHS, BATCH = 8, 3, 20, 32
RATE, DECAY, DROPPED = 3e-3, 1e-2, 0.1
CLOSE_BONUS = 10.0  # per cosine: the learned part leans to questions like its own, plain closeness does not
RIDGE = 50.0  # of the confidence's weights


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A question with its candidate sentences: which are `right`, and the `source` each stands in."""

    question: Question
    asked: ReadQuestion
    measured: Measured
    right: np.ndarray
    source: np.ndarray
    known: frozenset[str]

    def without_evidence(self) -> "Row | None":
        """The same question where the sources that answer it are gone; None if nothing is left."""
        kept = ~np.isin(self.source, [e.doc for e in self.question.evidence])
        if not kept.any():
            return None
        measured = Measured(
            self.measured.features[kept], self.measured.near[kept], self.measured.passage[kept]
        )
        return replace(self, measured=measured, right=self.right[kept], source=self.source[kept])


def collect(dataset: AnswersSet, embedding: MiniLM) -> Iterator[Row]:
    """Each question of the set with the sentences of its nearest passages (cosine + share of words)."""
    passages = [passage for source in dataset.docs for passage in chunk(source)]
    words = WordIndex([embedded_text(passage) for passage in passages])
    vectors = embedding.embed([embedded_text(passage) for passage in passages])
    reader = Reader(embedding, words.idf)
    for question in dataset.questions:
        asked = reader.question(question.question)
        (vector,) = embedding.embed([question.question])
        near = np.maximum(vectors @ vector, 0) + words.scores(terms(question.question))
        chosen = [passages[n] for n in np.argsort(-near, kind="stable")[:PASSAGES]]
        read = reader.passages(chosen)
        spans = [(part.passage, *span) for part in read for span in part.spans]
        yield Row(
            question,
            asked,
            measure(asked, read),
            np.array([_answers(question.evidence, *span) for span in spans], dtype=bool),
            np.array([passage.source for passage, _, _ in spans]),
            frozenset(t for t in [*asked.weights, *asked.names] if words.idf(t) < words.idf(UNSEEN)),
        )


def _answers(evidence: Sequence[Evidence], passage: Passage, start: int, end: int) -> bool:
    return any(
        e.doc == passage.source and 2 * (min(end, e.end) - max(start, e.start)) >= e.end - e.start
        for e in evidence
    )


def train_sentences(rows: Sequence[Row]) -> Scorer:
    """A scorer whose softmax over a question's sentences gives the right ones as much as it can."""
    groups = [(row.measured.features, row.right) for row in rows if row.right.any()]
    everything = np.concatenate([features for features, _ in groups]).astype(np.float64)
    mean, spread = everything.mean(axis=0), everything.std(axis=0) + 1e-3
    scaled = [((features - mean) / spread, right) for features, right in groups]
    networks = [_network(scaled, seed) for seed in range(NETWORKS)]
    linear = np.mean([network[3] for network in networks], axis=0)
    close = SENTENCE_NAMES.index("close")
    linear[close] += CLOSE_BONUS * spread[close]
    return Scorer(
        mean=mean,
        spread=spread,
        hidden=np.concatenate([network[0] for network in networks], axis=1),
        hidden_bias=np.concatenate([network[1] for network in networks]),
        output=np.concatenate([network[2] for network in networks]) / NETWORKS,
        linear=linear,
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


def train_confidence(scorer: Scorer, groups: Sequence[tuple[float, Sequence[Row]]]) -> Scorer:
    """The scorer with a ridge logistic regression for the answer; each group weighs its number in all."""
    inputs, right, weight = [], [], []
    for share, rows in groups:
        for row in rows:
            scores = scorer.scores(row.measured.features)
            inputs.append(measure_answer(row.asked, row.measured, scores, row.known.__contains__))
            right.append(row.right.any() if row.question.answerable else False)
            weight.append(share / len(rows))
    values, target, shares = np.array(inputs, np.float64), np.array(right, np.float64), np.array(weight)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-3
    scaled = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    ridge = np.diag([RIDGE] * values.shape[1] + [1e-6])
    found = np.zeros(scaled.shape[1])
    for _ in range(30):  # Newton's method; it settles in about eight steps
        guess = 1 / (1 + np.exp(-scaled @ found))
        slope = scaled.T @ (shares * (guess - target)) + ridge @ found
        bend = (scaled * (shares * guess * (1 - guess))[:, None]).T @ scaled + ridge
        found -= np.linalg.solve(bend, slope)
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


def learn(selqa: Sequence[Row], clapnq: Sequence[Row], article: Sequence[Row]) -> Scorer:
    """Both parts, from the rows of the three sets."""
    alone = [row for row in article if not row.question.history]
    scorer = train_sentences(
        [*selqa, *[r for r in clapnq for _ in range(2)], *[r for r in alone for _ in range(3)]]
    )
    gone = [left for row in selqa if (left := row.without_evidence())]
    return train_confidence(scorer, [(600, clapnq), (600, alone), (300, selqa), (300, gone)])


def main(folder: Path) -> None:
    """Learn from the sets in `folder` and write the weights."""
    embedding = MiniLM()
    selqa, clapnq, article = read_answers(folder / "selqa"), read_answers(folder / "clapnq"), article_set()
    third = selqa.questions[::3]
    docs = {evidence.doc for question in third for evidence in question.evidence}
    sets = (
        replace(selqa, questions=third, docs=tuple(doc for doc in selqa.docs if doc.name in docs)),
        replace(clapnq, questions=clapnq.questions[::2]),
        replace(article, questions=tuple(q for q in article.questions if q.split == "dev")),
    )
    write(learn(*([*collect(dataset, embedding)] for dataset in sets)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
