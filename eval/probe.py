"""What the four probes share: a selection of rows, an index that is changed and asked again, a result."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from eval.dataset import AnswersSet
from eval.measures import squad_tokens
from eval.result import Result, mean
from index.passage import Source
from qa.answer import Answer
from qa.engine import QueryEngine

OpenEngine = Callable[[Sequence[Source]], QueryEngine]
Track = Callable[[Sequence[Any]], Iterable[Any]]  # shows how far a loop has come


@dataclass(slots=True)
class Found:
    """What a probe found: a row for each thing tried, the values of each measure, and what to know."""

    columns: dict[str, list[float]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    model: str = ""
    note: str = ""

    def add(self, row: Mapping[str, Any], **scores: float) -> None:
        """One thing tried, with its scores."""
        self.rows.append({**row, "scores": scores})
        for name, score in scores.items():
            self.columns.setdefault(name, []).append(float(score))


@contextmanager
def reindexing(model: str | None) -> Iterator[OpenEngine]:
    """Opens engines over changed documents, in one index that is brought up to date each time."""
    with tempfile.TemporaryDirectory(prefix="footnote-probe-") as folder:
        yield lambda docs: QueryEngine.open(*docs, store=folder, model=model)


def said(answer: Answer) -> str:
    """The words of an answer, without markers."""
    return " ".join(sentence.text for sentence in answer.sentences)


def overlap(one: str, other: str) -> float:
    """Share of the different words of `one` that `other` holds too, in 0..1; 0 if it has none."""
    words = set(squad_tokens(one))
    return len(words & set(squad_tokens(other))) / len(words) if words else 0.0


def result_of(
    kind: str, dataset: AnswersSet, found: Found, settings: Mapping[str, Any], checker: str = ""
) -> Result:
    """The contract's result of a probe."""
    return Result(
        name=dataset.name,
        kind=kind,
        n=len(found.rows),
        fingerprint=dataset.fingerprint,
        settings={**settings, "note": found.note},
        model=found.model,
        checker=checker,
        measures={name: mean(values) for name, values in found.columns.items()},
    )
