"""Quote and Extraction: what the quoting answerer hands back, and how a quote is cut and marked."""

import re
from dataclasses import dataclass

import numpy as np
import regex

from index.passage import Passage
from index.sentences import Span
from index.words import UNSPACED, terms
from qa.answer import Status
from qa.quoting.cross_encoder import ReadTogether
from qa.quoting.cues import NUMBER, POINTING, STOP, TIME
from qa.quoting.reading import ReadPassage, ReadQuestion
from qa.quoting.shapes import Kind, kind_of

SURE = 0.6  # of words to answer, from which on they are in bold
MOST_TOKENS = 16  # of words in bold
LONGEST_PAIR = 450  # characters of a sentence together with the one that says who

# A word, marks included; in scripts that do not part words, a sign with its marks.
_WORD = regex.compile(rf"(?:(?!{UNSPACED})[\p{{L}}\p{{M}}\p{{N}}])+|{UNSPACED}\p{{M}}*")
_FOREIGN_MARKER = re.compile(r"\[(?=\d+\])")
_DATE = re.compile(
    r"\b\d{1,2} [A-Z]\w+ \d{4}\b|\b[A-Z]\w+ \d{1,2}, \d{4}\b|\b[A-Z]\w{2,8} (?:of )?\d{4}\b|"
    rf"(?i:{TIME.pattern})"
)
_COUNT = re.compile(
    rf"(?:[$€£] ?)?(?:{NUMBER.pattern})(?: ?(?:%|percent|per cent|million|billion|thousand))*", re.IGNORECASE
)
_COUNTED = re.compile(
    r"\bhow (?:many|menny)\s+"
    r"((?:(?!(?:is|are|was|were|do|does|did|has|have|had|will|can|could|would|should)\b)"
    r"[\w'’-]+\s*){1,3})",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(r"\bhow much\b|\bcost\W*$", re.IGNORECASE)
_NEXT = re.compile(
    r"\s+(?!(?:dollars?|euros?|pounds?|francs?|crowns?|yen|cents?|per ?cent)\b)(\w+)", re.IGNORECASE
)
_BEFORE, _AFTER = 20, 40  # characters around a number in which what it counts is named
_WHOLE = frozenset({"yes-no", "reason", "manner"})  # kinds of question that a sentence answers as a whole
_KINDS: dict[Kind, re.Pattern[str]] = {"number": _COUNT, "time": _DATE}


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, or two in a row; offsets are the source's, those of the words in bold too."""

    passage: Passage
    start: int
    end: int
    bold: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The quoted words."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    @property
    def marked(self) -> str:
        """The quoted words on one line, those that answer between `**`."""
        text = self.text
        for start, end in sorted(self.bold, reverse=True):
            a, b = start - self.start, end - self.start
            text = f"{text[:a]}**{text[a:b]}**{text[b:]}"
        # "[7]" in the source must not be taken for a marker of ours; the quote itself stays as it is.
        return " ".join(_FOREIGN_MARKER.sub("[\u2060", text).split()).removeprefix("\ufeff")


@dataclass(frozen=True, slots=True)
class Extraction:
    """What to quote, in order of telling, and the text for people; `confidence` lies in 0..1.

    Small talk is `answered` without a quote; a text without quotes that is `not_in_source` says why.
    """

    quotes: tuple[Quote, ...]
    confidence: float
    text: str
    status: Status
    caution: str = ""  # what a reader of the answer should know besides
    nearest: tuple[str, ...] = ()  # the likeliest sentences, quoted or not, the best first


def cut(part: ReadPassage, sentence: int) -> Quote:
    """The sentence as a quote; one that opens with "He" or "This" brings the sentence before it."""
    start, end = part.spans[sentence]
    if sentence and POINTING.match(part.texts[sentence]) and not part.texts[sentence - 1].startswith("#"):
        before = part.spans[sentence - 1][0]
        if end - before <= LONGEST_PAIR:
            start = before
    return Quote(part.passage, start, end)


def counts(question: str, sentence: str) -> bool:
    """Whether a sentence can tell a quantity that is asked for: it has a number that the question has not.

    For "how many X", one beside X; for "how much", or what something costs, one that does not count what the
    question names: "10,000 containers" is not what the containers cost. True for a question that asks for no
    quantity.
    """
    if kind_of(question) != "number":
        return True
    known = set(terms(question))
    numbers = [m for m in NUMBER.finditer(sentence) if not set(terms(m[0])) <= known]
    if _HOW_MUCH.search(question):
        following = [_NEXT.match(sentence, number.end()) for number in numbers]
        return any(not word or not known & set(terms(word[1])) for word in following)
    asked = _COUNTED.search(question)
    things = set(terms(asked[1])) - STOP if asked else set()
    if not things:
        return bool(numbers)
    return any(
        things & set(terms(sentence[max(0, number.start() - _BEFORE) : number.end() + _AFTER]))
        for number in numbers
    )


def answering_words(together: ReadTogether, sentence: int, asked: ReadQuestion) -> tuple[Span, ...]:
    """The span, in the source, of the words of the sentence that answer, where they can be told.

    The words that the cross-encoder is sure of; else the only number or time, where one is asked for.
    """
    part = together.passage
    span, chance = _read_words(together, sentence)
    if asked.kind not in _WHOLE and chance >= SURE:
        return (span,)
    pattern = _KINDS.get(asked.kind)
    if pattern is None:
        return ()
    text, start = part.texts[sentence], part.spans[sentence][0]
    found = [(m.start(), m.start() + len(m[0].rstrip(" .,"))) for m in pattern.finditer(text)]
    found = [(a, b) for a, b in found if not set(terms(text[a:b])) & asked.weights.keys()]
    if len({text[a:b] for a, b in found}) != 1:
        return ()
    a, b = found[0]
    return ((start + a, start + b),)


def _read_words(together: ReadTogether, sentence: int) -> tuple[Span, float]:
    """The likeliest words of the sentence to answer, in the source, and the chance that they do.

    The chance is among all words read of the passage, and none where the sentence hardly answers.
    """
    part = together.passage
    tokens = np.flatnonzero(part.sentence == sentence)
    if not len(tokens) or together.sentences[sentence] <= 0:
        return part.spans[sentence], 0.0
    told = part.sentence >= 0
    first, last = (_share(np.where(told, side, -np.inf))[tokens] for side in (together.first, together.last))
    joint = np.triu(np.outer(first, last)) - np.triu(np.outer(first, last), MOST_TOKENS)
    i, j = np.unravel_index(int(joint.argmax()), joint.shape)
    a, b = int(part.offsets[tokens[i], 0]), int(part.offsets[tokens[j], 1])
    start, text = part.spans[sentence][0], part.texts[sentence]
    for word in _WORD.finditer(text):  # a token may be a piece of one
        if word.start() < a - start < word.end():
            a = start + word.start()
        if word.start() < b - start < word.end():
            b = start + word.end()
    return (a, b), float(joint[i, j])


def _share(values: np.ndarray) -> np.ndarray:
    power = np.exp(values - values.max())
    return np.asarray(power / power.sum())
