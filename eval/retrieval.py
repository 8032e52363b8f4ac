"""BEIR layout -> ranking measures, beside what each part of the retriever scores alone."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from eval import measures
from eval.dataset import AnswersSet, Question, RetrievalSet
from eval.result import Measure, Result, mean
from index.embed import MiniLM
from index.passage import Source
from index.retrieve import CANDIDATES, Retriever
from index.store import Store
from qa.standalone import Standalone, rewrite
from qa.talk.search import search

DEPTH = 10  # documents of a run
KS = (1, 3, 5, 10)

Ranking = list[tuple[str, float]]  # document id and score, best first
MEASURES: Mapping[str, Callable[[Sequence[str], Mapping[str, int], int], float]] = {
    "hit": measures.hit,
    "p": measures.precision,
    "recall": measures.recall,
    "mrr": measures.mrr,
    "ndcg": measures.ndcg,
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
        """p50 and p95 of every stage; those of the whole have no stage in their name."""
        return {
            f"{'' if stage == 'total' else stage + '_'}p{q}_ms": round(float(np.percentile(laps, q)), 2)
            for stage, laps in self._laps.items()
            for q in (50, 95)
        }


@dataclass(frozen=True, slots=True)
class Indexed:
    """Documents in an index of their own, and how fast they came in."""

    store: Store
    retriever: Retriever
    passages_per_s: float


@contextmanager
def indexed(docs: Sequence[Source], embedding: MiniLM) -> Iterator[Indexed]:
    """The documents in a temporary store; one with nothing but a title is found by its title."""
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        store = Store(folder, embedding)
        began = perf_counter()
        store.sync(*docs)
        seconds = perf_counter() - began
        retriever = Retriever(store, embedding)
        yield Indexed(store, retriever, round(len(retriever.passages) / seconds, 1))


def evaluate(dataset: RetrievalSet, precision: str = "int8") -> tuple[Result, dict[str, Ranking]]:
    """The measures, and the run: query id -> (document id, score), best first, 10 deep.

    A query without a hit scores 0 and is in every mean; one that nobody judged is in none, and counted.
    """
    runs: dict[str, dict[str, Ranking]] = {"fused": {}, "BM25 alone": {}, "vectors alone": {}}
    times = Stopwatch()
    embedding = MiniLM(precision)
    with indexed(dataset.docs, embedding) as index:
        for query in dataset.queries:
            for name, ranking in _rankings(index, rewrite(query.question, query.history), times):
                runs[name][query.id] = ranking
    fused = runs.pop("fused")
    result = Result(
        name=dataset.name,
        kind="retrieval",
        n=len(judged(dataset)),
        fingerprint=dataset.fingerprint,
        settings={
            "documents": len(dataset.docs),
            "passages": len(index.retriever.passages),
            "unjudged": len(dataset.queries) - len(judged(dataset)),
        },
        model=f"{embedding.model_name}/{precision}",
        checker="",
        measures=ranking_measures(fused, dataset),
        baselines={
            name: {key: measure.value for key, measure in ranking_measures(run, dataset).items()}
            for name, run in runs.items()
        },
        timings={"passages_per_s": index.passages_per_s} | times.percentiles(),
    )
    return result, fused


def evaluate_spans(dataset: AnswersSet) -> tuple[Result, dict[str, dict[str, float]]]:
    """The spans found of an answers layout: see eval/spans.py."""
    from eval.spans import evaluate_spans as measured

    return measured(dataset)


def judged(dataset: RetrievalSet) -> list[Question]:
    """The queries that someone judged: of the others nothing is known, so trec_eval leaves them out too."""
    return [query for query in dataset.queries if dataset.qrels.get(query.id)]


def ranking_measures(run: Mapping[str, Ranking], dataset: RetrievalSet) -> dict[str, Measure]:
    """Every measure at every cut, over all judged queries of the set."""
    rows = list(ranking_scores(run, dataset).values())
    return {name: mean([row[name] for row in rows]) for name in (rows[0] if rows else ())}


def ranking_scores(run: Mapping[str, Ranking], dataset: RetrievalSet) -> dict[str, dict[str, float]]:
    """Query id -> every measure at every cut of what was found for it."""
    return {
        query.id: {
            f"{name}@{k}": measure([doc for doc, _ in run.get(query.id, ())], dataset.qrels[query.id], k)
            for name, measure in MEASURES.items()
            for k in KS
        }
        for query in judged(dataset)
    }


def _rankings(index: Indexed, asked: Standalone, times: Stopwatch) -> Iterator[tuple[str, Ranking]]:
    """Of one question the fused ranking and each part's alone, by documents."""
    retriever, question = index.retriever, asked.text
    with times.lap("total"):
        with times.lap("embed"):
            vector = retriever.question_vector(question)
        found = search(retriever, asked, 5 * DEPTH)
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


def _by_document(found: Iterable[tuple[str, float]]) -> Ranking:
    """A document ranks where its best passage does."""
    best: dict[str, float] = {}
    for document, score in found:
        best.setdefault(document, score)
    return list(best.items())[:DEPTH]
