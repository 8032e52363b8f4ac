"""A question -> the shape of its answer, and the kind of words that would answer it."""

import re
from typing import Literal

Kind = Literal["person", "time", "place", "number", "reason", "manner", "yes-no", "thing"]
Shape = Literal["fact", "list", "topic", "overview", "greeting", "thanks", "help"]

_WHAT = r"\b(?:what|which|wat|wich)"
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("number", r"\bhow (?:many|menny|much|old|long|far|tall|big|large|high|fast|often|deep|wide|heavy)\b"),
    ("number", rf"{_WHAT} (?:is |was |the )*(?:number|percent\w*|amount|share|proportion|population)\b"),
    (
        "time",
        rf"\b(?:when|wen)\b|(?:{_WHAT}|\bin) (?:is |was |the )*(?:year|month|day|date|time|century|decade|era)\b",
    ),
    (
        "place",
        r"\b(?:where|wher|whereabouts)\b|"
        rf"{_WHAT} (?:city|country|region|state|town|place|continent|location|area|county|province|corner)\b",
    ),
    (
        "person",
        rf"\b(?:who|whom|whose)\b|{_WHAT} (?:person|man|woman|author|act\w+|king|queen|president|team)\b",
    ),
    (
        "reason",
        rf"\b(?:why|wy|what for|how come)\b|{_WHAT} (?:is |was |are |the )*(?:reasons?|cause|purpose)\b",
    ),
    ("manner", r"\bhow\b|\bin what way\b"),
)
_KIND_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_LEAD = re.compile(r"\W*(?:(?:and|so|but|or|also|then)\W+)?(?P<word>[\w'’]+)")
_AUXILIARIES = frozenset(
    "is are was were do does did has have had can could will would shall should may might must".split()
)

_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|hallo|hola|bonjour|salut|ciao)"
    r"(?: there| all| everyone| footnote| bot)?"
)
_THANKS = re.compile(
    r"(?:ok |okay |great |cool )?(?:thanks?(?: you)?(?: so much| very much| a lot)?|thx|cheers|bye|goodbye|see you)"
)
_HELP = re.compile(
    r"(?:please )?help(?: me| please)?|(?:so )?(?:what|wat) (?:can|could|do) (?:you|u|i|footnote) (?:do|ask|know|answer)"
    r"(?: here| for me| you| about)*|who are (?:you|u)|what are (?:you|u)|"
    r"how (?:do|does|can|should) (?:you|i|this|it|footnote|this (?:page|chat|tool|bot)) (?:work|use)(?: this| you| it)?|"
    r"what is footnote|what is this (?:tool|page|bot|chat|chatbot)"
)
_DOCUMENT = (
    r"(?:(?:the|this|that|these|those|my|your|all|all of|whole|entire|it|of|in|from|me|for)\s+)*"
    r"(?:article|text|document|doc|documents|docs|source|sources|paper|report|file|files|page|story|piece|news|book|"
    r"it|this|that|them|everything|all of this|content|contents)?"
)
_SUMMARY = (
    r"(?:sum ?mar(?:y|ies|i[sz]e|i[sz]ing)|sum up|sum|tl ?dr|gist|overview|abstract|main (?:points?|ideas?|message)|"
    r"key (?:points?|facts?|ideas?|takeaways?)|takeaways?|outline|highlights)"
)
_POLITE = r"(?:please |pls |can you |could you |would you |will you |i want |i need |give me |write |make |show me |what are |what is |tell me |just |a |an |the |short |brief |quick |in short )*"
_OVERVIEW = re.compile(
    rf"{_POLITE}{_SUMMARY}(?: of)? ?{_DOCUMENT}(?: please| for me| in short| briefly)*|"
    rf"(?:so )?(?:what|wat) (?:is|was|s|are|does|do) {_DOCUMENT} (?:all )?(?:about|say|cover|deal with|tell (?:me|us))(?: exactly| please)?|"
    rf"(?:tell me )?what {_DOCUMENT} (?:is|are) (?:all )?about"
)
_TOPIC = re.compile(rf"{_POLITE}(?:{_SUMMARY}|tell me (?:more )?about|describe|explain|what about)\b")
_LIST = re.compile(
    r"\b(?:list|name|enumerate)\b|"
    r"\b(?:what|which|wich) (?:kinds?|sorts?|types?|other )?(?:of )?(?!is\b|was\b|does\b|has\b|this\b)\w{2,}(?<!s)s\b(?! (?:the|a|an|it|he|she)\b)|"
    r"\bwhat are (?:the|some)\b|\bwho are the\b"
)


def kind_of(question: str) -> Kind:
    """The kind of words that would answer `question`; "thing" where its form does not tell."""
    lowered = question.casefold()
    lead = _LEAD.match(lowered)
    if lead and lead["word"] in _AUXILIARIES:
        return "yes-no"
    found = [
        (match.start(), order, kind)
        for order, (kind, pattern) in enumerate(_KIND_PATTERNS)
        if (match := pattern.search(lowered))
    ]
    return min(found)[2] if found else "thing"


def shape_of(question: str) -> Shape:
    """The shape the answer to `question` takes."""
    plain = " ".join(re.findall(r"\w+", question.casefold()))
    for shape, pattern in _WHOLE:
        if pattern.fullmatch(plain):
            return shape
    if _TOPIC.match(plain):
        return "topic"
    return "list" if _LIST.search(question.casefold()) else "fact"


_WHOLE: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    ("greeting", _GREETING),
    ("thanks", _THANKS),
    ("help", _HELP),
    ("overview", _OVERVIEW),
)
