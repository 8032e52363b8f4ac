"""An Answer that the source does not give -> what is near, and what one could ask instead, as HTML."""

from collections.abc import Sequence
from html import escape

from page.library import Library
from qa.answer import Answer, ShownPassage

NEAREST = 3  # passages shown, the first in full
OPENING = 160  # characters of each further one
HEADINGS = 4  # offered


def silence(answer: Answer, number: int, library: Library, suggestions: Sequence[str] = ()) -> str:
    """One line that the source is silent, the passages nearest to the question, and what to ask instead."""
    words = library.words
    html = f'<p class="fn-silent">{escape(words["not_in_source"])}</p>'
    near = "".join(
        _near(passage, rank, number, library) for rank, passage in enumerate(answer.passages[:NEAREST])
    )
    if near:
        html += f'<p class="fn-nearest-label">{escape(words["nearest"])}</p>{near}'
    headings = _headings(answer, library)
    offered = "".join(
        f'<button type="button" class="fn-example" dir="auto">{escape(question)}</button>'
        for question in headings or suggestions
    )
    if offered:
        label = escape(words["it_speaks_of" if headings else "ask_instead"])
        html += (
            f'<div class="fn-about" role="group" aria-label="{label}"><p>{label}</p>'
            f'<div class="fn-example-list">{offered}</div></div>'
        )
    return html


def _near(passage: ShownPassage, rank: int, number: int, library: Library) -> str:
    text = passage.text.strip()
    if rank and len(text) > OPENING:
        text = text[:OPENING].rpartition(" ")[0] + " …"
    return (
        f'<div class="fn-near"><button type="button" class="fn-place" data-turn="{number}" data-n="p{rank}">'
        f"{escape(library.shown(passage))}</button>"
        f'<blockquote class="fn-nearest" dir="auto">{escape(text)}</blockquote></div>'
    )


def _headings(answer: Answer, library: Library) -> list[str]:
    """The headings nearest to the question: what the sources do speak of."""
    found: dict[str, None] = {}
    for passage in answer.passages:
        document = library.find(passage.source)
        heading = document.passages[document.index_at(passage.start)].heading if document else ""
        if document and heading and heading != document.title:
            found.setdefault(heading)
    return list(found)[:HEADINGS]
