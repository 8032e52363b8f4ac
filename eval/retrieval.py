"""BEIR layout -> ranking measures; answers layout -> spans found, and evidence held against tokens shown."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from eval import measures
from eval.baselines import Shown, citation_query_engine, count_tokens
from eval.dataset import AnswersSet, Evidence, Question, RetrievalSet
from eval.result import Measure, Result, mean
from index.embed import MiniLM
from index.passage import Source
from index.retrieve import CANDIDATES, Retriever
from index.store import Store
from qa.standalone import standalone

DEPTH = 10  # documents of a run
KS = (1, 3, 5, 10)
SPAN_K = 5  # passages whose spans are measured, as in Chroma's study
SHOWN_KS = range(1, 11)  # passages shown, for the curve

Ranking = list[tuple[str, float]]  # document id and score, best first
MEASURES: Mapping[str, Callable[[Sequence[str], Mapping[str, int], int], float]] = {
    "hit": measures.hit,
    "p": measures.precision,
    "recall": measures.recall,
    "mrr": measures.mrr,
    "ndcg": measures.ndcg,
}


@dataclass(frozen=True, slots=True)
class Indexed:
    """Documents in an index of their own, and how fast they came in."""

    store: Store
    retriever: Retriever
    passages_per_s: float


@contextmanager
def indexed(docs: Sequence[Source], precision: str = "int8") -> Iterator[Indexed]:
    """The documents in a temporary store; one with a title only is found by its title."""
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        embedding = MiniLM(precision)
        store = Store(folder, embedding)
        began = perf_counter()
        store.sync(*(doc for doc in docs if doc.text.strip() or doc.title.strip()))
        seconds = perf_counter() - began
        retriever = Retriever(store, embedding)
        yield Indexed(store, retriever, round(len(retriever.passages) / seconds, 1))


def evaluate(dataset: RetrievalSet, precision: str = "int8") -> tuple[Result, dict[str, Ranking]]:
    """The measures, and the run: query id -> (document id, score), best first, 10 deep.

    A query without a hit, or without judgements, scores 0 and is in every mean.
    """
    runs: dict[str, dict[str, Ranking]] = {"fused": {}, "BM25 alone": {}, "vectors alone": {}}
    times = Stopwatch()
    with indexed(dataset.docs, precision) as index:
        for query in dataset.queries:
            for name, ranking in _rankings(index, standalone(query.question, query.history), times):
                runs[name][query.id] = ranking
    fused = runs.pop("fused")
    result = Result(
        name=dataset.name,
        kind="retrieval",
        n=len(dataset.queries),
        fingerprint=dataset.fingerprint,
        settings={"documents": len(dataset.docs), "passages": len(index.retriever.passages)},
        model=f"all-MiniLM-L6-v2/{precision}",
        checker="",
        measures=ranking_measures(fused, dataset),
        baselines={
            name: {key: measure.value for key, measure in ranking_measures(run, dataset).items()}
            for name, run in runs.items()
        },
        timings={"passages_per_s": index.passages_per_s} | times.percentiles(),
    )
    return result, fused


def ranking_measures(run: Mapping[str, Ranking], dataset: RetrievalSet) -> dict[str, Measure]:
    """Every measure at every cut, over all queries of the set."""
    return {
        f"{name}@{k}": mean(
            [
                measure([doc for doc, _ in run.get(q.id, ())], dataset.qrels.get(q.id, {}), k)
                for q in dataset.queries
            ]
        )
        for name, measure in MEASURES.items()
        for k in KS
    }


def evaluate_spans(dataset: AnswersSet) -> Result:
    """How much of the evidence the passages hold, and how many tokens that takes to show.

    `span_*` at 5 passages, over characters, evidence spans all together (Smith & Troynikov 2024, "Evaluating
    chunking strategies for retrieval"). `evidence_recall@k`: some evidence span is held by half or more (all of
    them count, by characters, where all are needed). `tokens_shown@k`: in GPT-4's tokens.
    """
    asked = [question for question in dataset.questions if question.answerable]
    times = Stopwatch()
    shown: list[list[Shown]] = []
    with indexed(dataset.docs) as index:
        for question in asked:
            searched = standalone(question.question, question.history)
            with times.lap("total"):
                found = index.retriever.retrieve(searched, max(SHOWN_KS))
            shown.append([Shown.of(scored.passage) for scored in found])
    return Result(
        name=dataset.name,
        kind="spans",
        n=len(asked),
        fingerprint=dataset.fingerprint,
        settings={"documents": len(dataset.docs), "passages": len(index.retriever.passages)},
        model="all-MiniLM-L6-v2/int8",
        checker="",
        measures=_span_measures(asked, shown) | _curve(dataset, asked, shown),
        baselines={"CitationQueryEngine": _citation_row(dataset, asked)},
        timings={"passages_per_s": index.passages_per_s} | times.percentiles(),
    )


def _rankings(index: Indexed, question: str, times: "Stopwatch") -> Iterator[tuple[str, Ranking]]:
    """Of one question the fused ranking and each part's alone, by documents."""
    retriever = index.retriever
    with times.lap("total"):
        with times.lap("embed"):
            vector = retriever.question_vector(question)
        found = retriever.retrieve(question, 5 * DEPTH)
    yield "fused", _by_document((s.passage.source, s.score) for s in found)
    count = min(CANDIDATES, len(retriever.passages))
    with times.lap("chroma"):
        near = index.store.nearest(vector.tolist(), count)
    source = {passage.id: passage.source for passage in retriever.passages}
    yield "vectors alone", _by_document((source[id_], cosine) for id_, cosine in near)
    with times.lap("words"):
        bm25 = retriever.words.scores(retriever.words.terms(question))
    best = [row for row in np.argsort(-bm25, kind="stable")[:count] if bm25[row] > 0]
    yield "BM25 alone", _by_document((retriever.passages[row].source, float(bm25[row])) for row in best)


def _by_document(found: Iterator[tuple[str, float]]) -> Ranking:
    best: dict[str, float] = {}
    for document, score in found:
        best.setdefault(document, score)
    return list(best.items())[:DEPTH]


def _span_measures(asked: Sequence[Question], shown: Sequence[Sequence[Shown]]) -> dict[str, Measure]:
    rows = [
        measures.span_overlap([s.span for s in found[:SPAN_K]], _spans(q.evidence))
        for q, found in zip(asked, shown, strict=True)
    ]
    names = ("span_recall", "span_precision", "span_iou")
    return {name: mean([row[i] for row in rows]) for i, name in enumerate(names)}


def _curve(
    dataset: AnswersSet, asked: Sequence[Question], shown: Sequence[Sequence[Shown]]
) -> dict[str, Measure]:
    curve: dict[str, Measure] = {}
    texts = {doc.name: doc.text for doc in dataset.docs}
    for k in SHOWN_KS:
        cut = [found[:k] for found in shown]
        curve[f"evidence_recall@{k}"] = mean(
            [_held(dataset, q, found) for q, found in zip(asked, cut, strict=True)]
        )
        curve[f"tokens_shown@{k}"] = mean([count_tokens(found, texts) for found in cut])
    return curve


def _held(dataset: AnswersSet, question: Question, shown: Sequence[Shown]) -> float:
    spans = [s.span for s in shown]
    if dataset.all_needed:
        return measures.span_overlap(spans, _spans(question.evidence))[0]
    return float(any(measures.span_overlap(spans, _spans([e]))[0] >= 0.5 for e in question.evidence))


def _spans(evidence: Sequence[Evidence]) -> list[tuple[str, int, int]]:
    return [(e.doc, e.start, e.end) for e in evidence]


def _citation_row(dataset: AnswersSet, asked: Sequence[Question]) -> dict[str, float]:
    """LlamaIndex's CitationQueryEngine with its defaults, on the same questions and the same embeddings."""
    shown = citation_query_engine(dataset.docs, [q.question for q in asked])
    texts = {doc.name: doc.text for doc in dataset.docs}
    held = [_held(dataset, q, found) for q, found in zip(asked, shown, strict=True)]
    return {
        "evidence_recall": mean(held).value,
        "tokens_shown": mean([count_tokens(found, texts) for found in shown]).value,
    }


class Stopwatch:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._laps: dict[str, list[float]] = {}

    @contextmanager
    def lap(self, stage: str) -> Iterator[None]:
        """Times what happens inside."""
        began = perf_counter()
        yield
        self._laps.setdefault(stage, []).append((perf_counter() - began) * 1000)

    def percentiles(self) -> dict[str, float]:
        """p50 and p95 of every stage; the total's have no stage in their name."""
        return {
            f"{'' if stage == 'total' else stage + '_'}p{q}_ms": round(float(np.percentile(laps, q)), 2)
            for stage, laps in self._laps.items()
            for q in (50, 95)
        }
