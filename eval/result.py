"""Measure, Result, and the bootstrap interval."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

RESAMPLES = 1000
SEED = 20


@dataclass(frozen=True, slots=True)
class Measure:
    """A mean with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def mean(values: Sequence[float]) -> Measure:
    """The mean of one value per row, with the percentile bootstrap interval (Efron 1979); all 0 without rows.

    Deterministic: the resamples have a fixed seed.
    """
    if not values:
        return Measure(0.0, 0.0, 0.0)
    rows = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(SEED).integers(0, len(rows), (RESAMPLES, len(rows)))
    low, high = np.percentile(rows[picks].mean(axis=1), [2.5, 97.5])
    return Measure(round(float(rows.mean()), 4), round(float(low), 4), round(float(high), 4))


@dataclass(frozen=True, slots=True)
class Result:
    """One evaluation: what was measured on what, with what. Field names are the contract's."""

    name: str
    kind: str
    n: int
    fingerprint: str
    settings: Mapping[str, Any]
    model: str
    checker: str
    measures: Mapping[str, Measure]
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    failed: int = 0

    def to_json(self) -> dict[str, Any]:
        """The contract's object, ready for `json.dumps`."""
        return asdict(self)
