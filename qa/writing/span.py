"""A supported sentence -> the exact span of a passage that carries it: one or more neighbouring sentences."""

from index.passage import Passage
from index.sentences import Span, sentence_spans, trim
from index.words import terms

WIDEST = 3  # sentences in a span
GAIN = 2  # content words that a further sentence must bring in
_CONTENT_CHARS = 4  # shorter words hardly tell sentences apart; figures do


def widen(claim: str, passage: Passage, start: int, end: int) -> Span:
    """The span with neighbouring sentences taken in while they hold words of `claim` that it still lacks."""
    sentences = [
        (passage.start + a, passage.start + b)
        for a, b in (trim(passage.text, span) for span in sentence_spans(passage.text))
        if a < b
    ]
    inside = [i for i, (a, b) in enumerate(sentences) if a < end and start < b]
    if not inside:
        return start, end
    first, last = inside[0], inside[-1]
    missing = _content(claim) - _content(_slice(passage, start, end))
    while last - first + 1 < WIDEST:
        gains = [
            (len(missing & _content(_slice(passage, *sentences[i]))), i)
            for i in (first - 1, last + 1)
            if 0 <= i < len(sentences)
        ]
        gain, i = max(gains, default=(0, 0))
        if gain < GAIN:
            break
        missing -= _content(_slice(passage, *sentences[i]))
        first, last = min(first, i), max(last, i)
        start, end = min(start, sentences[first][0]), max(end, sentences[last][1])
    return start, end


def _slice(passage: Passage, start: int, end: int) -> str:
    return passage.text[start - passage.start : end - passage.start]


def _content(text: str) -> set[str]:
    return {term for term in terms(text) if len(term) >= _CONTENT_CHARS or term[0].isdigit()}
