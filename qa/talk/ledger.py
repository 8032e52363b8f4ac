"""Footnote numbers of a conversation: a span keeps its number, a number never changes its meaning. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from qa.answer import Answer, Citation

SpanKey = tuple[str, str, int, int]  # source, sha256, start, end: a changed source's span is another span

_MARKER = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")
NOWHERE = "[?]"  # what becomes of a marker that no citation stands behind


def key_of(citation: Citation) -> SpanKey:
    """What makes two citations the same: source, its version, and the span."""
    return citation.source, citation.sha256, citation.start, citation.end


@dataclass(frozen=True, slots=True)
class Ledger:
    """The citations of a conversation by their number, from 1."""

    citations: Mapping[int, Citation]

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> "Ledger":
        """The ledger of answers that bear the conversation's numbers already."""
        held: dict[int, Citation] = {}
        for answer in answers:
            for citation in answer.citations:
                held.setdefault(citation.n, citation)
        return cls(dict(sorted(held.items())))

    def numbers(self) -> dict[SpanKey, int]:
        """Span -> number."""
        return {key_of(citation): n for n, citation in self.citations.items()}


def renumber(answer: Answer, ledger: Ledger) -> Answer:
    """`answer` with the conversation's numbers in citations, sentences and text; new spans get new numbers.

    A marker in the text that none of the answer's citations stands behind becomes "[?]", lest it point to a
    footnote of another answer. A bracketed number within a quoted sentence is the source's own and stays.
    """
    known = ledger.numbers()
    following = max(ledger.citations, default=0) + 1
    new: dict[int, int] = {}
    for citation in answer.citations:
        key = key_of(citation)
        if key not in known:
            known[key] = following
            following += 1
        new[citation.n] = known[key]
    kept = {new[c.n]: replace(c, n=new[c.n]) for c in answer.citations}
    sentences = tuple(
        replace(s, citations=tuple(dict.fromkeys(new[n] for n in s.citations if n in new)))
        for s in answer.sentences
    )
    text = map_markers(answer, lambda n: f"[{new[n]}]" if n in new else NOWHERE)
    return replace(answer, citations=tuple(kept.values()), sentences=sentences, text=text)


def map_markers(answer: Answer, shown: Callable[[int], str]) -> str:
    """The answer's text with each marker number n shown as `shown(n)`; "[1, 2]" becomes two markers."""

    def mapped(part: str) -> str:
        return _MARKER.sub(lambda m: "".join(dict.fromkeys(shown(int(n)) for n in m[1].split(","))), part)

    pieces, at = [], 0
    for sentence in answer.sentences:
        start = answer.text.find(sentence.text, at) if sentence.text else -1
        if start >= 0:
            pieces += [mapped(answer.text[at:start]), sentence.text]
            at = start + len(sentence.text)
    return "".join([*pieces, mapped(answer.text[at:])])
