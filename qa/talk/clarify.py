"""When a question fits two things equally: the readings to offer. Pure."""

import re
from collections.abc import Sequence

from index.sentences import sentence_spans
from index.words import terms
from qa.talk.topics import content_words

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"\b(?:(?:{_MONTH})(?:\s+\d{{1,2}},?)?(?:\s+\d{{4}})?|(?:1[0-9]|20)\d\d)\b")
_NAMED = re.compile(r"\b(?:the|that|this|which|what)\s+(?:[a-z]+\s+)?([a-z]{3,})\b")
MOST_WORDS = 3  # content words of a question that can still fit several things
CLOSE = 80  # characters from a thing to the date that tells it from another


def readings(question: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The things of different dates that `question` may mean, as "the summit in June"; none if it is clear.

    A thing is a noun of the question after "the", "that", "this" or "which"; sentences of `texts` that hold
    fewer of the question's words than others do not count.
    """
    named = content_words(question)
    if len(named) > MOST_WORDS or _DATE.search(question):
        return ()
    asked = {term for word in named for term in terms(word)}
    sentences = [text[a:b] for text in texts for a, b in sentence_spans(text)]
    for noun in _NAMED.findall(question):
        if noun not in named:
            continue
        holding = [s for s in sentences if set(terms(noun)) & set(terms(s))]
        most = max((len(asked & set(terms(s))) for s in holding), default=0)
        best = [s for s in holding if len(asked & set(terms(s))) == most]
        dates = list(dict.fromkeys(date for s in best if (date := _date_of(noun, s))))
        distinct = [d for d in dates if not any(d != other and d in other for other in dates)]
        if len(distinct) > 1:
            return tuple(f"the {noun} in {date}" for date in distinct)
    return ()


def _date_of(noun: str, sentence: str) -> str | None:
    """The date nearest to `noun` in a sentence, if one is close."""
    at = [m.start() for m in re.finditer(r"\w+", sentence) if terms(m[0]) == terms(noun)]
    near = [(min(abs(m.start() - a) for a in at), m[0]) for m in _DATE.finditer(sentence) if at]
    distance, date = min(near, default=(CLOSE + 1, ""))
    return date if distance <= CLOSE else None
