"""JSONL and text files, read strictly: every error is one line that names the file and the line."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from eval.dataset import DatasetInvalid

LAYOUTS = "see eval/README.md for the layouts"


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of each line of a JSONL file; blank lines and a byte order mark are skipped.

    Raises:
        DatasetInvalid: the file is missing or not UTF-8, or a line is not a JSON object.
    """
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _object(line, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def records_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The same of a file that may hold one JSON array instead; its objects are numbered from 1.

    Raises:
        DatasetInvalid: as `rows_of`.
    """
    if not text_of(path).lstrip().startswith("["):
        yield from rows_of(path)
        return
    for number, row in enumerate(parse(text_of(path), str(path)), start=1):
        if not isinstance(row, dict):
            raise DatasetInvalid(f"{path}, item {number}: not a JSON object")
        yield number, row


def text_of(path: Path) -> str:
    """The text of a UTF-8 file, without a byte order mark.

    Raises:
        DatasetInvalid: the file is missing or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def parse(text: str, place: str) -> Any:
    """The JSON value of `text`, which stands at `place`.

    NaN, Infinity and half characters (lone surrogates) are refused: JSON has none, and no file of ours could
    hold them.

    Raises:
        DatasetInvalid: it is no JSON.
    """
    try:
        value = json.loads(text, parse_constant=_no_number)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise DatasetInvalid(f"{place}: not JSON ({error.msg} at character {error.pos + 1})") from error
    except UnicodeEncodeError as error:
        raise DatasetInvalid(f"{place}: not JSON (half a character: a lone \\ud800 to \\udfff)") from error
    except (ValueError, RecursionError) as error:
        raise DatasetInvalid(f"{place}: not JSON ({error})") from error
    return value


class Fields:
    """A JSON object's fields by kind; a wrong one is said with its place."""

    def __init__(self, row: Mapping[str, Any], place: str) -> None:
        self._row = row
        self._place = place

    def id(self, name: str) -> str:
        """A text or a whole number, as a text."""
        value = self._needed(name)
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            self.refuse(f"{name!r} must be a text or a whole number")
        return str(value)

    def text(self, name: str) -> str:
        """A text that is not blank."""
        value = self._needed(name)
        if not isinstance(value, str):
            self.refuse(f"{name!r} is not a string")
        if not value.strip():
            self.refuse(f"{name!r} is empty")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self._row.get(name, default)
        if not isinstance(value, bool):
            self.refuse(f"{name!r} must be true or false, not {json.dumps(value)[:40]}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; nothing where it is missing or null."""
        values = self.items(name)
        if not all(isinstance(value, str) for value in values):
            self.refuse(f"{name!r} must be a list of texts")
        return tuple(values)

    def items(self, name: str) -> list[Any]:
        """A list; nothing where it is missing or null."""
        values = self._row.get(name)
        if values is None:
            return []
        if not isinstance(values, list):
            self.refuse(f"{name!r} must be a list")
        return values

    def text_or_texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or a single one."""
        value = self.get(name)
        if not isinstance(value, str | list | None):
            self.refuse(f"{name!r} must be a text or a list of texts")
        return (value,) if isinstance(value, str) else self.texts(name)

    def get(self, name: str) -> Any:
        """What the field holds; None where it is missing."""
        return self._row.get(name)

    def refuse(self, what: str) -> NoReturn:
        """Say what is wrong with this object.

        Raises:
            DatasetInvalid: always.
        """
        raise DatasetInvalid(f"{self._place}: {what}")

    def _needed(self, name: str) -> Any:
        if name not in self._row:
            self.refuse(f"no field {name!r}")
        return self._row[name]


def _object(line: str, place: str) -> dict[str, Any]:
    row = parse(line, place)
    if not isinstance(row, dict):
        raise DatasetInvalid(f"{place}: not a JSON object")
    return row


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _unreadable(path: Path, error: Exception) -> DatasetInvalid:
    if isinstance(error, FileNotFoundError):
        return DatasetInvalid(f"{path}: no such file; {LAYOUTS}")
    if isinstance(error, IsADirectoryError):
        return DatasetInvalid(f"{path}: is a folder; name the file in it")
    return DatasetInvalid(f"{path}: cannot be read as UTF-8 text; save it as UTF-8")
