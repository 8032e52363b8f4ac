"""One run of `python -m eval`: ask, measure, judge, show, save, gate."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from eval import gates, terminal
from eval.dataset import AnswersSet, Question, Selection
from eval.result import Result, write_json

if TYPE_CHECKING:
    from eval.judging import Tally
    from eval.rows import Row, RowLog
    from qa.engine import QueryEngine

Options = argparse.Namespace
Held = tuple[str, Question, Mapping[str, float], Sequence[Sequence[str]]]  # key, its scores, a judge's votes


def settings_of(selection: Selection) -> dict[str, Any]:
    """Which rows were run, for the result."""
    return {"split": selection.split, "tags": list(selection.tags), "limit": selection.limit}


def ask(options: Options, dataset: AnswersSet, selection: Selection, bounds: Path | None) -> int:
    """Ask (or take given answers), measure, show, save, gate: the exit code."""
    from eval.answers import measure
    from eval.rows import RowLog

    if getattr(options, "given", None):  # given answers never stand for asked ones
        options.makers = f"given in {options.given.name}"
    tally = _tally(options)
    _check_first(options, dataset, bounds)
    log = RowLog(folder_at(options.out) / "rows.jsonl") if options.out else None
    with ExitStack() as stack:
        lines = stack.enter_context(opened(options.rows)) if getattr(options, "rows", None) else None
        keeper = _Keeper(dataset.corpus, options.makers, lines, log, tally)
        rows = stack.enter_context(_rows(options, dataset, log))
        tracked = terminal.track(rows, len(dataset.questions), dataset.name)
        result = measure(dataset, tracked, settings_of(selection), keeper.keep)
    if log:
        log.finish(keeper.rows())
    return finish(options, tally.beside(result) if tally else result, bounds, dataset)


@dataclass(slots=True)
class _Keeper:
    """Takes each row with its scores: writes it out, has it judged, and notes what the log must know."""

    corpus: str
    makers: str
    lines: TextIO | None
    log: "RowLog | None"
    tally: "Tally | None"
    held: list[Held] = field(default_factory=list)

    def keep(self, row: "Row", scores: Mapping[str, float]) -> None:
        """Take a row."""
        from eval.rows import row_key

        votes = self.tally.judge(row) if self.tally else ()
        if self.lines:
            self.lines.write(json.dumps(row.answer.to_json(), ensure_ascii=False) + "\n")
        if self.log:
            key = row_key(row.question, self.corpus, self.makers)
            self.held.append((key, row.question, scores, votes))

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What a saved row holds beside its answer, by the row's key."""
        for key, question, scores, votes in self.held:
            yield key, asdict(question) | {"scores": scores, "votes": votes}


def _check_first(options: Options, dataset: AnswersSet, bounds: Path | None) -> None:
    """Gates and baseline are read before anything is asked: a slip in them should not cost a run."""
    from eval.compare import refuse_other
    from eval.saved import read_saved

    if bounds:
        gates.read_gates(bounds, "")
    if getattr(options, "baseline", None):
        old = read_saved(options.baseline)
        old.scores()
        refuse_other(old, "answers", dataset.fingerprint, dataset.name)


def _tally(options: Options) -> "Tally | None":
    """The judge's tally, where --judge asks for one."""
    votes = getattr(options, "judge", None)
    if not votes:
        return None
    from eval.judging import Judge, Tally, judge_settings

    kept = folder_at(options.out) / "votes.jsonl" if options.out else None
    return Tally(Judge(judge_settings(options.model), votes, options.jobs or 1, kept))


@contextmanager
def _rows(options: Options, dataset: AnswersSet, log: "RowLog | None") -> Iterator["Iterable[Row]"]:
    """The rows to measure: answers that were given, or asked for now; an engine opens only if it has to."""
    from eval.answers import answer_all, engine_for, given

    if getattr(options, "given", None):
        yield given(dataset, options.given, log, options.makers)
        return
    with ExitStack() as stack:

        def open_engine() -> "QueryEngine":
            return stack.enter_context(engine_for(dataset, options.model))

        yield answer_all(open_engine, dataset, options.jobs or 1, log, options.makers)


def finish(
    options: Options, result: Result, bounds: Path | None = None, dataset: AnswersSet | None = None
) -> int:
    """Show and save a result, and hold it to its gates: the exit code."""
    lines = gates.broken(result, gates.read_gates(bounds, result.model)) if bounds else []
    if options.json:
        print(json.dumps(result.to_json(), ensure_ascii=False))
    else:
        terminal.show(result)
    if options.out:
        _save(options, result, lines, {doc.name: doc.text for doc in dataset.docs} if dataset else {})
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


def _save(options: Options, result: Result, broken: list[str], texts: Mapping[str, str]) -> None:
    """Write result.json, report.html and report.md; rows.jsonl is there already."""
    from eval.compare import compare as set_side_by_side
    from eval.markdown import markdown
    from eval.report import write_report
    from eval.saved import read_saved

    folder = folder_at(options.out)
    write_json(result.to_json(), folder / "result.json")
    saved = read_saved(folder)
    baseline = getattr(options, "baseline", None)
    comparison = set_side_by_side(read_saved(baseline), saved) if baseline else None
    write_report(folder / "report.html", saved, texts, comparison)
    (folder / "report.md").write_text(markdown(result, comparison, broken), encoding="utf-8")


def opened(path: Path) -> TextIO:
    """A text file to write, its folder made."""
    folder_at(path.parent)
    return path.open("w", encoding="utf-8")


def folder_at(path: Path) -> Path:
    """The folder, made if need be."""
    path.mkdir(parents=True, exist_ok=True)
    return path
