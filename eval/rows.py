"""One row of a run: a question with what came of it; and rows on disk, so that a killed run goes on."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

import index
import qa
from eval.cited_text import citations_in
from eval.dataset import DatasetInvalid, Question
from qa.answer import Answer, ShownPassage

T = TypeVar("T")
_ANSWER = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its answer; `error` says why there is none."""

    question: Question
    answer: Answer
    error: str = ""


def failed(question: Question, error: str) -> Row:
    """A row without an answer: it stays in every mean, with the worst value."""
    sure = 0.0 if question.answerable else 1.0
    answer = Answer(
        question.question, question.question, "not_in_source", "", model="", confidence=sure, id=question.id
    )
    return Row(question, answer, error)


def answer_from(row: Mapping[str, Any]) -> Answer:
    """The answer that `Answer.to_json` gave; of another system's row, what it leaves out is made up for.

    Needed is `text`. Without `sentences` the text is split, and its markers [n] cite the nth of `passages`;
    without `status` a blank text is a refusal; without `confidence` an answer is as sure as can be.

    Raises:
        DatasetInvalid: a field is missing or of another kind.
    """
    try:
        answer = _ANSWER.validate_python({**_left_out(row), **row})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "row"
        raise DatasetInvalid(f"not an Answer: {place}: {first['msg'].lower()}") from None
    if not 0 <= answer.confidence <= 1:
        raise DatasetInvalid(f"not an Answer: confidence: must lie in 0..1, not {answer.confidence:g}")
    if "sentences" in row:
        return answer
    sentences, citations = citations_in(answer.text if answer.status == "answered" else "", answer.passages)
    return replace(answer, sentences=sentences, citations=citations)


def _left_out(row: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults for what only our own answers have."""
    said = row.get("text")
    blank = isinstance(said, str) and not said.strip()
    status = row.get("status", "not_in_source" if blank else "answered")
    sure = 1.0 if status == "answered" else 0.0
    return {"question": "", "standalone": "", "status": status, "model": "given", "confidence": sure}


def shown_from(row: Mapping[str, Any]) -> list[ShownPassage]:
    """The passages of a saved answer."""
    return [_of(ShownPassage, passage) for passage in row["passages"]]


def _of(kind: type[T], row: Mapping[str, Any]) -> T:
    """A dataclass from a JSON object; keys it does not know are left out."""
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{key: value for key, value in row.items() if key in known})


@cache
def code_version() -> str:
    """A hash of the code that answers: with other code, a saved answer must not stand for a new one."""
    digest = hashlib.sha256()
    for room in (index, qa):
        for path in sorted(Path(str(room.__file__)).parent.rglob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def row_key(question: Question, corpus: str, makers: str) -> str:
    """What an answer depends on, hashed: documents, question, talk, model, code; not gold evidence."""
    parts = [
        corpus,
        makers,
        code_version(),
        question.id,
        question.question,
        list(map(dict, question.history)),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]


class RowLog:
    """Rows in a JSONL file, written as they come and found again by their key.

    Lines are appended and flushed one by one, so a killed run loses at most the row it was at; `finish`
    rewrites the file in order, in one step.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, int] = {}
        path.touch()
        with path.open("rb") as lines:
            place = 0
            for line in lines:
                row = _row(line)
                if row and isinstance(row.get("key"), str) and "answer" in row and not row.get("error"):
                    self._places[row["key"]] = place
                place += len(line)
            self._broken = place > 0 and not line.endswith(b"\n")
        self._file = path.open("r+b")

    def get(self, key: str) -> dict[str, Any] | None:
        """The row of that key, or None."""
        if key not in self._places:
            return None
        self._file.seek(self._places[key])
        return _row(self._file.readline())

    def add(self, key: str, row: Mapping[str, Any]) -> None:
        """Keep a row under its key."""
        place = self._file.seek(0, os.SEEK_END)
        if self._broken:  # the run before was killed inside a line
            self._file.write(b"\n")
            place, self._broken = place + 1, False
        self._file.write(_line({"key": key, **row}))
        self._file.flush()
        self._places[key] = place

    def finish(self, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Rewrite the file: the kept row of each key with what is now known of it, in the order given."""
        part = self._path.with_suffix(".part")
        with part.open("wb") as file:
            for key, more in rows:
                file.write(_line({**more, **(self.get(key) or {}), **more}))
        self._file.close()
        part.replace(self._path)


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None  # the end of a killed run
    return row if isinstance(row, dict) else None


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
