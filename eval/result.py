"""Measure, Result, the bootstrap interval, and results on disk."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import FootnoteError

RESAMPLES = 1000
SEED = 20
_BLOCK = 2_000_000  # row numbers drawn at once: bounds the memory of a bootstrap over many rows


class ResultInvalid(FootnoteError):
    """A saved result is missing or not in the contract's shape."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A value with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def mean(values: Sequence[float] | np.ndarray) -> Measure:
    """The mean of one value per row, with the percentile bootstrap interval (Efron 1979); all 0 without rows.

    Deterministic: the resamples have a fixed seed.
    """
    if not len(values):
        return Measure(0.0, 0.0, 0.0)
    rows = np.asarray(values, dtype=np.float64)
    means = np.concatenate([rows[picks].mean(axis=1) for picks in resamples(len(rows))])
    return _measure(float(rows.mean()), means)


def bootstrap(n: int, statistic: Callable[[np.ndarray], float]) -> Measure:
    """`statistic` of all rows, with the interval it has over resampled rows; all 0 without rows.

    `statistic` is given row numbers: int, (n,).
    """
    if not n:
        return Measure(0.0, 0.0, 0.0)
    values = [statistic(picks) for block in resamples(n) for picks in block]
    return _measure(statistic(np.arange(n)), np.asarray(values))


def resamples(n: int, times: int = RESAMPLES) -> Iterator[np.ndarray]:
    """Row numbers drawn with replacement, in blocks: int, (some, n); always the same ones for the same n."""
    rng = np.random.default_rng(SEED)
    step = max(1, _BLOCK // n)
    return (rng.integers(0, n, (min(step, times - start), n)) for start in range(0, times, step))


def _measure(value: float, resampled: np.ndarray) -> Measure:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Measure(round(value, 4), round(float(low), 4), round(float(high), 4))


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

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Result":
        """The result that `to_json` gave.

        Raises:
            ResultInvalid: a field is missing or has another shape.
        """
        try:
            fields = {key: row[key] for key in ("name", "kind", "n", "fingerprint", "settings", "model")}
            measures = {
                name: Measure(float(m["value"]), float(m["low"]), float(m["high"]))
                for name, m in row["measures"].items()
            }
            rest = {key: row[key] for key in ("checker", "baselines", "timings", "failed")}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ResultInvalid(
                f"not a result of `eval --json` or `--out` (field {error} is missing or of another kind)"
            ) from error
        return cls(**fields, measures=measures, **rest)


def write_json(row: Mapping[str, Any], path: Path) -> None:
    """Write one JSON object, indented."""
    path.write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_result(place: Path) -> Result:
    """The result saved at `place`: a result.json, or the folder that holds one.

    Raises:
        ResultInvalid: there is none, or it is not in the contract's shape.
    """
    path = place / "result.json" if place.is_dir() else place
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ResultInvalid(
            f"{path}: no such file; give a result.json, or the folder that --out wrote"
        ) from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ResultInvalid(
            f"{path}: not JSON; give a result.json, or the folder that --out wrote"
        ) from error
    if not isinstance(row, dict):
        raise ResultInvalid(f"{path}: not a JSON object")
    try:
        return Result.from_json(row)
    except ResultInvalid as error:
        raise ResultInvalid(f"{path}: {error}") from error
