"""A conversation as a document: Markdown with footnotes, or JSON. Each footnote is listed once. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from qa.answer import Citation
from qa.talk.changed import Changed
from qa.talk.conversation import Conversation
from qa.talk.ledger import Ledger, map_markers
from qa.talk.record import to_json

Place = Callable[[Citation], str]  # where a citation stands, in words

_STATES = {
    "moved": "source changed since, the quote now stands at characters {start}-{end}",
    "lost": "source changed since, the quote no longer stands in it",
    "gone": "source no longer held",
}


def characters(citation: Citation) -> str:
    """The title and the characters: what can be said of a citation without its source."""
    return f"{citation.title or citation.source}, characters {citation.start}-{citation.end}"


def to_markdown(
    conversation: Conversation, changed: Sequence[Changed] = (), place: Place = characters
) -> str:
    """The branch shown, as Markdown: questions as headings, footnotes at the end, `changed` ones marked."""
    lines = [f"# {_line(conversation.title) or 'Conversation'}"]
    shown = conversation.branch()
    for exchange in shown:
        answer = exchange.answer
        lines += ["", f"## {_line(answer.question)}", "", _safe(map_markers(answer, _reference))]
        lines += [line for warning in answer.warnings for line in ("", f"*{_line(warning)}*")]
    notes = {change.citation.n: change for change in changed}
    footnotes = Ledger.of(exchange.answer for exchange in shown).citations
    if footnotes:
        lines.append("")
    lines += [_footnote(citation, place(citation), notes) for citation in footnotes.values()]
    return "\n".join(lines) + "\n"


def to_json_text(conversation: Conversation) -> str:
    """The whole conversation, all branches, as indented JSON; `footnotes` holds each citation once."""
    footnotes = [asdict(citation) for citation in conversation.ledger().citations.values()]
    return json.dumps(to_json(conversation) | {"footnotes": footnotes}, ensure_ascii=False, indent=2) + "\n"


def _reference(n: int) -> str:
    return f"[^{n}]"


def _footnote(citation: Citation, place: str, notes: Mapping[int, Changed]) -> str:
    line = f"[^{citation.n}]: “{_line(citation.quote)}” – {_line(place)}"
    change = notes.get(citation.n)
    return line + (f" ({_STATES[change.state].format(start=change.start, end=change.end)})" if change else "")


def _line(text: str) -> str:
    """A text on one line: a footnote and a heading end where the line does."""
    return _safe(" ".join(text.split()))


def _safe(text: str) -> str:
    """A text whose tags do nothing where the Markdown is shown as a page."""
    return text.replace("<", "&lt;")
