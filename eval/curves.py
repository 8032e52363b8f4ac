"""Two curves of a run as inline SVG: is confidence right, and how much must be shown to hold the evidence."""

from collections.abc import Mapping, Sequence
from typing import Any

from eval import measures
from eval.dataset import Evidence
from qa.answer import ShownPassage

SIDE = 240  # of the plot, in SVG units
LEFT, TOP, BELOW = 44, 12, 40
CHARS_PER_TOKEN = 4  # of English text, roughly


class ContextCurve:
    """Share of questions whose evidence the first k passages hold, against the text shown for it."""

    def __init__(self, all_needed: bool = False) -> None:
        self._all_needed = all_needed
        self._held: list[list[float]] = []
        self._chars: list[list[int]] = []

    def add(self, passages: Sequence[ShownPassage], evidence: Sequence[Evidence]) -> None:
        """Add an answerable row."""
        for k in range(1, len(passages) + 1):
            if len(self._held) < k:
                self._held.append([])
                self._chars.append([])
            self._held[k - 1].append(measures.context_recall(passages[:k], evidence, self._all_needed))
            self._chars[k - 1].append(sum(p.end - p.start for p in passages[:k]))

    def points(self) -> list[tuple[float, float, int]]:
        """(mean tokens shown, about; share held; k), one for each k that every row had passages for."""
        rows = max(map(len, self._held), default=0)
        return [
            (sum(chars) / rows / CHARS_PER_TOKEN, sum(held) / rows, k)
            for k, (held, chars) in enumerate(zip(self._held, self._chars, strict=True), start=1)
            if len(held) == rows
        ]


def reliability_svg(confidence: Sequence[float], right: Sequence[bool]) -> str:
    """The reliability diagram; a dot's area grows with the rows in its bin."""
    bins = measures.reliability(confidence, right)
    total = sum(rows for *_, rows in bins) or 1
    dots = "".join(
        f'<circle cx="{_x(sure):.1f}" cy="{_y(share):.1f}" r="{3 + 12 * (rows / total) ** 0.5:.1f}">'
        f"<title>sure {sure:.2f}, answerable {share:.2f}, {rows} rows</title></circle>"
        for sure, share, rows in bins
    )
    diagonal = f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    line = _line([(sure, share) for sure, share, _ in bins])
    return _frame("confidence", "share answerable", diagonal + line + dots, ("0", "0.5", "1"))


def context_svg(points: Sequence[tuple[float, float, int]]) -> str:
    """Evidence held against tokens shown, a dot for each number of passages; nothing without points."""
    if not points:
        return ""
    widest = max(tokens for tokens, *_ in points) or 1.0
    scaled = [(tokens / widest, held) for tokens, held, _ in points]
    dots = "".join(
        f'<circle cx="{_x(x):.1f}" cy="{_y(held):.1f}" r="4"><title>{k} passages: about {tokens:.0f} tokens, '
        f"evidence held for {held:.1%}</title></circle>"
        for (x, held), (tokens, _, k) in zip(scaled, points, strict=True)
    )
    ticks = ("0", f"{widest / 2:.0f}", f"{widest:.0f}")
    return _frame("tokens shown, about", "evidence held", _line(scaled) + dots, ticks)


def _frame(across: str, up: str, drawing: str, ticks: tuple[str, str, str]) -> str:
    width, height = LEFT + SIDE + 16, TOP + SIDE + BELOW
    grid = "".join(
        f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(v)}" y2="{_y(v)}"/>'
        f'<text x="{LEFT - 6}" y="{_y(v) + 4}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    marks = "".join(
        f'<text x="{_x(v)}" y="{_y(0) + 16}" text-anchor="middle">{label}</text>'
        for v, label in zip((0, 0.5, 1), ticks, strict=True)
    )
    names = (
        f'<text class="axis" x="{_x(0.5)}" y="{height - 6}" text-anchor="middle">{across}</text>'
        f'<text class="axis" transform="translate(11 {_y(0.5)}) rotate(-90)" text-anchor="middle">{up}</text>'
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{up} against {across}">'
        f"{grid}{marks}{names}{drawing}</svg>"
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return f'<polyline class="curve" points="{path}"/>'


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return TOP + (1 - share) * SIDE


def evidence_of(row: Mapping[str, Any]) -> list[Evidence]:
    """The gold evidence of a saved row."""
    return [Evidence(e["doc"], e["start"], e["end"]) for e in row.get("evidence") or ()]
