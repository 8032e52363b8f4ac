"""Answers layout -> how much of the evidence is found, and how many tokens it takes to show it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core import Document
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.utils import get_tokenizer

from eval.dataset import AnswersSet, Evidence
from eval.measures import context_recall
from eval.result import Measure, Result, mean
from eval.retrieval import Stopwatch, indexed
from index.embed import MiniLM
from index.passage import Passage, Source
from qa.standalone import rewrite
from qa.talk.search import search

SPAN_K = 5  # passages whose spans are measured, as in Chroma's study
SHOWN_KS = range(1, 11)  # passages shown, for the curve of evidence against tokens
CITATION_TOP_K = 2  # CitationQueryEngine's; its 512-token chunks of those two hold the same text again


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a document that a model would be shown."""

    source: str
    start: int
    end: int

    @classmethod
    def of(cls, passage: Passage) -> "Stretch":
        """The part a passage is."""
        return cls(passage.source, passage.start, passage.end)


Shown = Sequence[Stretch]


def evaluate_spans(dataset: AnswersSet) -> tuple[Result, dict[str, dict[str, float]]]:
    """Measures over the answerable questions, and question id -> its share in each.

    `span_*`: 5 passages, by characters. `evidence_recall@k`: the first k passages hold half or more of some
    evidence span (of each, as a share, where all are needed). `tokens_shown@k`: what those k take, in
    cl100k_base tokens. The baseline is LlamaIndex's CitationQueryEngine with its defaults and our embeddings.
    """
    asked = [question for question in dataset.questions if question.answerable]
    searched = [rewrite(question.question, question.history) for question in asked]
    evidence = [question.evidence for question in asked]
    times = Stopwatch()
    shown: list[Shown] = []
    embedding = MiniLM()
    with indexed(dataset.docs, embedding) as index:
        for question in searched:
            with times.lap("total"):
                found = search(index.retriever, question, max(SHOWN_KS))
            shown.append([Stretch.of(scored.passage) for scored in found])
    rows = [_scores(dataset, found, gold) for found, gold in zip(shown, evidence, strict=True)]
    theirs = citation_query_engine(dataset.docs, [q.text for q in searched], embedding)
    costs = [_cost(dataset, found, gold) for found, gold in zip(theirs, evidence, strict=True)]
    result = Result(
        name=dataset.name,
        kind="spans",
        n=len(asked),
        fingerprint=dataset.fingerprint,
        settings={"documents": len(dataset.docs), "passages": len(index.retriever.passages)},
        model=f"{embedding.model_name}/{embedding.precision}",
        checker="",
        measures=_means(rows),
        baselines={"CitationQueryEngine": {name: found.value for name, found in _means(costs).items()}},
        timings={"passages_per_s": index.passages_per_s} | times.percentiles(),
    )
    return result, {question.id: row for question, row in zip(asked, rows, strict=True)}


def span_overlap(shown: Shown, evidence: Iterable[Evidence]) -> tuple[float, float, float]:
    """Recall, precision, intersection over union of what is shown and the evidence, in characters, 0..1.

    Source: Smith & Troynikov 2024, "Evaluating Chunking Strategies for Retrieval" (Chroma). Differs: what is
    retrieved twice counts once in precision and IoU.
    """
    seen = _characters((piece.source, piece.start, piece.end) for piece in shown)
    gold = _characters((span.doc, span.start, span.end) for span in evidence)
    both = sum(len(seen[doc] & gold[doc]) for doc in seen.keys() & gold.keys())
    all_seen, all_gold = (sum(map(len, spans.values())) for spans in (seen, gold))
    union = all_seen + all_gold - both
    return both / max(1, all_gold), both / max(1, all_seen), both / max(1, union)


def _characters(spans: Iterable[tuple[str, int, int]]) -> dict[str, set[int]]:
    held: dict[str, set[int]] = {}
    for doc, start, end in spans:
        held.setdefault(doc, set()).update(range(start, end))
    return held


def _scores(dataset: AnswersSet, shown: Shown, evidence: Sequence[Evidence]) -> dict[str, float]:
    """A question's share in each measure."""
    names = ("span_recall", "span_precision", "span_iou")
    scores = dict(zip(names, span_overlap(shown[:SPAN_K], evidence), strict=True))
    for k in SHOWN_KS:
        scores |= {f"{name}@{k}": value for name, value in _cost(dataset, shown[:k], evidence).items()}
    return scores


def _cost(dataset: AnswersSet, shown: Shown, evidence: Sequence[Evidence]) -> dict[str, float]:
    """Whether what is shown holds the evidence, and the tokens it takes."""
    texts = {doc.name: doc.text for doc in dataset.docs}
    return {
        "evidence_recall": context_recall(shown, evidence, dataset.all_needed),
        "tokens_shown": _tokens(shown, texts),
    }


def _means(rows: Sequence[Mapping[str, float]]) -> dict[str, Measure]:
    return {name: mean([row[name] for row in rows]) for name in (rows[0] if rows else ())}


def _tokens(shown: Shown, texts: Mapping[str, str]) -> float:
    tokenizer = get_tokenizer()
    return float(sum(len(tokenizer(texts[s.source][s.start : s.end])) for s in shown))


def citation_query_engine(
    docs: Sequence[Source], questions: Sequence[str], embedding: MiniLM
) -> list[list[Stretch]]:
    """What CitationQueryEngine over a default VectorStoreIndex would show a model for each question."""
    splitter = SentenceSplitter()  # 1024 tokens, 200 of them shared with the neighbour
    stretches, texts = [], []
    for doc in docs:
        for node in splitter.get_nodes_from_documents([Document(text=doc.text)]):
            text = node.get_content()
            start = doc.text.find(text)
            stretches.append(Stretch(doc.name, start, start + len(text)))
            texts.append(text)
    near = embedding.embed(questions) @ embedding.embed(texts).T
    best = np.argsort(-near, axis=1, kind="stable")[:, :CITATION_TOP_K]
    return [[stretches[i] for i in row] for row in best]
