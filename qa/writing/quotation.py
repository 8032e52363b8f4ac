"""Quotations in a reply, and whether they stand in a source word for word (pure)."""

import re
from collections.abc import Sequence

_PAIRS = re.compile(
    r"“([^”\n]{2,}?)”|„([^“”\n]{2,}?)[“”]|«\s?([^»\n]{2,}?)\s?»|「([^」\n]+)」|『([^』\n]+)』"
    r'|(?<![\w"])"([^"\n]{2,}?)"(?!\w)'
    r"|(?<!\w)‘([^‘\n]*?\s[^‘\n]*?)’(?!\w)"
    r"|(?<![\w'])'([^'\n]*?\s[^\n]*?)'(?!\w)"  # one word in single quotes may be an apostrophe's work
)
_GAP = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?|\[[^\]\d]*\])\s*")  # left out, or put in by the writer
_MARKS = str.maketrans(dict.fromkeys('"“”„«»‘’‚‛`´′″', "'") | dict.fromkeys("‐‑‒–—−", "-"))
_SILENT = re.compile(
    r"[*\u00ad]|\[\^?\d{1,3}\]|⟨\d{1,3}⟩"
)  # emphasis, soft hyphens, the source's own markers
_EDGE = " .,;:!?'"


def quotations(text: str) -> list[str]:
    """What stands in quotation marks in `text`, in order."""
    return [next(group for group in match.groups() if group) for match in _PAIRS.finditer(text)]


def stands_in(quotation: str, texts: Sequence[str]) -> bool:
    """Whether one of `texts` holds the quotation verbatim.

    White space, quote marks, dashes and the source's own note markers do not count, nor does the quotation's
    last stop or the case of its first letter; "..." stands for words left out.
    """
    parts = [part for part in (_normal(part).strip(_EDGE) for part in _GAP.split(quotation)) if part]
    return not parts or any(_in_order(parts, _normal(text)) for text in texts)


def _in_order(parts: Sequence[str], text: str) -> bool:
    at = 0
    for part in parts:
        first = re.escape(part[0])
        match = re.compile(
            rf"(?<!\w)(?:{first}|{re.escape(part[0].swapcase())}){re.escape(part[1:])}(?!\w)"
        ).search(text, at)
        if match is None:
            return False
        at = match.end()
    return True


def _normal(text: str) -> str:
    return " ".join(_SILENT.sub("", text).translate(_MARKS).split())
