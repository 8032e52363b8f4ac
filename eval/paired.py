"""Saved rows of any kind of run -> what can be resampled in pairs, and what became of a row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.measures import auroc
from eval.result import Result
from eval.table import GOOD as GOOD_ANSWERS
from eval.table import Scores, Statistic, Table, mean_of, outcome, statistics

if TYPE_CHECKING:
    from eval.grounding import Claim

GOOD = {*GOOD_ANSWERS, "found", "rightly supported", "caught"}
_FOUND = {"retrieval": "hit@5", "spans": "evidence_recall@5"}  # what a reader asks first: is it among five


@dataclass(frozen=True, slots=True)
class Resampled:
    """A measure as a function of the units taken, by number, out of `n`: rows, or whole replies."""

    n: int
    statistic: Statistic


def rows_of_claims(claims: Sequence["Claim"], scores: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """Saved rows of a grounding run: score, label, and the number of the reply a claim belongs to."""
    replies = {group: number for number, group in enumerate(dict.fromkeys(claim.group for claim in claims))}
    for claim in claims:
        held = {
            "score": scores[claim.id],
            "supported": float(claim.supported),
            "reply": float(replies[claim.group]),
        }
        yield {"id": claim.id, "question": claim.claim, "scores": held}


def measures_of(result: Result, rows: Iterable[Scores]) -> dict[str, Resampled]:
    """The measures of a run's saved rows."""
    table = Table()
    for row in rows:
        table.add(row)
    if result.kind == "grounding":
        return _of_claims(table, result.settings["threshold"])
    found = (
        statistics(table)
        if result.kind == "answers"
        else {name: partial(mean_of, table.column(name)) for name in table.names}
    )
    return {name: Resampled(table.n, statistic) for name, statistic in found.items()}


def _of_claims(table: Table, threshold: float) -> dict[str, Resampled]:
    """The checker's measures by sentence, and by reply: the product of its sentences' scores."""
    from eval import grounding  # and with it the checker

    scores, labels = table.column("score"), table.column("supported") == 1
    _, reply = np.unique(table.column("reply"), return_inverse=True)
    n = int(reply.max(initial=-1)) + 1
    together, whole = np.ones(n), np.ones(n, dtype=bool)
    np.multiply.at(together, reply, np.maximum(grounding.usual(scores), 1e-6))
    np.logical_and.at(whole, reply, labels)

    def called(statistic: Any) -> Resampled:
        return Resampled(len(scores), lambda rows: statistic(scores[rows] >= threshold, labels[rows]))

    def of(statistic: Any, values: np.ndarray, kind: np.ndarray) -> Resampled:
        return Resampled(len(values), lambda rows: statistic(values[rows], kind[rows]))

    return {
        "auroc": of(auroc, scores, labels),
        "group_auroc": of(auroc, together, whole),
        "balanced_accuracy": called(grounding.balanced_accuracy),
        "f1": called(grounding.f1_unsupported),
        "best_f1": of(grounding.best_f1, scores, labels),
        "group_best_f1": of(grounding.best_f1, together, whole),
        "ece": of(grounding.ece, scores, labels),
        "ece_balanced": of(grounding.ece_balanced, scores, labels),
    }


def came_of(result: Result, scores: Scores) -> str:
    """What became of a row, in a word or two; nothing for a kind whose rows are not right or wrong."""
    if result.kind == "answers":
        return outcome(scores)
    if result.kind == "grounding":
        called = scores["score"] >= result.settings["threshold"]
        if scores["supported"]:
            return "rightly supported" if called else "false alarm"
        return "let through" if called else "caught"
    measure = _FOUND.get(result.kind)
    if measure is None or measure not in scores:
        return ""
    return "found" if scores[measure] >= 0.5 else "missed"
