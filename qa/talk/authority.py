"""Who stands behind what was just told: "Who says so?" asks about that sentence. English. Pure."""

import re

from index.sentences import trimmed_sentences
from qa.talk.topics import content_words

_SAY = r"(?:says?|said|reports?|reported|claims?|claimed|states?|stated|told (?:you|us))"
_THAT = r"(?:so|that|this|it|these|those|as much)"
_OUTLET = r"(?:agency|paper|newspaper|magazine|outlet|source|report|study|organi[sz]ation|official|company)"
_WORD = r"(?:claim|word|words|figures?|numbers?|estimates?|statement|view|opinion)"
_BEHIND = re.compile(
    r"(?:(?:and|but|so|ok|okay|well)\b[\s,]*)*(?:"
    rf"(?:who|(?:which|what) (?:[\w'’-]+ )?{_OUTLET}) (?:has |have |had )?{_SAY} {_THAT}"
    r"|says who|according to whom?|who according to"
    rf"|(?:on|by) whose (?:authority|word|say-so|account)|whose {_WORD} (?:is|are|was|were) {_THAT}"
    r"|(?:what|who)(?: is|['’]s| are| was) (?:the|your|its|their) (?:source|authority)"
    r"(?: (?:of|for) (?:that|this))?"
    r"|where (?:did|do) you (?:get|have) (?:that|this)(?: from)?"
    r")(?: then| exactly| anyway)?\s*[?.!]*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[-*•]\s+")
_LONGEST = 60  # words of a sentence that is asked about


def behind(question: str, answer: str) -> str | None:
    """The question who says what the answer told first; None for another question, or after no answer."""
    if not answer or not _BEHIND.fullmatch(question.strip()):
        return None
    text = _BULLET.sub("", answer.strip())
    spans = trimmed_sentences(text)
    start, end = spans[0] if spans else (0, 0)
    told = " ".join(text[start:end].split()[:_LONGEST]).rstrip(" .!?")
    return f"Who says: {told}?" if content_words(told) else None
