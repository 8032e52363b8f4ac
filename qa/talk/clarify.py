"""When a question fits two things equally: the readings to offer, as questions. Pure; English."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.sentences import sentence_spans
from index.words import terms
from qa.quoting.shapes import kind_of
from qa.talk.topics import content_words, is_name, words

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"\b(?:(?:{_MONTH})(?:\s+\d{{1,2}},?)?(?:\s+\d{{4}})?|(?:1[0-9]|20)\d\d)\b")
_NAMED = re.compile(r"\b(?:the|that|this)\s+([a-z]{3,})\b(?!\s+(?:of|in|on|at|from|between|with|for)\b)")
_NAME = r"[A-Z][\w-]*(?: [A-Z][\w-]*)*"
_NEXT = re.compile(rf"\s+(?:of|in|at|for)\s+(?:the\s+)?({_NAME})")
MOST_WORDS = 3  # content words of a question that can still fit several things
MOST_READINGS = 3
CLOSE = 80  # characters from a thing to the date that tells it from another


@dataclass(frozen=True, slots=True)
class _Mention:
    """A thing in a sentence, and what may tell it from another: a date, the word before, the name after."""

    date: str = ""
    before: str = ""
    after: str = ""


def readings(question: str, texts: Sequence[str]) -> tuple[str, ...]:
    """`question` about each of the things of `texts` that it may mean; none if it is clear.

    A thing is a noun of the question after "the", "that" or "this". Two are told apart by their dates, by the
    word before ("the defence minister") or by the name after ("the mill in Oldport"), the same for both.
    Sentences of `texts` that hold fewer of the question's words than others do not count.
    """
    named = content_words(question)
    if len(named) > MOST_WORDS or _DATE.search(question):
        return ()
    asked = {term for word in named for term in terms(word)}
    sentences = [text[a:b] for text in texts for a, b in sentence_spans(text)]
    for match in _NAMED.finditer(question):
        noun = match[1]
        if noun not in named or noun.endswith("s"):
            continue
        holding = [s for s in sentences if set(terms(noun)) & set(terms(s))]
        most = max((len(asked & set(terms(s))) for s in holding), default=0)
        best = [s for s in holding if len(asked & set(terms(s))) == most]
        mentions = [mention for s in best for mention in _mentions(noun, s)]
        things = _told_apart(noun, mentions, asked, dated=kind_of(question) != "time")
        if things:
            return tuple(f"{question[: match.start()]}{t}{question[match.end() :]}" for t in things)
    return ()


def _told_apart(noun: str, mentions: Sequence[_Mention], asked: set[str], dated: bool) -> list[str]:
    """The things that the mentions name, if all are told apart in one way; by dates only if `dated`."""
    ways = (
        ([m.date if dated else "" for m in mentions], f"the {noun} in {{}}"),
        ([m.before for m in mentions], f"the {{}} {noun}"),
        ([m.after for m in mentions], f"the {noun} of {{}}"),
    )
    for labels, form in ways:
        distinct = list(dict.fromkeys(filter(None, labels)))
        distinct = [d for d in distinct if not any(d != other and d in other for other in distinct)]
        clear = any(set(terms(label)) & asked for label in distinct)
        if all(labels) and 1 < len(distinct) <= MOST_READINGS and not clear:
            return [form.format(label) for label in distinct]
    return []


def _mentions(noun: str, sentence: str) -> Iterator[_Mention]:
    """Each mention of `noun` in a sentence."""
    dates = [(match.start(), match[0]) for match in _DATE.finditer(sentence)]
    for match in re.finditer(r"\w+", sentence):
        if terms(match[0]) != terms(noun):
            continue
        distance, date = min(((abs(at - match.start()), d) for at, d in dates), default=(CLOSE + 1, ""))
        after = _NEXT.match(sentence, match.end())
        name = after[1] if after and not _DATE.match(after[1]) else ""
        yield _Mention(
            date if distance <= CLOSE else "",
            _word_before(sentence[: match.start()]),
            name,
        )


def _word_before(text: str) -> str:
    """The word right before a noun, where it is a name or follows an article: it then says which one."""
    found = re.search(r"\b(?:(?P<article>[Tt]he|[Aa]n?)\s+)?(?P<word>[\w-]+)\s$", text)
    if not found or not content_words(found["word"]) or not (found["article"] or is_name(found["word"])):
        return ""
    return found["word"] if words(text)[:1] != [found["word"]] else ""
