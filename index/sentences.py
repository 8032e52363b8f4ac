"""Text -> sentence spans that tile it: joined, they give the text back."""

import re
from itertools import pairwise

from sentencex import get_sentence_boundaries

Span = tuple[int, int]

# A line that starts a block of its own in any layout: heading, list item, table row, quote, rule.
_BLOCK_LINE = re.compile(r"[ \t]*(#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|\||>|```|={3,}|-{3,})")
_ENDED = re.compile(r"[.!?:;。！？।؟…\"'”’)\]]\s*$")
_BLANK = re.compile(r"\n[ \t\r]*\n\s*")
_WRAPPED_SHARE = 0.3  # of the single line breaks, those that fall inside a sentence


def block_spans(text: str) -> list[Span]:
    """Spans of paragraphs, headings, list items and table rows, each with the blank that follows it.

    A single line break ends a block, unless the text is hard-wrapped: then lines are joined again.
    """
    lines = [match.span() for match in re.finditer(r"[^\n]*\n|[^\n]+$", text)]
    wrapped = _is_wrapped(text, lines)
    blocks: list[Span] = []
    open_block = False  # whether the next line may still belong to the last block
    for start, end in lines:
        line = text[start:end]
        if not line.strip():
            if blocks:
                blocks[-1] = (blocks[-1][0], end)
            else:
                blocks.append((start, end))
            open_block = False
        elif open_block and not _BLOCK_LINE.match(line):
            blocks[-1] = (blocks[-1][0], end)
        elif blocks and not text[blocks[-1][0] : blocks[-1][1]].strip():
            blocks[-1] = (blocks[-1][0], end)  # leading blank lines go with the first text
            open_block = wrapped
        else:
            blocks.append((start, end))
            open_block = wrapped and not line.lstrip().startswith("#")
    return blocks


def _is_wrapped(text: str, lines: list[Span]) -> bool:
    """Whether line breaks fall inside sentences: many lines end open and go on in lower case."""
    inside = total = 0
    for (start, end), (after, until) in pairwise(lines):
        line, following = text[start:end].rstrip(), text[after:until].lstrip()
        if line and following:
            total += 1
            inside += not _ENDED.search(line) and following[0].islower()
    return total > 0 and inside / total >= _WRAPPED_SHARE


def sentence_spans(text: str, language: str = "en") -> list[Span]:
    """Spans of the sentences of `text`, each with the blank that follows it; they tile the text."""
    spans: list[Span] = []
    for start, end in block_spans(text):
        for piece in get_sentence_boundaries(language, text[start:end]):
            first, last = start + piece["start_index"], start + piece["end_index"]
            if (spans and not text[first:last].strip()) or (
                spans and not text[spans[-1][0] : spans[-1][1]].strip()
            ):
                spans[-1] = (spans[-1][0], last)
            else:
                spans.append((first, last))
    return spans


def trim(text: str, span: Span) -> Span:
    """The span without the blank around it."""
    start, end = span
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())


def trimmed_sentences(text: str) -> list[Span]:
    """Spans of the sentences of `text` without the blank around them; blank ones are left out."""
    spans = [trim(text, span) for span in sentence_spans(text)]
    return [span for span in spans if span[0] < span[1]]
