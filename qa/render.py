"""An Answer -> text for a terminal: the answer, then numbered footnotes, each a quote and its place."""

import re
from pathlib import PurePath
from urllib.parse import urlsplit

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from qa.answer import Answer, Sentence

NEAREST = 2  # passages shown under a refusal
NEAREST_CHARS = 240
_BOLD_OR_MARKER = re.compile(r"\*\*(?P<bold>.+?)\*\*|(?P<marker>\[\d+\])", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a document must not steer the terminal


def render(answer: Answer) -> RenderableType:
    """What a terminal shows of an answer."""
    parts: list[RenderableType] = [_styled(_clean(answer.text)), Text()]
    parts += [
        _indented(f"[{c.n}] ", f"“{_clean(c.quote)}”", f"{c.title} · {place(c.source, c.start, c.end)}")
        for c in answer.citations
    ]
    if answer.status == "not_in_source" and answer.passages:
        parts.append(Text("The nearest passages:", style="dim"))
        parts += [
            _indented("  · ", _shortened(p.text), place(p.source, p.start, p.end))
            for p in answer.passages[:NEAREST]
        ]
    parts += [
        Text(f"Check: {_doubt(s)}", style="yellow") for s in answer.sentences if s.verdict != "supported"
    ]
    parts += [Text(f"Note: {_clean(warning)}", style="yellow") for warning in answer.warnings]
    parts += [Text(f"Or did you mean: {_clean(choice)}", style="dim") for choice in answer.choices]
    return Group(*parts)


def show(answer: Answer, console: Console | None = None) -> None:
    """Print an answer for people."""
    (console or Console(highlight=False)).print(render(answer))


def place(source: str, start: int, end: int) -> str:
    """Where a span stands, for people: the file's name, or the address, and the characters."""
    name = source if urlsplit(source).scheme in {"http", "https"} else PurePath(source).name
    return f"{name}, characters {start:,}–{end:,}"


def _styled(text: str) -> Text:
    styled, at = Text(), 0
    for match in _BOLD_OR_MARKER.finditer(text):
        styled.append(text[at : match.start()])
        if match["bold"]:
            styled.append(match["bold"], style="bold")
        else:
            styled.append(match["marker"], style="cyan")
        at = match.end()
    return styled.append(text[at:])


def _indented(lead: str, text: str, where: str) -> RenderableType:
    line = Text(lead, style="cyan").append(text, style="default").append(f"\n{where}", style="dim")
    return Padding(line, (0, 0, 0, 2), expand=False)


def _shortened(text: str) -> str:
    flat = " ".join(_clean(text).split())
    if len(flat) <= NEAREST_CHARS:
        return flat
    return flat[:NEAREST_CHARS].rsplit(" ", 1)[0] + " …"


def _doubt(sentence: Sentence) -> str:
    return f"“{_clean(sentence.text)}” is {sentence.verdict} (support {sentence.support:.2f})."


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)
