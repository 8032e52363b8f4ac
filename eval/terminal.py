"""Results as tables on stdout, progress on stderr."""

import sys
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

from eval.compare import Comparison
from eval.reading import format_value, lower_is_better
from eval.result import Measure, Result

T = TypeVar("T")

_FLIPS = 30  # printed at most
_EVERY_S = 5.0  # between two lines of progress where there is no terminal


def headline(result: Result) -> str:
    """What was measured on what, with what, in one line."""
    parts = [f"{result.name}: {result.n} rows"]
    counts = result.settings.get("counts", {})
    if counts:
        parts.append(f"{counts['answerable']} answerable")
        parts.append(f"{counts['refused']} refused")
    parts.append(f"{result.failed} failed")
    parts.append(f"model {result.model or '-'}")
    if result.checker:
        parts.append(f"checker {result.checker}")
    if result.settings.get("split", "all") != "all":
        parts.append(f"split {result.settings['split']}")
    return ", ".join(parts)


def rows_of_table(result: Result) -> list[tuple[str, str, str, str]]:
    """(measure, value, interval, the baselines' values) of every measure."""
    return [
        (name, format_value(name, m.value), interval(name, m), _beside(result, name))
        for name, m in result.measures.items()
    ]


def interval(name: str, measure: Measure) -> str:
    """The 95 % bootstrap interval."""
    return f"{format_value(name, measure.low)} to {format_value(name, measure.high)}"


def _beside(result: Result, name: str) -> str:
    return ", ".join(
        f"{format_value(name, values[name])} ({baseline})"
        for baseline, values in result.baselines.items()
        if name in values
    )


def show(result: Result) -> None:
    """Print the result: coloured in a terminal, plain columns elsewhere."""
    rows = rows_of_table(result)
    if sys.stdout.isatty():
        _show_rich(result, rows)
    else:
        print(headline(result))
        width = max((len(name) for name, *_ in rows), default=0)
        for name, value, bounds, beside in rows:
            print(f"{name:{width}}  {value:>8}   [{bounds}]{'   ' + beside if beside else ''}")
    for line in (result.settings.get("note"), judge_line(result)):
        if line:
            print(line)
    timings = ", ".join(f"{name} {value:g}" for name, value in result.timings.items() if value)
    if timings:
        print(timings)


def judge_line(result: Result) -> str:
    """What a judge made of the answers, in a line; nothing where there was none."""
    judge = result.settings.get("judge")
    if not judge:
        return ""
    counts = (
        f"{judge['sentences']} sentences, {judge['votes']} votes each, {judge['unparseable']} unparseable, "
        f"{judge['failed']} failed, {judge['answers_not_judged']} answers not judged"
    )
    if judge["citation_recall"] is None:
        return f"judge {judge['model']} (advisory): no verdict; {counts}"
    value, low, high = judge["citation_recall"]
    rounds = ", ".join(f"{value:.4f}" for value in judge["by_vote"])
    return (
        f"judge {judge['model']} (advisory): citation_recall {value:.4f} [{low:.4f} to {high:.4f}], "
        f"vote by vote {rounds}, spread of a sentence's votes {judge['spread']:.4f}; {counts}"
    )


def show_comparison(found: Comparison) -> None:
    """Print what changed, measure by measure, and the rows that flipped."""
    print(f"{found.old['name']}: {found.paired} rows in both; {found.old['model']} -> {found.new['model']}")
    width = max((len(change.measure) for change in found.changes), default=0)
    for c in found.changes:
        old, new = format_value(c.measure, c.old), format_value(c.measure, c.new)
        moved = f"{c.new - c.old:+.4f}"
        within = f" [{c.difference.low:+.4f} to {c.difference.high:+.4f}]" if c.difference else ""
        print(f"{c.measure:{width}}  {old:>8} -> {new:>8}  {moved}{within}  {c.verdict}")
    worse = sum(flip.better is False for flip in found.flips)
    better = sum(flip.better is True for flip in found.flips)
    print(f"{len(found.flips)} rows flipped: {better} for the better, {worse} for the worse")
    for flip in found.flips[:_FLIPS]:
        print(f"  {flip.id}: {flip.old} -> {flip.new}: {flip.question}")
    if len(found.flips) > _FLIPS:
        print(f"  ... and {len(found.flips) - _FLIPS} more; --json has them all")


def _show_rich(result: Result, rows: list[tuple[str, str, str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(headline(result)), title_justify="left", box=None, header_style="dim")
    table.add_column("measure")
    table.add_column("value", justify="right", style="bold")
    table.add_column("95 % interval", style="dim")
    table.add_column("beside it", style="dim")
    for name, value, bounds, beside in rows:
        arrow = " ↓" if lower_is_better(name) else ""
        table.add_row(Text(name + arrow), value, bounds, Text(beside))
    Console().print(table)


def track(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """The items, with progress on stderr: a bar in a terminal, else a line now and then."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import track as bar

        yield from bar(items, description=label, total=total, console=Console(stderr=True), transient=True)
        return
    told = monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        if monotonic() - told >= _EVERY_S:
            told = monotonic()
            print(f"{label}: {done} of {total}", file=sys.stderr)
