"""Figures and times in a sentence, and which of them a source does not hold (pure)."""

import re
from collections.abc import Sequence

from qa.grounding.facts import words

_MONTHS = "January|February|April|June|July|August|September|October|November|December"
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_TIME = re.compile(
    rf"\b(?:{_MONTHS}|{_DAYS})\b|\b(?:in|of|since|until|by|last|next) (?:March|May)\b"
    r"|\b(?:last|next|this|past) (?:year|month|week|decade|century)\b|\b(?:yesterday|tomorrow)\b"
)


def absent_figures(claim: str, texts: Sequence[str]) -> list[str]:
    """The numbers in digits and the times of `claim` that none of `texts` holds, in order.

    Numbers are compared by value ("3" stands where "three" does), times by their words.
    """
    held = {word.number for text in texts for word in words(text)}
    missing = [word.text for word in words(claim) if _in_digits(word.text) and word.number not in held]
    source = " ".join(texts).casefold()
    return missing + [time for time in _TIME.findall(claim) if time.casefold() not in source]


def _in_digits(text: str) -> bool:
    return text[:1].isdigit()
