"""A question -> the shape of its answer, and the kind of words that would answer it."""

import re
from typing import Literal

Kind = Literal["person", "time", "place", "number", "reason", "manner", "yes-no", "thing"]
Shape = Literal["fact", "list", "topic", "overview", "greeting", "thanks", "help"]

WHOLE_WORDS = 16  # a longer question is not small talk, whatever it opens with

_WHAT = r"\b(?:what|which|wat|wich)"
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("number", r"\bhow (?:many|menny|much|old|long|far|tall|big|large|high|fast|often|deep|wide|heavy)\b"),
    ("number", rf"{_WHAT} (?:is |was |the )*(?:number|percent\w*|amount|share|proportion|population)\b"),
    ("number", rf"{_WHAT} (?:did|does|do|will|would|has|have) .{{1,80}} cost\W*$"),
    (
        "time",
        rf"\b(?:when|wen)\b|(?:{_WHAT}|\bin) (?:is |was |the )*"
        r"(?:year|month|day|date|time|century|decade|era)\b",
    ),
    (
        "place",
        rf"\b(?:where|wher|whereabouts)\b|{_WHAT} (?:city|country|region|state|town|place|continent|location|"
        r"area|county|province|corner)\b",
    ),
    (
        "person",
        rf"\b(?:who|whom|whose)\b|{_WHAT} (?:person|man|woman|author|act\w+|king|queen|president|team)\b",
    ),
    (
        "reason",
        r"\b(?:why|wy|what for|how come|(?:to|for) what (?:end|purpose|reason))\b|"
        rf"{_WHAT} (?:is |was |are |the )*(?:reasons?|cause|purpose)\b",
    ),
    ("manner", r"\bhow\b|\bin what way\b"),
)
_KIND_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_YES_NO = re.compile(
    r"\W*(?:(?:and|so|but|or|also|then)\W+)?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|"
    r"shall|should|may|might|must)\b"
)

# What a whole question may be; it is matched in lower case, without punctuation.
_GREETING = (
    r"(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|hallo|hola|bonjour|salut|ciao)"
    r"(?: there| all| everyone| footnote| bot)?"
)
_THANKS = (
    r"(?:ok |okay |great |cool )?"
    r"(?:thanks?(?: you)?(?: so much| very much| a lot)?|thx|cheers|"
    r"danke(?: schön)?|merci|gracias|grazie|obrigad[oa]|bye|goodbye|see you)"
)
_YOU = r"(?:you|u|i|this|it|footnote|this (?:page|chat|tool|bot))"
_HELP = (
    r"(?:please )?help(?: me| please)?|who are (?:you|u)|what are (?:you|u)|"
    rf"(?:so )?(?:what|wat) (?:can|could|do) {_YOU} (?:do|ask|know|answer)(?: here| for me| you| about)*|"
    rf"how (?:do|does|can|should) {_YOU} (?:work|use)(?: this| you| it)?|"
    r"what is (?:footnote|this (?:tool|page|bot|chat|chatbot))"
)
_DOCUMENT = (
    r"(?:(?:the|this|that|these|those|my|your|all|whole|entire|it|of|in|from|me|for) )*"
    r"(?:article|text|documents?|docs?|sources?|paper|report|files?|page|story|piece|news|book|it|this|that|"
    r"them|everything|contents?)?"
)
_SUMMARY = (
    r"(?:sum ?mar(?:y|ies|i[sz]e|i[sz]ing)|sum(?: up)?|tl ?dr|gist|overview|abstract|outline|highlights|"
    r"takeaways?|main (?:points?|ideas?|message)|key (?:points?|facts?|ideas?|takeaways?))"
)
_POLITE = (
    r"(?:(?:please|pls|(?:can|could|would|will) you|i (?:want|need)|(?:give|show|tell) me|write|make|"
    r"what (?:are|is)|just|a|an|the|short|brief|quick) )*"
)
_OVERVIEW = (
    rf"{_POLITE}{_SUMMARY}(?: of)? ?{_DOCUMENT}(?: ?(?:please|for me|in short|briefly))*|"
    rf"(?:so )?(?:what|wat) (?:is|was|s|are|does|do) {_DOCUMENT} "
    r"(?:all )?(?:about|say|cover|deal with|tell (?:me|us))(?: exactly| please)?|"
    rf"(?:tell me )?what {_DOCUMENT} (?:is|are) (?:all )?about"
)
_WHOLE: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    ("greeting", re.compile(_GREETING)),
    ("thanks", re.compile(_THANKS)),
    ("help", re.compile(_HELP)),
    ("overview", re.compile(_OVERVIEW)),
)
_TOPIC = re.compile(rf"{_POLITE}(?:{_SUMMARY}|tell me (?:more )?about|describe|explain|what about)\b")
_LIST = re.compile(
    r"\b(?:list|name|enumerate)\b|\bwhat are (?:the|some)\b|\bwho are the\b|"
    r"\b(?:what|which|wich) (?:kinds?|sorts?|types?|other )?(?:of )?"
    r"(?!is\b|was\b|does\b|has\b|this\b)\w{2,}(?<!s)s\b(?! (?:the|a|an|it|he|she)\b)"
)


def kind_of(question: str) -> Kind:
    """The kind of words that would answer `question`; "thing" where its form does not tell."""
    lowered = question.casefold()
    if _YES_NO.match(lowered):
        return "yes-no"
    found = [
        (match.start(), order, kind)
        for order, (kind, pattern) in enumerate(_KIND_PATTERNS)
        if (match := pattern.search(lowered))
    ]
    return min(found)[2] if found else "thing"


def shape_of(question: str) -> Shape:
    """The shape the answer to `question` takes."""
    words = re.findall(r"\w+", question.casefold())
    plain = " ".join(words)
    if len(words) <= WHOLE_WORDS:
        for shape, pattern in _WHOLE:
            if pattern.fullmatch(plain):
                return shape
        if _TOPIC.match(plain):
            return "topic"
    return "list" if _LIST.search(question.casefold()) else "fact"
