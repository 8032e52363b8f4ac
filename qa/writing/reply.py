"""A model's reply: what of it is meant for the reader, and whether it declines to answer (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Reasoning as servers leave it in the text; a reply may begin inside it: the template holds the opening tag.
_REASONING = re.compile(
    r"<(?P<tag>think|thinking|thought|reasoning|reflection)>.*?(?:</(?P=tag)>|\Z)", re.DOTALL | re.IGNORECASE
)
_REASONED = re.compile(r"\A.*</(?:think|thinking|thought|reasoning|reflection)>", re.DOTALL | re.IGNORECASE)
_CHANNEL = re.compile(r"\A.*<\|channel\|>\s*final\s*(?:<\|message\|>)?", re.DOTALL)
_ANALYSIS = re.compile(r"\A\s*<\|channel\|>.*\Z", re.DOTALL)  # no final channel yet
_SPECIAL = re.compile(r"<\|[^|>\n]{1,40}\|>|</?s>|<(?:start|end)_of_turn>")
_OPEN_TAG = re.compile(r"<(?:/?[a-z_]{0,10}|\|[^|>\n]{0,40}\|?)\Z", re.IGNORECASE)

_TEXTS = r"(?:passages?|sources?|texts?|context|documents?|articles?|excerpts?|information|materials?|report)"
_THE = (
    rf"(?:the|these|this|those|that|your|any of the|none of the|provided|given)\s+(?:\w+\s+){{0,2}}{_TEXTS}"
)
_REFUSALS = [
    rf"{_THE}(?:\s+(?:provided|given|above|here|at hand))?\s+(?:do(?:es)?|did)\s*(?:not|n't)\s+(?:\w+ly\s+)?"
    r"(?:say|state|mention|contain|provide|specify|include|answer|give|address|discuss|indicate|cover|"
    r"have|offer|tell|explain|reveal|disclose)",
    rf"none of {_THE}\s+\w+",
    r"\bI\s*(?:'m| am|was)?\s*(?:can\s*not|can't|could not|couldn't|unable to|not able to)\s+"
    r"(?:\w+ly\s+)?(?:answer|find|determine|provide|locate|say|tell|confirm|see)",
    r"\bI\s*(?:do not|don't)\s+(?:know|have (?:\w+\s+){0,2}information|see any)",
    rf"\bthere(?:'s| is| are)\s+(?:no|not any|not enough|insufficient)\s+(?:\w+\s+){{0,2}}"
    rf"(?:information|mention|answer|evidence|details?|data)\b.{{0,60}}{_TEXTS}",
    r"^no (?:relevant |such )?information\b",
    r"^(?:the )?(?:answer|this|that|it)(?: is| was)?\s*(?:not|n't)\s+"
    rf"(?:mentioned|stated|specified|given|found|in|available|provided)\b.{{0,40}}{_TEXTS}",
    r"\bnot (?:mentioned|stated|found|available) in (?:the|these|any)\b.{0,30}" + _TEXTS,
    r"^(?:not in (?:the )?(?:source|context)s?|not_in_source|unanswerable|n/a|unknown)\W*$",
    r"^(?:la fuente|el (?:texto|documento)|los (?:textos|pasajes)) no (?:lo )?(?:dicen?|mencionan?|indican?)",
    r"^(?:die quelle|der text|das dokument|die (?:texte|quellen)) (?:sagt|sagen|nennt|erwähnt|enthält)"
    r"\b.{0,40}(?:nicht|kein)",
    r"^(?:la source|le texte|le document|les (?:sources|textes|passages)) ne (?:le )?"
    r"(?:dit|mentionne|précise|disent|mentionnent)",
]
_REFUSAL = re.compile("|".join(f"(?:{pattern})" for pattern in _REFUSALS), re.IGNORECASE)
_QUOTES = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote, without its reasoning; `truncated` where its own limit ended it."""

    text: str
    truncated: bool
    tokens: Mapping[str, int]  # prompt, completion; estimated: 1 where the server reported none


def visible(raw: str) -> str:
    """The reply without its reasoning and the tags of chat templates; empty while only reasoning has come."""
    text = _CHANNEL.sub("", raw)
    text = _ANALYSIS.sub("", text)
    text = _REASONING.sub("", text)
    text = _REASONED.sub("", text)
    return _SPECIAL.sub("", text).lstrip()


def visible_so_far(raw: str) -> str:
    """As `visible`, for a reply still being written: a tag that has only begun is held back."""
    return visible(_OPEN_TAG.sub("", raw)).rstrip()


def is_text(reply: str) -> bool:
    """Whether there are words in a reply, and hardly anything that is no text."""
    odd = sum(
        not (character.isprintable() or character.isspace()) or character == "\ufffd" for character in reply
    )
    return any(map(str.isalnum, reply)) and odd <= len(reply) // 10


def is_refusal(sentence: str) -> bool:
    """Whether a sentence says that the passages do not answer, in the usual wordings."""
    return _REFUSAL.search(sentence.translate(_QUOTES).strip()) is not None
