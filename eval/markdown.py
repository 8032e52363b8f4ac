"""A result as Markdown, for a pull request."""

from collections.abc import Sequence

from eval.compare import Comparison
from eval.reading import format_value, lower_is_better
from eval.result import Result
from eval.terminal import headline, interval, judge_line

_FLIPS = 20  # listed at most


def markdown(result: Result, comparison: Comparison | None = None, broken: Sequence[str] = ()) -> str:
    """The headline, broken gates, a table of measures (with what changed), and the rows that flipped."""
    lines = [f"### {_plain(headline(result))}", ""]
    lines += [f"- :x: {_plain(line)}" for line in broken] + ([""] if broken else [])
    lines += _changes(comparison) if comparison else _measures(result)
    lines += ["", _plain(judge_line(result))] if judge_line(result) else []
    lines += ["", f"Fingerprint `{result.fingerprint}`. 95 % bootstrap intervals; ↓ lower is better."]
    return "\n".join(lines) + "\n"


def _measures(result: Result) -> list[str]:
    return ["| measure | value | interval |", "|---|---:|---|"] + [
        f"| `{name}`{_arrow(name)} | {format_value(name, m.value)} | {interval(name, m)} |"
        for name, m in result.measures.items()
    ]


def _changes(comparison: Comparison) -> list[str]:
    table = ["| measure | old | new | difference | |", "|---|---:|---:|---|---|"]
    for c in comparison.changes:
        d = c.difference
        moved = f"{d.value:+.4f} ({d.low:+.4f} to {d.high:+.4f})" if d else f"{c.new - c.old:+.4f}"
        old, new = format_value(c.measure, c.old), format_value(c.measure, c.new)
        table.append(f"| `{c.measure}`{_arrow(c.measure)} | {old} | {new} | {moved} | {c.verdict} |")
    flips = [f"- `{f.id}` {f.old} → {f.new}: {_plain(f.question)}" for f in comparison.flips[:_FLIPS]]
    title = f"<details><summary>{len(comparison.flips)} rows flipped</summary>"
    return [*table, "", title, "", *flips, "", "</details>"] if flips else table


def _arrow(name: str) -> str:
    return " ↓" if lower_is_better(name) else ""


def _plain(text: str) -> str:
    """Text that Markdown and HTML leave as it is, on one line."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
