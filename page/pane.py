"""A source with the cited words lit -> the source pane's HTML.

A long source is shown as a window of passages around the active place; the rest is a click away.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from index.passage import Passage
from index.sentences import block_spans
from page.place import Document
from page.silence import NEAREST
from page.strings import Strings
from qa.answer import Answer
from qa.talk.changed import Changed

WINDOW = 60  # passages shown at once
_AS_IT_STANDS = re.compile(r"\s*(\||```|    |\t)")  # tables and code keep their line breaks
_HEADING = re.compile(r"(\s*#{1,6}[ \t]+)(\S.*?)(\s*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Lit:
    """A span to light; `key` is the footnote's number or the passage's rank, as the chip names it."""

    key: str
    start: int
    end: int


def lit_spans(answer: Answer, document: Document, changed: Mapping[int, Changed]) -> list[Lit]:
    """What `answer` cites of `document`, in order of place; the passages nearest to it where it cites none.

    Where the source has changed, what still stands in it is lit where it stands now, the rest is not.
    """
    spans = []
    for citation in answer.citations:
        change = changed.get(citation.n)
        start, end = (change.start, change.end) if change else (citation.start, citation.end)
        if citation.source == document.name and start is not None and end is not None:
            spans.append(Lit(str(citation.n), start, end))
    if not answer.citations:
        spans = [
            Lit(f"p{rank}", p.start, p.start + len(p.text.rstrip()))
            for rank, p in enumerate(answer.passages[:NEAREST])
            if p.source == document.name and document.text[p.start : p.end] == p.text
        ]
    return sorted(spans, key=lambda lit: (lit.start, lit.end))


def source_pane(
    document: Document,
    lit: Sequence[Lit],
    active: str | None,
    words: Strings,
    around: int | None = None,
    turn: int = -1,
) -> str:
    """The window of `document` around the active place (or offset `around`), with `lit` spans lit."""
    places = {span.key: span.start for span in lit}
    centre = document.index_at(places.get(active or "", 0) if around is None else around)
    first = max(0, min(centre - WINDOW // 2, len(document.passages) - WINDOW))
    shown = document.passages[first : first + WINDOW]
    last = first + len(shown)
    earlier = _more("earlier", document.passages[first - 1].start, words) if first else ""
    later = _more("later", document.passages[last].start, words) if last < len(document.passages) else ""
    text = "".join(passage.text for passage in shown)
    html = "".join(_blocks(text, shown[0].start, lit, active, _page_turns(document, shown), words))
    titled = document.text[:2000].lstrip("# \n").startswith(document.title)
    title = "" if titled else f'<h2 dir="auto">{escape(document.title)}</h2>'
    return (
        f'<div class="fn-document" data-turn="{turn}" data-active="{escape(active or "")}">'
        f"{title}{earlier}{html}{later}</div>"
    )


def _page_turns(document: Document, shown: Sequence[Passage]) -> dict[int, int]:
    """Offset -> page, for the pages that start in what is shown."""
    first, last = shown[0].start, shown[-1].end
    return {start: n for n, start in enumerate(document.page_starts, start=1) if first <= start < last}


def _more(which: str, offset: int, words: Strings) -> str:
    return f'<button type="button" class="fn-more" data-around="{offset}">{escape(words[which])}</button>'


def _blocks(
    text: str, base: int, lit: Sequence[Lit], active: str | None, pages: dict[int, int], words: Strings
) -> list[str]:
    html = []
    turns = sorted(pages.items())
    for start, end in block_spans(text):
        while turns and turns[0][0] < base + end:
            html.append(f'<p class="fn-page">{escape(words["page"].format(page=turns.pop(0)[1]))}</p>')
        piece = text[start:end]
        body = piece.rstrip()
        marked = _marked(text, (start, start + len(body)), base, lit, active)
        heading = _HEADING.fullmatch(body)
        if heading and "\n" not in body.strip():
            level = min(6, heading[1].count("#") + 1)
            marked = marked.replace(heading[1], f'<span class="fn-hashes">{heading[1]}</span>', 1)
            html.append(f'<h{level} dir="auto">{marked}</h{level}>')
        elif body:
            html.append(
                f'<p class="{"fn-lines" if _AS_IT_STANDS.match(body) else "fn-flow"}" dir="auto">{marked}</p>'
            )
    return html


def _marked(text: str, span: tuple[int, int], base: int, lit: Sequence[Lit], active: str | None) -> str:
    """The block's text escaped, with a <mark> around each lit stretch, named after the spans over it."""
    start, end = span
    within = [one for one in lit if one.start - base < end and one.end - base > start]
    edges = {min(max(edge - base, start), end) for one in within for edge in (one.start, one.end)}
    parts = []
    for first, last in pairwise(sorted(edges | {start, end})):
        keys = [one.key for one in within if one.start - base <= first and last <= one.end - base]
        piece = escape(text[first:last])
        if keys:
            chosen = " fn-active" if active in keys else ""
            piece = f'<mark class="fn-lit{chosen}" data-n="{escape(" ".join(keys))}">{piece}</mark>'
        parts.append(piece)
    return "".join(parts)
