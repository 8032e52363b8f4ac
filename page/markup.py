"""Text for people -> HTML: everything escaped; only bold, bullets and footnote markers become markup."""

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape

Span = tuple[int, int]
Chip = Callable[[int], str]  # a marker's number -> its HTML

_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_BULLET = re.compile(r"\s*(?:([-*•])|\d+[.)])\s+")
_MARKER = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")
_TAIL = re.compile(r"(?:[^\w\s\[]|\s*\[\d+(?:\s*,\s*\d+)*\])*")  # a sentence's full stop, quotes, markers


def inline(text: str, chip: Chip) -> str:
    """`text` escaped, `**bold**` bold, each number of a marker such as [1] or [1, 2] made by `chip`."""
    parts = []
    rest = 0
    for match in _MARKER.finditer(text):
        parts.append(_bold(text[rest : match.start()].rstrip(" ")))
        parts.extend(chip(int(number)) for number in match[1].split(","))
        rest = match.end()
    parts.append(_bold(text[rest:]))
    return "".join(parts)


def plain(text: str) -> str:
    """`text` escaped, `**bold**` bold, brackets left as they are."""
    return _bold(text)


def _bold(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", escape(text))


def blocks(text: str) -> list[tuple[str, list[Span]]]:
    """The paragraphs ("p") and lists ("ul", "ol") of a Markdown-like text, each with its lines' spans."""
    found: list[tuple[str, list[Span]]] = []
    open_block = False
    for start, end in _lines(text):
        line = text[start:end]
        bullet = _BULLET.match(line)
        if bullet:
            kind = "ul" if bullet[1] else "ol"
            if not (open_block and found[-1][0] == kind):
                found.append((kind, []))
            found[-1][1].append((start + bullet.end(), end))
            open_block = True
        elif not line.strip():
            open_block = False
        elif open_block and (found[-1][0] == "p" or line[:1].isspace()):
            first, _ = found[-1][1][-1]
            found[-1][1][-1] = (first, end)
        else:
            found.append(("p", [(start, end)]))
            open_block = True
    return found


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line.rstrip("\r\n"))
        start += len(line)


def sentence_places(text: str, sentences: Sequence[str]) -> list[tuple[int, int, bool] | None]:
    """(start, end with its markers, whether brackets inside are its own words) of each sentence in `text`.

    Found by letters and digits alone, so that bold and markers do not hinder; None where one is not found.
    """
    bare = _letters(text, without=[match.span() for match in _MARKER.finditer(text)])
    whole = _letters(text, without=[])
    found: list[tuple[int, int, bool] | None] = []
    cursor = 0
    for sentence in sentences:
        wanted = "".join(char for char in sentence if char.isalnum())
        place = None
        for letters, literal in ((bare, False), (whole, True)):
            place = place or _find(letters, wanted, cursor, literal)
        if place:
            tail = _TAIL.match(text, place[1])
            place = (place[0], tail.end() if tail else place[1], place[2])
            cursor = place[1]
        found.append(place)
    return found


def _letters(text: str, without: Sequence[Span]) -> list[tuple[int, str]]:
    hidden = {place for start, end in without for place in range(start, end)}
    return [(place, char) for place, char in enumerate(text) if char.isalnum() and place not in hidden]


def _find(
    letters: Sequence[tuple[int, str]], wanted: str, cursor: int, literal: bool
) -> tuple[int, int, bool] | None:
    rest = [(place, char) for place, char in letters if place >= cursor]
    at = "".join(char for _, char in rest).find(wanted) if wanted else -1
    return None if at < 0 else (rest[at][0], rest[at + len(wanted) - 1][0] + 1, literal)
