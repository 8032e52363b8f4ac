"""Source -> Passages, each an exact slice of the text; joined in order, they give the text back."""

import hashlib
import re
from bisect import bisect_right

from index.passage import Passage, Source
from index.sentences import Span, block_spans, sentence_spans

PASSAGE_CHARS = 700  # see eval/README.md for how it was chosen
_HEADING = re.compile(r"\s*(#{1,6})\s+(.*?)\s*#*\s*$")


def chunk(source: Source, passage_chars: int = PASSAGE_CHARS) -> list[Passage]:
    """The passages of `source`, in order, of up to `passage_chars` characters each.

    A passage ends at a sentence's end, and at a paragraph's where that fits; a heading opens a passage. A
    source without text has one empty passage, which its title finds.
    """
    passages = []
    for start, end, heading in _pack(source.text, passage_chars) or [(0, 0, "")]:
        text = source.text[start:end]
        page = bisect_right(source.page_starts, start) or None
        key = "\0".join([source.name, source.sha256, source.title, heading, str(start), text])
        passages.append(
            Passage(
                id=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:20],
                source=source.name,
                title=source.title,
                sha256=source.sha256,
                start=start,
                end=end,
                text=text,
                heading=heading,
                page=page,
            )
        )
    return passages


def _pack(text: str, limit: int) -> list[tuple[int, int, str]]:
    """(start, end, heading) of each passage: whole blocks while they fit, else groups of sentences."""
    packed: list[tuple[int, int, str]] = []
    heading = ""
    fresh = True  # a new passage must start: at the top and at every heading
    only_heading = False  # the passage so far is headings only: text goes with it
    for start, end in block_spans(text):
        match = _HEADING.match(text[start:end])
        if match and "\n" not in text[start:end].strip():
            heading = match[2]
            if only_heading:
                packed[-1] = (packed[-1][0], end, heading)
            else:
                packed.append((start, end, heading))
            only_heading, fresh = True, False
            continue
        for first, last in _fit(text, (start, end), limit):
            if packed and not fresh and (only_heading or last - packed[-1][0] <= limit):
                packed[-1] = (packed[-1][0], last, heading)
            else:
                packed.append((first, last, heading))
            only_heading = fresh = False
    return packed


def _fit(text: str, span: Span, limit: int) -> list[Span]:
    """The block itself if it fits, else groups of its sentences of about equal length."""
    start, end = span
    if len(text[start:end].rstrip()) <= limit:
        return [span]
    pieces = [
        piece
        for first, last in sentence_spans(text[start:end])
        for piece in _cut(text, (start + first, start + last), limit)
    ]
    groups = -(-(end - start) // limit)
    target = (end - start) / groups
    fitted: list[Span] = [pieces[0]]
    for first, last in pieces[1:]:
        # Join while that brings the group nearer to its share, and never past the limit.
        length = last - fitted[-1][0]
        if length <= limit and (first + last) / 2 - fitted[-1][0] <= target:
            fitted[-1] = (fitted[-1][0], last)
        else:
            fitted.append((first, last))
    return fitted


def _cut(text: str, span: Span, limit: int) -> list[Span]:
    """A sentence longer than the limit, cut at white space where there is some."""
    start, end = span
    pieces = []
    while end - start > limit:
        blank = max(
            text.rfind(" ", start + limit // 2, start + limit), text.rfind("\n", start, start + limit)
        )
        cut = blank + 1 if blank > start else start + limit
        pieces.append((start, cut))
        start = cut
    return [*pieces, (start, end)]
