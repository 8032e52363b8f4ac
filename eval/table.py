"""The scores of a run, row by row, and what they come to: each measure with its interval."""

import math
from array import array
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from eval import measures
from eval.attribution import citation_f1
from eval.result import Measure, bootstrap

# Means over the rows that have part in them, in the order they are shown.
ROW_MEASURES = (
    "evidence_hit",
    "first_citation_hit",
    "evidence_precision",
    "quoted_chars",
    "citation_recall",
    "citation_precision",
    "faithfulness",
    "context_precision",
    "context_recall",
    "over_refusal_rate",
    "false_answer_rate",
    "follow_up_first_hit",
    "answer_f1",
    "tokens",
    "cost_usd_per_1000",
)
ATTRIBUTED = ("citation_recall", "citation_precision", "faithfulness")
Scores = Mapping[str, float]  # of one row; a measure the row has no part in is left out
Statistic = Callable[[np.ndarray], float]  # of the rows with these numbers


class Table:
    """The scores of many rows by column: 8 bytes a score, whatever the rows hold."""

    def __init__(self) -> None:
        self.n = 0
        self._columns: dict[str, array[float]] = {}

    def add(self, scores: Scores) -> None:
        """Add a row."""
        for name in self._columns.keys() | scores.keys():
            column = self._columns.setdefault(name, array("d", [math.nan]) * self.n)
            column.append(scores.get(name, math.nan))
        self.n += 1

    def column(self, name: str) -> np.ndarray:
        """A measure of all rows: float64, (n,), NaN where a row has no part in it."""
        return np.array(self._columns.get(name, [math.nan] * self.n))

    def of(self, name: str) -> np.ndarray:
        """A measure of the rows that have part in it: float64, (up to n,)."""
        column = self.column(name)
        return np.asarray(column[~np.isnan(column)])

    @property
    def names(self) -> list[str]:
        """The columns there are, sorted."""
        return sorted(self._columns)


def statistics(table: Table) -> dict[str, Statistic]:
    """The measures of an answers run, as functions of the rows taken; without those no row has part in."""
    found: dict[str, Statistic] = {
        "citation_validity": partial(_ratio, table.column("valid_citations"), table.column("citations"))
    }
    for name in ROW_MEASURES:
        if len(table.of(name)):
            found[name] = partial(mean_of, table.column(name))
        if name == "citation_precision" and name in found:
            found["citation_f1"] = _f1(table)
    if {"over_refusal_rate", "false_answer_rate"} <= found.keys():
        over, false = found["over_refusal_rate"], found["false_answer_rate"]
        found["balanced_accuracy"] = lambda rows: measures.balanced_accuracy(over(rows), false(rows))
        confidence, answerable = table.column("confidence"), table.column("answerable") == 1
        found["confidence_auroc"] = lambda rows: measures.auroc(confidence[rows], answerable[rows])
        found["confidence_ece"] = lambda rows: measures.calibration_error(confidence[rows], answerable[rows])
    return found


def summarise(table: Table) -> dict[str, Measure]:
    """Each measure over all rows, with its bootstrap interval."""
    return {name: bootstrap(table.n, statistic) for name, statistic in statistics(table).items()}


def baselines(table: Table, second: str) -> dict[str, dict[str, float]]:
    """What the second checker makes of the same answers."""
    if not len(table.of(f"{second}|citation_recall")):
        return {}
    every = np.arange(table.n)
    values = {name: mean_of(table.column(f"{second}|{name}"), every) for name in ATTRIBUTED}
    values["citation_f1"] = _f1(table, f"{second}|")(every)
    return {f"checker: {second}": {name: round(value, 4) for name, value in values.items()}}


def outcome(scores: Scores) -> str:
    """What became of a row, in a word or two; what a reader scans for and what can flip between two runs."""
    if scores.get("failed"):
        return "failed"
    if not scores["answerable"]:
        return "false answer" if scores["answered"] else "rightly refused"
    if not scores["answered"]:
        return "over-refused"
    if "evidence_hit" not in scores:
        return "answered"
    return "hit" if scores["evidence_hit"] >= 0.5 else "missed"


GOOD = {"hit", "rightly refused", "answered"}


def mean_of(column: np.ndarray, rows: np.ndarray) -> float:
    """Of the rows taken that have part in it; 0 where a resample holds none of them."""
    values = column[rows]
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def _ratio(part: np.ndarray, whole: np.ndarray, rows: np.ndarray) -> float:
    total = float(np.nansum(whole[rows]))
    return float(np.nansum(part[rows])) / total if total else 0.0


def _f1(table: Table, prefix: str = "") -> Statistic:
    recall = partial(mean_of, table.column(prefix + "citation_recall"))
    precision = partial(mean_of, table.column(prefix + "citation_precision"))
    return lambda rows: citation_f1(recall(rows), precision(rows))
