"""One measure each: pure functions of what was answered or found and what is right.

Rules for all: a value lies in 0..1 unless it says otherwise; a refusal or an empty answer to an answerable
question scores 0 (it is neither skipped nor NaN); every citation counts, however many; a citation that points
nowhere counts as a wrong one. What needs a checker (does this sentence follow?) is in attribution.py.
"""

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from eval.dataset import Evidence
from qa.answer import Answer

Floats = Sequence[float] | np.ndarray
Bools = Sequence[bool] | np.ndarray

EXTRACTIVE = "extractive"  # the contract's name for answers made without a model
BINS = 10  # of equal width, for calibration
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


class Located(Protocol):
    """A slice of a source: a citation, or a passage."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102


# ---- citations against the source and the gold evidence ----------------------------------------------------


def citation_validity(answer: Answer, texts: Mapping[str, str]) -> list[float]:
    """1 for each citation whose quote stands at its span, else 0 (ours). `texts`: source name -> text."""
    return [
        float(bool(c.quote) and c.start >= 0 and texts.get(c.source, "")[c.start : c.end] == c.quote)
        for c in answer.citations
    ]


def covers(piece: Located, evidence: Evidence) -> bool:
    """Whether a citation or passage covers half of an evidence span or more (the contract's rule)."""
    shared = min(piece.end, evidence.end) - max(piece.start, evidence.start)
    return piece.source == evidence.doc and 2 * shared >= evidence.end - evidence.start


def evidence_hit(answer: Answer, evidence: Iterable[Evidence], all_needed: bool = False) -> float:
    """1 if some citation covers some evidence span; with `all_needed`, the share of the spans covered."""
    hits = [any(covers(c, e) for c in answer.citations) for e in evidence]
    return _share(hits) if all_needed else float(any(hits))


def first_citation_hit(answer: Answer, evidence: Iterable[Evidence]) -> float:
    """1 if the first citation covers some evidence span."""
    return float(any(covers(c, e) for c in answer.citations[:1] for e in evidence))


def evidence_precision(answer: Answer, evidence: Iterable[Evidence]) -> float:
    """Share of the citations that cover some evidence span; 0 without citations."""
    spans = list(evidence)
    return _share([any(covers(c, e) for e in spans) for c in answer.citations])


def quoted_chars(answer: Answer) -> float:
    """Characters quoted by all citations of an answer together."""
    return float(sum(c.end - c.start for c in answer.citations))


# ---- what the model was shown ------------------------------------------------------------------------------


def context_precision(passages: Sequence[Located], evidence: Iterable[Evidence]) -> float:
    """Average precision of the passages shown, relevant where one covers some evidence span; 0 if none does.

    Source: ragas, context_precision. Differs: gold spans say what is relevant, not a judge model.
    """
    spans = list(evidence)
    relevant = [any(covers(p, e) for e in spans) for p in passages]
    precisions = [sum(relevant[:k]) / k for k, hit_ in enumerate(relevant, 1) if hit_]
    return sum(precisions) / len(precisions) if precisions else 0.0


def context_recall(
    passages: Sequence[Located], evidence: Iterable[Evidence], all_needed: bool = False
) -> float:
    """1 if the passages shown hold half or more of some evidence span; with `all_needed`, the share held.

    Source: ragas, context_recall. Differs: gold spans take the place of a reference answer's claims.
    """
    held = [2 * _held(passages, e) >= e.end - e.start for e in evidence]
    return _share(held) if all_needed else float(any(held))


def _held(passages: Sequence[Located], evidence: Evidence) -> int:
    """Characters of an evidence span that the passages hold together."""
    inside: set[int] = set()
    for piece in passages:
        if piece.source == evidence.doc:
            inside.update(range(max(piece.start, evidence.start), min(piece.end, evidence.end)))
    return len(inside)


# ---- what it took ------------------------------------------------------------------------------------------


def tokens(answer: Answer) -> float | None:
    """Tokens a model read and wrote for an answer; 0 for a quoted one, None where they were not counted."""
    total = answer.tokens.get("prompt", 0) + answer.tokens.get("completion", 0)
    return float(total) if total or answer.model == EXTRACTIVE else None


def cost_usd(answer: Answer) -> float | None:
    """What an answer cost, in USD; 0 for a quoted one, None where no price is known."""
    return 0.0 if answer.model == EXTRACTIVE and answer.cost_usd is None else answer.cost_usd


# ---- the words of the answer -------------------------------------------------------------------------------


def answer_f1(prediction: str, answers: Sequence[str]) -> float:
    """Token F1 against the best of the gold answers, both normalised; 0 for a refusal.

    Source: Rajpurkar et al. 2016, arXiv:1606.05250 (SQuAD's evaluation script). Only answerable rows are in
    its mean (SQuAD 2's HasAns_f1); false_answer_rate speaks for the others. A quoted sentence is longer
    than a short gold answer and so cannot reach 1: compare like with like.
    """
    return max((_token_f1(prediction, answer) for answer in answers), default=0.0)


def _token_f1(prediction: str, answer: str) -> float:
    got, gold = squad_tokens(prediction), squad_tokens(answer)
    if not got or not gold:
        return float(got == gold)
    same = sum((Counter(got) & Counter(gold)).values())
    return 2 * same / (len(got) + len(gold))


def squad_tokens(text: str) -> list[str]:
    """Lower-cased words without ASCII punctuation and English articles, as SQuAD's script splits them."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


# ---- refusing, and confidence ------------------------------------------------------------------------------


def balanced_accuracy(over_refusal_rate: float, false_answer_rate: float) -> float:
    """Mean of the shares of answerable and of unanswerable questions treated rightly; chance is 0.5."""
    return 1 - (over_refusal_rate + false_answer_rate) / 2


def auroc(scores: Floats, positive: Bools) -> float:
    """Chance that a positive row scores above a negative one, ties counting half; 0.5 if a kind is missing.

    Source: Mann & Whitney 1947; equals scikit-learn's roc_auc_score.
    """
    values, kind = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    above, below = values[kind], np.sort(values[~kind])
    if not len(above) or not len(below):
        return 0.5
    less = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(less.mean() / 2 / len(below))


def reliability(scores: Floats, positive: Bools) -> list[tuple[float, float, int]]:
    """(mean confidence, share that is right, rows) of each filled bin of ten of equal width, lowest first."""
    values, kind = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=np.float64)
    bins = np.clip((values * BINS).astype(int), 0, BINS - 1)
    return [
        (float(values[bins == b].mean()), float(kind[bins == b].mean()), int((bins == b).sum()))
        for b in range(BINS)
        if (bins == b).any()
    ]


def calibration_error(scores: Floats, positive: Bools) -> float:
    """Expected calibration error: |confidence - share right|, bins weighted by their rows; 0 is perfect.

    Source: Guo et al. 2017, arXiv:1706.04599. Differs: right means that the source does hold the answer:
    that is what our confidence speaks of.
    """
    bins = reliability(scores, positive)
    total = sum(rows for *_, rows in bins)
    return sum(rows * abs(sure - right) for sure, right, rows in bins) / total if total else 0.0


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


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
