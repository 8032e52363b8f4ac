"""Who stands behind what was just told: "Who says so?" asks about that sentence. English. Pure."""

import re

from index.sentences import trimmed_sentences
from qa.talk.resolve import LEAD, POLITE
from qa.talk.topics import content_words

_SAY = r"(?:says?|said|saying|told (?:you|us|me))"
_REPORT = r"(?:reports?|reported|reporting|claims?|claimed|claiming|states?|stated|announced|wrote)"
_THAT = r"(?:so|that|this|as much)"
_OUTLET = (
    r"(?:agenc(?:y|ies)|(?:news)?papers?|magazines?|journals?|websites?|outlets?|sources?|reports?|"
    r"stud(?:y|ies)|organi[sz]ations?|officials?|compan(?:y|ies)|ministr(?:y|ies)|ministers?|governments?|"
    r"countr(?:y|ies)|spokes\w+)"
)
_WHICH = rf"(?:which|what) (?:[\w'’-]+ ){{0,3}}{_OUTLET}"
_CLAIM = r"(?:claims?|words?|figures?|numbers?|estimates?|statements?|views?|opinions?)"
_WHO_SAYS = re.compile(
    rf"(?:who(?: exactly| actually)? (?:is |was )?(?:{_SAY} (?:it|{_THAT})|{_REPORT} {_THAT})"
    rf"|{_WHICH} (?:has |have |had |is |was )?"
    rf"(?:(?:{_SAY}|reported|carried) (?:it|{_THAT})|{_REPORT} {_THAT})"
    rf"|who says|says who|who according to|according to (?:whom?|{_WHICH})"
    r"|(?:on|by) whose (?:authority|word|say-so|account)"
    rf"|whose {_CLAIM} (?:is|are|was|were) (?:that|this|it|these|those)|who made (?:that|this) {_CLAIM}"
    r"|(?:what|who)(?: is|['’]s| are) (?:your sources?|the source)"
    rf"(?: (?:of|for) (?:that|this)(?: {_CLAIM})?)?"
    r"|(?:the )?source|where (?:did|do) you (?:get|have|read|find) (?:that|this|it)(?: from)?"
    rf"|where does it say {_THAT}|how do you know(?: {_THAT})?"
    r")(?:,? (?:then|exactly|anyway|please))?",
    re.IGNORECASE,
)
_MARK = re.compile(r"^(?:[-*•>#]+|\d+[.)])\s*")  # of a list, a quotation or a heading
_LONGEST = 60  # words of a sentence that is asked about


def who_says(question: str, answer: str) -> str | None:
    """The question who says what the answer told first; None for another question, or after no answer."""
    plain = " ".join(POLITE.sub("", LEAD.sub("", " ".join(question.split()))).split())
    if not _WHO_SAYS.fullmatch(plain.strip(" ?!.")):
        return None
    claim = next(filter(_tells, (_MARK.sub("", answer[a:b]) for a, b in trimmed_sentences(answer))), "")
    return f"Who says: {' '.join(claim.split()[:_LONGEST]).rstrip(' .!?')}?" if claim else None


def _tells(sentence: str) -> bool:
    """Whether a sentence tells something: no "Yes.", no number of a list, no line that leads to one."""
    return any(not word.isdigit() for word in content_words(sentence)) and not sentence.endswith(":")
