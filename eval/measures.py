"""One measure each: pure functions of what was answered or found and what is right."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from eval.dataset import Evidence
from qa.answer import Answer, Citation

# ---- answers ----------------------------------------------------------------------------------------------


def citation_validity(answer: Answer, texts: Mapping[str, str]) -> list[float]:
    """1 for each citation whose quote stands at its span, else 0 (ours). `texts`: source name -> text."""
    return [float(texts.get(c.source, "")[c.start : c.end] == c.quote) for c in answer.citations]


def covers(citation: Citation, evidence: Evidence) -> bool:
    """Whether a citation covers half of an evidence span or more (the contract's rule)."""
    shared = min(citation.end, evidence.end) - max(citation.start, evidence.start)
    return citation.source == evidence.doc and 2 * shared >= evidence.end - evidence.start


def evidence_hit(answer: Answer, evidence: Iterable[Evidence]) -> float:
    """1 if some citation covers some evidence span; a refusal scores 0."""
    spans = list(evidence)
    return float(any(covers(c, e) for c in answer.citations for e in spans))


def first_citation_hit(answer: Answer, evidence: Iterable[Evidence]) -> float:
    """1 if the first citation covers some evidence span; a refusal scores 0."""
    return float(any(covers(c, e) for c in answer.citations[:1] for e in evidence))


def evidence_precision(answer: Answer, evidence: Iterable[Evidence]) -> float:
    """Share of the citations that cover some evidence span; 0 without citations."""
    spans = list(evidence)
    hits = [any(covers(c, e) for e in spans) for c in answer.citations]
    return sum(hits) / len(hits) if hits else 0.0


def quoted_chars(answer: Answer) -> float:
    """Characters quoted by all citations of an answer together."""
    return float(sum(c.end - c.start for c in answer.citations))


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Chance that a positive row scores above a negative one, ties counting half; 0.5 if a kind is missing.

    Source: Mann & Whitney 1947; equals scikit-learn's roc_auc_score.
    """
    values, kind = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    above, below = values[kind], np.sort(values[~kind])
    if not len(above) or not len(below):
        return 0.5
    less = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(less.mean() / 2 / len(below))


# ---- rankings (definitions of ir_measures) -----------------------------------------------------------------


def hit(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Success@k: 1 if a relevant document is among the first k."""
    return float(any(relevant.get(doc, 0) > 0 for doc in ranking[:k]))


def precision(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """P@k: share of the first k that is relevant; places not filled count against it."""
    return sum(relevant.get(doc, 0) > 0 for doc in ranking[:k]) / k


def recall(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """R@k: share of the relevant documents among the first k; 0 if none is relevant."""
    total = sum(score > 0 for score in relevant.values())
    return sum(relevant.get(doc, 0) > 0 for doc in ranking[:k]) / total if total else 0.0


def mrr(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """RR@k: one over the rank of the first relevant document, 0 if it is not among the first k."""
    return next((1 / rank for rank, doc in enumerate(ranking[:k], 1) if relevant.get(doc, 0) > 0), 0.0)


def ndcg(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """nDCG@k with gain = relevance and discount log2(rank + 1) (Järvelin & Kekäläinen 2002)."""
    ideal = sorted((score for score in relevant.values() if score > 0), reverse=True)[:k]
    best = sum(gain / np.log2(rank + 1) for rank, gain in enumerate(ideal, 1))
    got = sum(max(relevant.get(doc, 0), 0) / np.log2(rank + 1) for rank, doc in enumerate(ranking[:k], 1))
    return float(got / best) if best else 0.0
