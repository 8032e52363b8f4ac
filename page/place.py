"""A span of a source -> where it stands, in words."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from index.passage import Passage
from index.readers.extracted import PAGE_BREAK
from page.strings import Strings

_PAGE = re.compile(PAGE_BREAK + r"\n?+(?=.)", re.DOTALL)  # the break that ends the last page starts none
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*")


class Document:
    """A source as its passages, in order: they tile it, so its text and the place of any span follow."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.name = passages[0].source
        self.title = passages[0].title
        self.sha256 = passages[0].sha256
        self.text = "".join(passage.text for passage in passages)
        self._starts = [passage.start for passage in passages]
        self._paragraphs = [0, *(match.end() for match in _PARAGRAPH.finditer(self.text))]
        paged = passages[0].page is not None
        self.page_starts = [0, *(match.end() for match in _PAGE.finditer(self.text))] if paged else []

    def index_at(self, offset: int) -> int:
        """The index of the passage that holds the character at `offset`."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def place(self, offset: int, words: Strings) -> str:
        """Where `offset` stands: its heading and page where there are some, else its paragraph, from 1."""
        heading = self.passages[self.index_at(offset)].heading
        parts = [heading] if heading and heading != self.title else []
        if self.page_starts:
            parts.append(words["page"].format(page=bisect_right(self.page_starts, offset)))
        else:
            parts.append(words["paragraph"].format(n=bisect_right(self._paragraphs, offset)))
        return ", ".join(parts)

    def around(self, start: int, end: int, reach: int) -> tuple[str, str]:
        """Up to `reach` characters of its own paragraph before and after a span, cut at words."""
        paragraph = self._paragraphs[bisect_right(self._paragraphs, start) - 1]
        after_it = bisect_right(self._paragraphs, max(start, end - 1))
        paragraph_end = self._paragraphs[after_it] if after_it < len(self._paragraphs) else len(self.text)
        before, after = self.text[paragraph:start], self.text[end:paragraph_end].rstrip()
        if len(before) > reach:
            before = "… " + before[-reach:].partition(" ")[2]
        if len(after) > reach:
            after = after[:reach].rpartition(" ")[0] + " …"
        return before, after
