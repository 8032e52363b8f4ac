"""A follow-up in the words of the question before it: parts filled in, pronouns replaced. English. Pure."""

import re
from dataclasses import dataclass

from index.words import terms
from qa.talk.topics import content_words, is_name, words

_AUX = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|isn['’]t|"
    r"aren['’]t|wasn['’]t|weren['’]t|don['’]t|doesn['’]t|didn['’]t|hasn['’]t|haven['’]t|can['’]t|won['’]t)"
)
_BEFORE = r"(?:in|at|on|to|for|from|by|with|of|since|until|against|under)"
_WH = r"(?:how (?:many|much|long|often|far|old|big)|how|what|which|who|whom|whose|when|where|why)"

LEAD = re.compile(r"^(?:(?:and|but|or|so|then|also|well|ok|okay|now|no|sorry)\b[\s,]*)+", re.IGNORECASE)
POLITE = re.compile(
    r"^(?:(?:please|can you|could you|explain|tell me|say)\b[\s,]*)+"
    r"(?=(?:how|what|why|when|where|who|which)\b)",
    re.IGNORECASE,
)
_REASON = re.compile(r"^(?:how come|what for|how so)\b", re.IGNORECASE)
_MEANT = re.compile(r"^(?:i mean[t]?|not (?:that|this)(?: one)?,)\s+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how) about\s+", re.IGNORECASE)
_TOO = re.compile(r"\s+(?:too|as well|either|then|instead)$", re.IGNORECASE)
# "When", "In what year", "How many ships": the part asked for, and nothing of what it is asked about.
_PART = re.compile(
    rf"^(?:{_BEFORE} )?(?:{_WH})(?: (?!(?:{_AUX}|else|there|so)\b)[\w'’-]+)?(?: then| exactly)?$",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r"^how (?:many|much) of (?:them|those|these|it|that)$", re.IGNORECASE)
_END = re.compile(r" (?:then|exactly)$", re.IGNORECASE)
_ASKED_PART = re.compile(
    rf"^(?:{_BEFORE} )?{_WH}\b(?: (?!{_AUX}\b)[\w'’-]+){{0,4}}? (?={_AUX}\b)", re.IGNORECASE
)
_ASKED = re.compile(rf"^{_WH}\b\s*", re.IGNORECASE)
_ASKED_NOUN = re.compile(
    rf"^(?P<wh>(?:{_BEFORE} )?(?:how (?:many|much)|what|which))"
    rf"(?P<noun>(?: (?!{_AUX}\b)[\w'’-]+){{0,3}})(?= {_AUX}\b)",
    re.IGNORECASE,
)
_YES_NO = re.compile(rf"^{_AUX}\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][\w.&-]*\w(?: (?:(?:of|the|de|van|von) )?[A-Z][\w.&-]*\w)*")
_ORIGIN = r"(?:[A-Z]\w+(?:an|ish|ese)|French|Dutch|Greek)"
_ROLE = re.compile(rf"{_ORIGIN} [a-z]+\b")  # "American president"
_BEFORE_ROLE = re.compile(r"\b(?:the|an?|which|what|whose) $", re.IGNORECASE)  # else it may be "Ivan leave"
_PLURAL = re.compile(rf"\b(?:{_ORIGIN} )?[a-z]{{3,}}(?<![su])s\b(?!['’])")
_PAIR = re.compile(rf"({_NAME.pattern}) and (?:the )?({_NAME.pattern})")
_PERSON = {"he": "", "him": "", "she": "", "his": "'s", "her": "'s"}
_THEM = {"they": "", "them": "", "their": "'s"}
_PRONOUN = re.compile(r"\b(?:he|him|she|his|her|they|them|their)\b", re.IGNORECASE)
# As the object of a verb: then it is not the one who acts.
_OBJECT = re.compile(rf"(?:him|them|her(?= (?:{_BEFORE}|about|that|when|if)\b|\W*$))\b", re.IGNORECASE)
_ACTS = frozenset({"he", "she", "they"})
_NOT_PLURAL = {
    *("does", "has", "was", "says", "goes", "happens", "means", "makes", "comes", "gets", "takes", "its"),
    *("his", "theirs", "always", "perhaps", "besides"),
}
_PLACE = r"\b(?:in|at|to|from|into|near|across|the)(?: the)? $"
_LONGEST_THING = 4  # words of "the old mill", "South Korea" as a whole question


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a question: the last one as it can be read alone, one full by itself, the answer.

    `direct` says that no question which could not be filled in came after `base`.
    """

    base: str = ""
    full: str = ""
    answer: str = ""
    direct: bool = True


def resolve(question: str, before: Before) -> str | None:
    """`question` filled in from the one before; None where its form does not show how.

    "And North Korea?", "When?", "How many ships?" become questions in the words of the last question; "he"
    and "they" become whom or what the questions before, and for a person the answer, name first.
    """
    asked = POLITE.sub("", LEAD.sub("", question.strip())).strip(" ?!.")
    asked = _REASON.sub("why", asked)
    bare = before.base.strip(" ?!.")
    if bare and _OF_THEM.match(asked):
        asked = f"how many {_several(bare)}".strip()
    if bare and before.direct and _PART.match(asked):
        return _filled(_END.sub("", asked), bare)
    thing = _thing(question, asked)
    if bare and thing:
        return _exchanged(thing, bare, too=bool(_TOO.search(asked)), about=bool(_ABOUT.match(asked)))
    return _named(question.strip(), before)


def _filled(part: str, base: str) -> str:
    """The part asked for with what it is asked about: "When", "Who built it" -> "When (built it)?"."""
    rest = _ASKED_PART.sub("", base, count=1)
    if rest != base or _YES_NO.match(base):
        return f"{_capital(part)} {_small(rest)}?"
    return f"{_capital(part)} ({_ASKED.sub('', base)})?"


def _thing(question: str, asked: str) -> str:
    """The thing of which a question says nothing, as in "And South Korea?"; "" if it says more."""
    led = asked != question.strip(" ?!.") or bool(_ABOUT.match(asked) or _TOO.search(asked))
    thing = _TOO.sub("", _ABOUT.sub("", _MEANT.sub("", asked)))
    named = words(thing)
    first = named[0].lower() if named else ""
    says = re.match(rf"{_AUX}$|{_WH}$|{_BEFORE}$|that$|this$|it$|they$|he$|she$|not$", first)
    fits = led and 0 < len(named) <= _LONGEST_THING and not says and bool(content_words(thing))
    return thing if fits and not re.search(rf"\b{_AUX}\b|[.,;:]", thing) else ""


def _exchanged(thing: str, base: str, too: bool, about: bool) -> str | None:
    """`base` asked about `thing` in place of what it is like."""
    kind = content_words(thing)[-1]
    if is_name(kind):
        return _for_name(thing, base, too)
    like = re.search(rf"\b(?:the|this|that) (?:[\w'’-]+ ){{0,3}}?{re.escape(kind)}\b", base)
    if like and words(thing)[0].lower() == "the" and like[0] != thing:
        return f"{base[: like.start()]}{thing}{base[like.end() :]}?"
    noun = _ASKED_NOUN.match(base)
    if about or not noun:
        return None
    return f"{noun['wh']} {thing}{base[noun.end() :]}?"


def _for_name(name: str, base: str, too: bool) -> str | None:
    """`base` with another name; "X too?" may also be an answer to what it asks, and is put beside it."""
    found = _names(base)
    if (too and not _YES_NO.match(base)) or not found:
        return None
    if any(set(terms(name)) <= set(terms(base[a:b])) for a, b in found):
        return None
    like = [(a, b) for a, b in found if set(terms(base[a:b])) & set(terms(name))]
    start, end = (like or found)[0]
    return f"{base[:start]}{name}{base[end:]}?"


def _named(question: str, before: Before) -> str | None:
    """The question with its first pronoun, and those like it, replaced by who or what was spoken of."""
    first = _PRONOUN.search(question)
    if not first:
        return None
    said = question[: first.start()]
    kind = _PERSON if first[0].lower() in _PERSON else _THEM
    used = {match[0].lower() for match in _PRONOUN.finditer(question)}
    starts = {match.start() for match in _PRONOUN.finditer(question)}
    objects = {match.start() for match in _OBJECT.finditer(question) if match.start() in starts}
    if objects and used & _ACTS:  # each may be another
        return None
    alone = len(starts) == len(objects) == 1
    if not alone and (_names(said) or (kind is _THEM and _several(said))):
        return None
    if kind is _THEM:
        many = (_several(before.base), _several(before.full))
        spoken = next((one for one in many if one and not _share_a_name(one, said)), "")
    else:
        texts = [before.base, before.full, before.answer]
        if re.match(r"(?:and )?who\b(?! (?:is|was)\b)", before.base, re.IGNORECASE):  # the answer says who
            texts = [before.answer, before.base]
        people = (_person(text) for text in texts)
        spoken = next((one for one in people if one and not _share_a_name(one, question)), "")
    if not spoken:
        return None

    def put(match: re.Match[str]) -> str:
        pronoun = match[0].lower()
        if pronoun not in kind:
            return match[0]
        owns = kind[pronoun] and match.start() not in objects and re.match(r"\s+\w", question[match.end() :])
        name = spoken + ("'" if owns and spoken.endswith("s") else "'s" if owns else "")
        return name if match.start() else _capital(name)

    return _PRONOUN.sub(put, question)


def _share_a_name(one: str, other: str) -> bool:
    left, right = ({term for word in content_words(text) for term in terms(word)} for text in (one, other))
    return bool(left & right)


def _names(text: str) -> list[tuple[int, int]]:
    """The spans of the names in a text, without words that only open a sentence."""
    found = []
    for match in _NAME.finditer(text):
        start = match.start()
        for word in match[0].split():
            if content_words(word):
                found.append((start, match.end()))
                break
            start += len(word) + 1
    return found


def _person(text: str) -> str:
    """Who a text speaks of: its first name that is not a place's or part of a thing's; "" without one."""
    for start, end in _names(text):
        role = _ROLE.match(text, start)
        if role and _BEFORE_ROLE.search(text[:start]):
            return f"the {role[0]}"
        if not re.search(_PLACE, text[:start], re.IGNORECASE):
            return text[start:end]
    return ""


def _several(text: str) -> str:
    """The first thing in a text that is many: two names together, or a noun in the plural; "" without one."""
    pair = _PAIR.search(text)
    plural = next((m for m in _PLURAL.finditer(text) if m[0].split()[-1] not in _NOT_PLURAL), None)
    if pair and (not plural or pair.start() < plural.start()):
        both = [text[a:b] for a, b in _names(text) if pair.start() <= a < pair.end()]
        return " and ".join(both)
    return plural[0] if plural else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    """A text to stand within a question: its auxiliary in lower case."""
    return text[:1].lower() + text[1:]
