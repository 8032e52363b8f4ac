"""BEIR layout -> ranking measures."""

import tempfile
from time import perf_counter

import numpy as np

from eval import measures
from eval.dataset import RetrievalSet
from eval.result import Result, mean
from index.embed import MiniLM
from index.retrieve import Retriever
from index.store import Store
from qa.search import search
from qa.standalone import rewrite

DEPTH = 10  # documents of a run
KS = (1, 3, 5, 10)


def evaluate(dataset: RetrievalSet) -> tuple[Result, dict[str, list[tuple[str, float]]]]:
    """The measures, and the run: query id -> (document id, score), best first, 10 deep."""
    run: dict[str, list[tuple[str, float]]] = {}
    times = []
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        embedding = MiniLM()
        store = Store(folder, embedding)
        began = perf_counter()
        store.sync(*(doc for doc in dataset.docs if doc.text.strip()))
        indexed = perf_counter() - began
        retriever = Retriever(store, embedding)
        for query in dataset.queries:
            began = perf_counter()
            found = search(retriever, rewrite(query.question, query.history), 5 * DEPTH)
            times.append((perf_counter() - began) * 1000)
            best: dict[str, float] = {}
            for scored in found:
                best.setdefault(scored.passage.source, scored.score)
            run[query.id] = list(best.items())[:DEPTH]
    found_measures = {}
    for name, measure in (
        ("hit", measures.hit),
        ("p", measures.precision),
        ("recall", measures.recall),
        ("mrr", measures.mrr),
        ("ndcg", measures.ndcg),
    ):
        for k in KS:
            values = [
                measure([doc for doc, _ in run[q.id]], dataset.qrels.get(q.id, {}), k)
                for q in dataset.queries
            ]
            found_measures[f"{name}@{k}"] = mean(values)
    result = Result(
        name=dataset.name,
        kind="retrieval",
        n=len(dataset.queries),
        fingerprint=dataset.fingerprint,
        settings={},
        model=embedding.model_name,
        checker="",
        measures=found_measures,
        timings={
            "passages_per_s": round(len(retriever.passages) / indexed, 1),
            "p50_ms": float(np.median(times)),
            "p95_ms": float(np.percentile(times, 95)),
        },
    )
    return result, run
