"""Gates: a measure and its bound; a broken one fails the run."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.result import Result
from index.errors import FootnoteError

GATES = Path(__file__).parent / "gates.toml"
_TABLES = ("always", "extractive")


class GatesInvalid(FootnoteError):
    """A gates file is missing or not in its layout."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A measure must lie in [low, high]."""

    measure: str
    low: float = float("-inf")
    high: float = float("inf")


def read_gates(path: Path, model: str) -> list[Gate]:
    """The gates in `path` that hold for `model`: those of [always], and of [extractive] for quotes.

    Raises:
        GatesInvalid: no such file, not TOML, or a bound that is no number.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise GatesInvalid(f"{path}: no such file; name a gates file with --gates") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GatesInvalid(f"{path}: not TOML ({error})") from error
    strange = [name for name in tables if name not in _TABLES]
    if strange:
        raise GatesInvalid(f"{path}: unknown table [{strange[0]}]; there are [always] and [extractive]")
    chosen = dict(tables.get("always", {}))
    if model == "extractive":
        chosen |= tables.get("extractive", {})
    return [_gate(path, name, bound) for name, bound in chosen.items()]


def _gate(path: Path, name: str, bound: Any) -> Gate:
    known = isinstance(bound, Mapping) and bound and set(bound) <= {"min", "max"}
    if not known or not all(isinstance(value, int | float) for value in bound.values()):
        raise GatesInvalid(f"{path}: {name} needs a bound, as in {name} = {{ min = 0.8 }} or {{ max = 0.1 }}")
    return Gate(name, float(bound.get("min", "-inf")), float(bound.get("max", "inf")))


def broken(result: Result, gates: list[Gate]) -> list[str]:
    """One line for each gate that the result does not pass; a measure that was not taken passes none."""
    lines = []
    for gate in gates:
        found = result.measures.get(gate.measure)
        if found is None:
            lines.append(f"gate broken: {gate.measure} was not measured")
        elif found.value < gate.low:
            lines.append(f"gate broken: {gate.measure} is {found.value:.4f}, under its bound {gate.low:g}")
        elif found.value > gate.high:
            lines.append(f"gate broken: {gate.measure} is {found.value:.4f}, over its bound {gate.high:g}")
    return lines
