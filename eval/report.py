"""A saved run as one HTML file that needs nothing else: no script, no network, no other file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from eval.compare import Change, Comparison
from eval.curves import ContextCurve, context_svg, evidence_of, reliability_svg
from eval.reading import HEADLINES, PLAIN_NUMBERS, format_change, format_value, lower_is_better, reading
from eval.report_rows import row_html
from eval.result import Measure, Result
from eval.rows import shown_from
from eval.saved import Saved
from eval.table import GOOD, Table, outcome, statistics
from eval.terminal import judge_line

CSS = Path(__file__).parent / "report.css"
FEW = 20  # flipped rows that stand open
MOST_ROWS = 1000  # written out; in a larger run, those that went wrong first
TAG_MEASURES = ("evidence_hit", "first_citation_hit", "citation_f1", "over_refusal_rate", "false_answer_rate")


@dataclass(slots=True)
class Digest:
    """What a first reading of the rows gives: scores by tag, confidence, and the two curves."""

    tags: dict[str, Table] = field(default_factory=dict)
    confidence: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    context: ContextCurve = field(default_factory=ContextCurve)
    bad: int = 0
    n: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Take a saved row in."""
        scores = row["scores"]
        self.n += 1
        self.bad += outcome(scores) not in GOOD
        for tag in row.get("tags") or ():
            self.tags.setdefault(tag, Table()).add(scores)
        self.confidence.append(scores["confidence"])
        self.right.append(bool(scores["answerable"]))
        if row["evidence"] and row["answer"]["passages"]:
            self.context.add(shown_from(row["answer"]), evidence_of(row))


def write_report(
    path: Path, saved: Saved, texts: Mapping[str, str], comparison: Comparison | None = None
) -> None:
    """Write the report of a saved run; `texts`: source name -> text; `comparison`: with a baseline."""
    with path.open("w", encoding="utf-8", errors="replace") as file:
        file.writelines(_page(saved, texts, comparison))


def _page(saved: Saved, texts: Mapping[str, str], comparison: Comparison | None) -> Iterator[str]:
    result = saved.result
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(result.name)}: evaluation</title><style>{CSS.read_text(encoding='utf-8')}</style>"
        "</head><body>"
    )
    yield _head(result)
    yield _cards(result)
    if comparison:
        yield changes_html(comparison)
    yield _measures(result)
    if result.kind == "answers" and saved.rows_file:
        digest = Digest()
        for row in saved.rows():
            digest.add(row)
        yield _curves(digest)
        yield _tags(digest)
        yield from _rows(saved, texts, digest)
    yield "</body></html>\n"


def _head(result: Result) -> str:
    counts = result.settings.get("counts", {})
    facts = [
        f"{result.n} rows",
        *(f"{counts[name]} {name}" for name in ("answerable", "refused") if name in counts),
        f"{result.failed} failed",
        f"model {result.model or '-'}",
        f"checker {result.checker or '-'}",
        *(f"split {result.settings[name]}" for name in ("split",) if name in result.settings),
        f"fingerprint {result.fingerprint}",
    ]
    return f'<h1>{escape(result.name)}</h1><p class="meta">{escape(" · ".join(facts))}</p>'


def _cards(result: Result) -> str:
    cards = "".join(
        f'<div class="card"><span>{escape(name)}</span><b>{format_value(name, m.value)}</b>'
        f"{_bar(name, m)}<span>{escape(reading(name))}</span></div>"
        for name, m in result.measures.items()
        if name in HEADLINES
    )
    return f'<div class="cards">{cards}</div>'


def _bar(name: str, measure: Measure) -> str:
    """The interval and the value on a line from 0 to 1."""
    if name in PLAIN_NUMBERS or not 0 <= measure.low <= measure.high <= 1:
        return ""
    width = 100 * (measure.high - measure.low)
    return (
        f'<span class="bar"><i style="left:{100 * measure.low:.1f}%;width:{width:.1f}%"></i>'
        f'<u style="left:{100 * measure.value:.1f}%"></u></span>'
    )


def _measures(result: Result) -> str:
    rows = "".join(
        f'<tr><td>{escape(name)}{_arrow(name)}</td><td class="n">'
        f'{format_value(name, m.value)}</td><td class="n"><small>{format_value(name, m.low)} to '
        f"{format_value(name, m.high)}</small>{_bar(name, m)}</td>"
        f'<td class="beside"><small>{escape(_beside(result, name))}</small></td>'
        f'<td class="says">{escape(reading(name))}</td></tr>'
        for name, m in result.measures.items()
    )
    return (
        '<h2>Measures</h2><div class="wide"><table><tr><th>measure</th><th class="n">value</th>'
        '<th class="n">95 % interval</th><th class="beside">beside it</th><th class="says">what it says</th>'
        f'</tr>{rows}</table></div><p class="note">↓: lower is better. A refusal of an answerable question, '
        "and a row that failed, stays in every mean with the worst value.</p>"
        + (f'<p class="note">{escape(judge)}</p>' if (judge := judge_line(result)) else "")
    )


def _beside(result: Result, name: str) -> str:
    return ", ".join(
        f"{format_value(name, values[name])} ({baseline})"
        for baseline, values in result.baselines.items()
        if name in values
    )


def changes_html(comparison: Comparison) -> str:
    """What got better and worse, and the rows that flipped."""
    lines = "".join(
        f"<tr><td>{escape(c.measure)}{_arrow(c.measure)}</td>"
        f'<td class="{c.verdict}">{c.verdict}</td><td class="n">{format_value(c.measure, c.old)}</td>'
        f'<td class="n">{format_value(c.measure, c.new)}</td><td class="n">{_moved(c)}</td></tr>'
        for c in comparison.changes
    )
    flips = "".join(
        f'<li class="{"worse" if f.better is False else "better" if f.better else ""}">'
        f'<a href="#{escape(f.id, quote=True)}">{escape(f.id)}</a> {f.old} → {f.new}: '
        f"{escape(f.question)}</li>"
        for f in comparison.flips
    )
    worse, better = (sum(f.better is kind for f in comparison.flips) for kind in (False, True))
    return (
        f"<h2>Against the baseline ({comparison.paired} rows in both)</h2>"
        f"{_named(comparison, 'worse')}{_named(comparison, 'better')}"
        '<div class="wide"><table><tr><th>measure</th><th></th><th class="n">old</th><th class="n">new</th>'
        f'<th class="n">difference, 95 %</th></tr>{lines}</table></div>'
        f'<details class="flips"{" open" if len(comparison.flips) <= FEW else ""}><summary>'
        f"{len(comparison.flips)} rows flipped: {worse} worse, {better} better</summary>"
        f"<ul>{flips}</ul></details>"
    )


def _named(comparison: Comparison, verdict: str) -> str:
    """The measures that got better, or worse, beyond chance."""
    names = ", ".join(escape(c.measure) for c in comparison.changes if c.verdict == verdict)
    return f'<p class="{verdict}">{verdict.capitalize()}: {names or "none"}</p>'


def _arrow(name: str) -> str:
    return " ↓" if lower_is_better(name) else ""


def _moved(change: Change) -> str:
    if change.difference is None:
        return "not paired"
    d = change.difference
    moved, low, high = (format_change(change.measure, value) for value in (d.value, d.low, d.high))
    return f"{moved} <small>{low} to {high}</small>"


def _curves(digest: Digest) -> str:
    context = context_svg(digest.context.points())
    shown = (
        f"<figure>{context}<figcaption>How much text must be shown to hold the evidence: a dot for each "
        "number of passages (4 characters to a token).</figcaption></figure>"
        if context
        else ""
    )
    return (
        '<h2>Curves</h2><div class="curves">'
        f"<figure>{reliability_svg(digest.confidence, digest.right)}<figcaption>Is confidence right? On the "
        f"dashed line it is; a larger dot holds more rows.</figcaption></figure>{shown}</div>"
    )


def _tags(digest: Digest) -> str:
    if not digest.tags:
        return ""
    heads = "".join(f'<th class="n">{name}</th>' for name in TAG_MEASURES)
    lines = "".join(
        f'<tr><td>{escape(tag)}</td><td class="n">{table.n}</td>{_cells(tag_values(table))}</tr>'
        for tag, table in sorted(digest.tags.items(), key=lambda item: (-item[1].n, item[0]))
    )
    return (
        f'<h2>By tag</h2><div class="wide"><table><tr><th>tag</th><th class="n">rows</th>{heads}</tr>'
        f"{lines}</table></div>"
    )


def tag_values(table: Table) -> list[float | None]:
    """The TAG_MEASURES of one tag's rows; None where no row has part in one."""
    every, found = np.arange(table.n), statistics(table)
    return [found[name](every) if name in found else None for name in TAG_MEASURES]


def _cells(values: list[float | None]) -> str:
    return "".join(f'<td class="n">{"" if value is None else f"{value:.2f}"}</td>' for value in values)


def _rows(saved: Saved, texts: Mapping[str, str], digest: Digest) -> Iterator[str]:
    """All rows, or in a large run the first that went wrong and then others, up to MOST_ROWS."""
    yield (
        f"<h2>Rows</h2>{_filters(digest)}"
        '<p class="legend note"><mark class="gold">gold evidence</mark> <mark class="cited">cited</mark> '
        '<mark class="gold cited">both</mark></p>'
    )
    rows: Iterator[dict[str, Any]] = saved.rows()
    if digest.n > MOST_ROWS:
        wrong = (row for row in saved.rows() if outcome(row["scores"]) not in GOOD)
        right = (row for row in saved.rows() if outcome(row["scores"]) in GOOD)
        rows = chain(wrong, right)
        yield f'<p class="note">{MOST_ROWS} of {digest.n} rows, wrong ones first; rows.jsonl holds all.</p>'
    for _, row in zip(range(MOST_ROWS), rows, strict=False):
        yield row_html(row, texts)


def _filters(digest: Digest) -> str:
    right = digest.n - digest.bad
    labels = {"all": f"all {digest.n}", "bad": f"wrong {digest.bad}", "good": f"right {right}"}
    radios = "".join(
        f'<label><input type="radio" name="only" id="only-{name}"{" checked" if name == "all" else ""}> '
        f"{label}</label>"
        for name, label in labels.items()
    )
    return f'<div class="filters">{radios}</div>'
