"""Citation markers in every shape that models write them -> passage numbers (pure parsing)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)  # one group: `split` keeps the code

_NOUN = r"(?:sources?|passages?|docs?|documents?|refs?|references?|citations?|footnotes?|excerpts?)"
_LIST = rf"\d{{1,3}}(?:\s*(?:,|;|&|and|to|[-–—])\s*(?:{_NOUN}\s*)?\^?\d{{1,3}})*"
_MARKER = re.compile(
    rf"""
      \\?[\[【]{{1,2}}\s*(?:\^|{_NOUN}\s*[:#]?\s*)?(?P<a>{_LIST})\s*(?:[:†][^\]】\n]{{0,40}})?\\?[\]】]{{1,2}}
        (?:\((?:\#|https?:)[^)\s]*\))?                            # [1], [1, 2], [1-3], [^1], 【1†s】, [1](#1)
    | \(\s*(?:see\s+)?{_NOUN}\s*[:#]?\s*(?P<b>{_LIST})\s*\)       # (Source 1): a bare (1) is no marker
    | <sup>\s*\[?(?P<c>{_LIST})\]?\s*</sup>
    | (?<=[.!?"”’)\]])(?P<d>[¹²³⁴⁵⁶⁷⁸⁹]+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PROSE = re.compile(r"\b(?:passages?|sources?)\s+(\d{1,2})\b(?!\s*[.,]\d)", re.IGNORECASE)  # "Passage 1 says"
_RANGE = re.compile(r"(\d+)\s*(?:to|[-–—])\s*\^?(\d+)")
_SUPERSCRIPT = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
_JOIN = re.compile(r"\s*(?:[,;&]|and)?\s*")
_LINE_START = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])?\s*")
_LEAD = re.compile(
    r"(?:,\s*)?(?:\baccording to|\bas (?:stated|noted|mentioned|described|reported) in|\bper)\s*$",
    re.IGNORECASE,
)
_BLANK = re.compile(r"[ \t]*")
_GAP_BEHIND_LEAD = re.compile(r"[ ,]*")
_WIDEST = 20  # numbers in a range: a wider one is a slip, and only its ends are taken

_BEGUN = re.compile(r"\s*(?:\\?[\[【(][^\]】)\n]{0,40}|<[^>\n]{0,10})\Z")  # a marker whose end has not come

_ESCAPED = str.maketrans("[]【】()<>", "⟨⟩⟨⟩⟨⟩‹›")
_RESTORED = re.compile(r"⟨([^⟨⟩\n]{1,60})⟩")


@dataclass(frozen=True, slots=True)
class Found:
    """A number named in a reply: where it stood in the text without markers, and whether it opened a line.

    `prose` marks a number named in words ("Passage 1 says"), which stay in the text.
    """

    number: int
    position: int
    leading: bool = False
    prose: bool = False


def format_marker(number: int) -> str:
    """The marker of footnote or passage `number`."""
    return f"[{number}]"


def escape_markers(text: str) -> str:
    """`text` with whatever looks like a marker in other brackets: a document's own [12] is none of ours."""
    return _MARKER.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return f"⟨{match['d']}⟩" if match["d"] else match[0].translate(_ESCAPED)


def without_begun_marker(text: str) -> str:
    """A text still being written, without a marker that has only begun."""
    return _BEGUN.sub("", text)


def restore_markers(text: str) -> str:
    """The document's own markers as they were, where a reply repeats them."""
    return _RESTORED.sub(r"[\1]", text)


def parse_markers(text: str) -> list[int]:
    """The numbers of all markers in `text`, in order, repeated as they are; none in code."""
    return [marker.number for marker in take_markers(text)[1] if not marker.prose]


def take_markers(reply: str) -> tuple[str, list[Found]]:
    """The reply without its markers, and the numbers they named, in order."""
    text = ""
    found: list[Found] = []
    at = 0
    for start, end, numbers in _groups(reply):
        before = reply[at:start]
        opens_line = _LINE_START.fullmatch((text + before).rpartition("\n")[2]) is not None
        lead = None if opens_line else _LEAD.search(before)
        if lead:
            before = before[: lead.start()].rstrip(" ") + (" " if lead.start() else "")
            gap = _GAP_BEHIND_LEAD.match(reply, end)
        else:
            before = before if opens_line else before.rstrip(" \t")
            gap = _BLANK.match(reply, end) if opens_line else None
        text += before
        found += [Found(number, len(text), opens_line or lead is not None) for number in numbers]
        at = gap.end() if gap else end
    text += reply[at:]
    found += [Found(int(m[1]), m.start() + 1, prose=True) for m in _PROSE.finditer(text)]
    return restore_markers(text), found


def _groups(reply: str) -> Iterator[tuple[int, int, list[int]]]:
    """Spans of neighbouring markers outside code, with their numbers: [1][3], or [1], [3], is one group."""
    code = [match.span() for match in CODE.finditer(reply)]
    held: tuple[int, int, list[int]] | None = None
    for match in _MARKER.finditer(reply):
        if any(a <= match.start() < b for a, b in code):
            continue
        numbers = _numbers(next(group for group in match.groups() if group))
        if (
            held
            and "\n" not in reply[held[1] : match.start()]
            and _JOIN.fullmatch(reply[held[1] : match.start()])
        ):
            held = (held[0], match.end(), held[2] + numbers)
            continue
        if held:
            yield held
        held = (match.start(), match.end(), numbers)
    if held:
        yield held


def _numbers(listed: str) -> list[int]:
    """The numbers of "1, 3" and of "1-3", in order."""
    if set(listed) <= set("¹²³⁴⁵⁶⁷⁸⁹"):
        return [int(digit) for digit in listed.translate(_SUPERSCRIPT)]
    numbers: list[int] = []
    for part in re.split(r"\s*(?:[,;&]|and)\s*", listed):
        wide = _RANGE.search(part)
        if wide and 0 < int(wide[2]) - int(wide[1]) <= _WIDEST:
            numbers += range(int(wide[1]), int(wide[2]) + 1)
        else:
            numbers += map(int, re.findall(r"\d+", part))
    return numbers
