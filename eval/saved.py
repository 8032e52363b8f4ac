"""Runs as they were saved: a result, and where there are any, its rows."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.lines import rows_of
from eval.result import Result, ResultInvalid, read_result


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved result, and the file of its rows (None: there is none beside it)."""

    result: Result
    rows_file: Path | None

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows, one at a time.

        Raises:
            DatasetInvalid: a line is not a JSON object.
        """
        if self.rows_file:
            for _, row in rows_of(self.rows_file):
                yield row

    def scores(self) -> dict[str, dict[str, float]]:
        """Row id -> its scores.

        Raises:
            ResultInvalid: a row has no id or no scores.
        """
        try:
            return {
                str(row["id"]): {name: float(value) for name, value in row["scores"].items()}
                for row in self.rows()
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ResultInvalid(
                f"{self.rows_file}: a row without id or scores; let the run finish, then compare"
            ) from error


def read_saved(place: Path) -> Saved:
    """The run at `place`: a result.json, or the folder that --out wrote.

    Raises:
        ResultInvalid: there is no result, or it is not in the contract's shape.
    """
    result = read_result(place)
    rows = (place if place.is_dir() else place.parent) / "rows.jsonl"
    # Beside a result of another name, rows.jsonl may be another run's.
    belongs = place.is_dir() or place.name == "result.json"
    return Saved(result, rows if belongs and rows.exists() else None)


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows, one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
