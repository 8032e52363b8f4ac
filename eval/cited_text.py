"""An answer as another system wrote it, text with [1] markers -> our sentences and citations."""

import re
from collections.abc import Sequence

from index.sentences import sentence_spans
from qa.answer import Citation, Sentence, ShownPassage

# All numbers of [1], [1, 2], [1-3] and [1][2]: reading only the first is a known trap.
_MARKER = re.compile(r"\s?\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\]")
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
_WIDEST = 50  # numbers in a range; more is not a citation


def citations_in(
    text: str, passages: Sequence[ShownPassage]
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The sentences of `text` with the numbers they cite, and a citation of the passage for each number.

    A marker after a full stop belongs to the sentence before it. A number without a passage stays in its
    sentence: it is a citation of something not offered, and counts as a wrong one. Verdicts are "uncited" or
    "unsupported" until a checker has looked.
    """
    parts: list[tuple[str, list[int]]] = []
    for start, end in sentence_spans(text):
        piece = text[start:end]
        numbers = [n for match in _MARKER.finditer(piece) for n in _numbers(match[1])]
        words = _MARKER.sub("", piece).strip()
        if words or not parts:
            parts.append((words, numbers))
        else:
            parts[-1][1].extend(numbers)
    sentences = tuple(
        Sentence(words, tuple(dict.fromkeys(numbers)), "unsupported" if numbers else "uncited", 0.0)
        for words, numbers in parts
        if words
    )
    used = sorted({n for sentence in sentences for n in sentence.citations})
    return sentences, tuple(_citation(n, passages[n - 1]) for n in used if 0 < n <= len(passages))


def _numbers(marker: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r"\s*[,;]\s*", marker):
        if match := _RANGE.fullmatch(part):
            first, last = int(match[1]), int(match[2])
            found.extend(range(first, min(last, first + _WIDEST) + 1))
        else:
            found.append(int(part))
    return found


def _citation(n: int, passage: ShownPassage) -> Citation:
    return Citation(n, passage.source, "", "", passage.start, passage.end, passage.text, passage.id)
