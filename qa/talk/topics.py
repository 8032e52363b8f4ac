"""Does a question lean on the talk before it? Content words, signs of ellipsis and of reference. Pure."""

import re
from enum import IntEnum

_WORD = re.compile(r"[^\W_]+(?:['’.,&-][^\W_]+)*")
_CLITIC = re.compile(r"['’](?:s|re|ve|ll|t|d|m)$")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that name nothing to search for: function words, courtesies, and verbs of asking.
_EMPTY = _set(
    """
    a about above after again all also am an and any anything are aren as at be because been before
    being below between both but by can cannot could couldn did didn do does doesn doing don done
    down during each else etc ever few for from further get give go got had hadn has hasn have haven
    having he hello her here hers herself hi him himself his how i if in into is isn it its itself
    just know let like ll make many may me mean meant might more most much must my myself no nor not
    now of off oh ok okay on once one ones only or other others our ours out over own per please
    possible re really s said same say says see shall she should so some something such sure t tell
    than thank thanks that the their theirs them themselves then there these they thing things think
    this those though through to told too under until up us use used using ve very want was wasn way
    we well were what when where whether which while who whom whose why will with would yes yet you
    your yours need understand explain call called name named happen happened
    """
)
_OPENERS = re.compile(
    r"^(?:and|but|or|so|then|also|what about|how about|what else|no|not|how so|how come|i mean[t]?|"
    r"which(?= (?:is|are|was|one)\b))\b",
    re.IGNORECASE,
)
_TRAILERS = re.compile(r"\b(?:too|as well|either|instead)\s*\?*$", re.IGNORECASE)
# "In what year?", "At whose expense?", "Because of what?": nothing but the part that is asked for.
_PART = re.compile(
    r"^(?:\w+ )?(?:in|on|at|to|for|by|from|with|of|against|since|under) "
    r"(?:the \w+ of )?(?:what|which|whom?|whose|when|where)\b",
    re.IGNORECASE,
)
_PART_WORDS = 1  # content words of such a question
# "Is it safe to ...", "how long does it take": this "it" stands for nothing.
_EXPLETIVE = re.compile(
    r"\b(?:is|was|isn['’]t|would|will|be|does|did|make|takes?)\s+it\s+(?:be\s+)?(?:\w+\s+)?(?:to|that|take|cost|mean)\b"
    r"|\bit\s+(?:is|was|takes?|would|costs?)\s+(?:not\s+)?(?:\w+\s+)?(?:to|that)\b",
    re.IGNORECASE,
)
_SUBJECTS = _set("he she they his her their its hers theirs")
_OBJECTS = _set("him them it")
_DEICTIC = _set("this these those")
_BE = _set("is are was were be been isn aren isn't aren't")
_POINTING = _set("that which the this each another other")
_FAINT = _set("else same other others another former latter both such")
# Before "that" these show a pronoun ("when was that"), not a conjunction ("a storm that hit").
_BEFORE_THAT = _set(
    """
    is was were are be am did does do has have had will would can could should may might must about
    like of after before by than since with for from to in on at into over under against and or but
    not what why how when where who which because through if so then
    """
)
_SHORT = 2  # content words: so short a question may lack its subject
_FULL = 3  # content words above which a question says enough, whatever its pronouns stand for
_LONG = 30  # content words of a question that needs no talk to be understood
_SHORT_ELLIPSIS = 4  # content words up to which "And ...?" is taken for an ellipsis


class Leaning(IntEnum):
    """How much a question needs the talk before it."""

    NONE = 0  # full: it names what it asks about
    FAINT = 1  # short or with "other", "same", "else": it may
    STRONG = 2  # a pronoun or an ellipsis without anything in the question to fill it


def words(text: str) -> list[str]:
    """The words of a text, as written."""
    return _WORD.findall(text)


def content_words(text: str) -> list[str]:
    """The words that name something, as written and in order."""
    return [word for word in words(text) if not _is_empty(word)]


def is_name(word: str) -> bool:
    """Whether a word looks like a name or a number."""
    return word[:1].isupper() or any(letter.isdigit() for letter in word)


def _is_empty(word: str) -> bool:
    return _CLITIC.sub("", word.lower()) in _EMPTY


def leaning(question: str) -> Leaning:
    """How much `question` leans on earlier turns, by its form alone (of English)."""
    question = question.strip()
    named = content_words(question)
    if len(named) > _LONG:
        return Leaning.NONE
    if len(named) <= _SHORT_ELLIPSIS and (_OPENERS.match(question) or _TRAILERS.search(question)):
        return Leaning.STRONG
    if len(named) <= _PART_WORDS and _PART.match(question):
        return Leaning.STRONG
    points = any(_points_back(question, at) for at in range(len(words(question))))
    if not named or (points and len(named) <= _FULL):
        return Leaning.STRONG
    faint = points or len(named) <= _SHORT or any(word.lower() in _FAINT for word in words(question))
    return Leaning.FAINT if faint or _asks_for_any(question, named) else Leaning.NONE


def _asks_for_any(question: str, named: list[str]) -> bool:
    """Is there ...?", "Are there any ...?": existence, of something that may hang on what was spoken of."""
    return len(named) <= 3 and re.match(r"(?:is|are|was|were) there\b", question, re.IGNORECASE) is not None


def _points_back(question: str, at: int) -> bool:
    """Whether the word at `at` refers, and nothing before it in the question can be what it refers to."""
    found = words(question)
    word, before = found[at].lower(), found[:at]
    named = [w for w in before if not _is_empty(w)]
    last = before[-1].lower() if before else ""
    following = found[at + 1].lower() if at + 1 < len(found) else ""
    if word in _SUBJECTS:
        return len(named) < 2 and not any(w[:1].isupper() for w in named[:1] if w is not found[0])
    if word in _OBJECTS:
        return len(named) < 3 and not (word == "it" and _EXPLETIVE.search(question))
    if word == "that":
        return not last or (last in _BEFORE_THAT and last != "so")
    if word in _DEICTIC:
        return len(named) < 3 and following not in {"year", "month", "week", "day", "time"}
    if word == "there":
        later = {w.lower() for w in found[at + 1 : at + 3]}
        return last not in _BE and not later & _BE
    return word in {"one", "ones"} and (last in _POINTING or not following)
