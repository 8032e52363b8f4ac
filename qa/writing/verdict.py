"""Written sentences + the passages shown -> verdicts, citations of exact spans, and what to warn of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.passage import Passage
from qa.answer import Citation, Sentence, Verdict
from qa.check import PARTIAL, SUPPORTED, Ground, Support
from qa.writing.cite import ParsedReply, Written
from qa.writing.figures import absent_figures
from qa.writing.markers import format_marker
from qa.writing.quotation import quotations, stands_in
from qa.writing.reply import is_refusal
from qa.writing.span import widen

_IDLE = 0.5  # of the best cited passage's support: one with less carries nothing and is not cited
# What a reply says about itself, not about the world.
_PREAMBLE = re.compile(
    r"^(?:(?:based on|according to|as (?:stated|reported|noted|mentioned) in|in|from)\s+(?:the\s+|these\s+)?"
    r"(?:provided\s+|given\s+)?(?:passages?|sources?|text|context|article|report|document|excerpts?)(?:\s+\d+)?\s*,\s*"
    r"|(?:passage|source)\s+\d+\s+(?:says|states|reports|notes|mentions)\s+that\s+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Judgement:
    verdict: Verdict
    support: float
    passages: tuple[Passage, ...]  # to cite
    note: str = ""


class Footnotes:
    """Sentences checked one by one against the passages a model was shown; the same span keeps its number."""

    def __init__(self, ground: Ground, passages: Sequence[Passage]) -> None:
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self.notes: list[str] = []
        self._ground = ground
        self._passages = passages
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._known: dict[tuple[str, tuple[str, ...]], Support] = {}

    def add(self, written: Written, strict: bool = False) -> Sentence | None:
        """The sentence with its verdict; its citations join `citations`, what to warn of joins `notes`.

        None, and nothing joins, for an unsupported one where `strict`.
        """
        claim = _PREAMBLE.sub("", written.text)
        cited = [self._passages[number - 1] for number in written.markers]
        judged = self._judge(claim, cited)
        if strict and judged.verdict == "unsupported":
            return None
        numbers = [self._cite(claim, passage) for passage in judged.passages]
        sentence = Sentence(
            written.text, tuple(dict.fromkeys(numbers)), judged.verdict, round(judged.support, 4)
        )
        self.sentences.append(sentence)
        if judged.note:
            self.notes.append(f"Sentence {len(self.sentences)}{judged.note}")
        return sentence

    def _judge(self, claim: str, cited: list[Passage]) -> _Judgement:  # noqa: PLR0911 - a list of rules
        quoted = quotations(claim)
        false = [quotation for quotation in quoted if not stands_in(quotation, _texts(self._passages))]
        if false:
            note = f" quotes what does not stand in the passages: “{false[0]}”."
            return _Judgement("unsupported", 0.0, self._bearing(claim, cited), note)
        if not cited and is_refusal(claim):
            return _Judgement("uncited", 0.0, ())  # "The passages do not say when": nothing to cite
        own = self._support(claim, cited) if cited else None
        anywhere = own or self._support(claim, self._passages)
        absent = absent_figures(claim, _texts(self._passages))
        if absent and anywhere.score >= PARTIAL:
            note = f": the passages do not hold “{absent[0]}”."
            return _Judgement("partial", min(anywhere.score, SUPPORTED), self._bearing(claim, cited), note)
        if own and own.score >= SUPPORTED and all(stands_in(q, _texts(cited)) for q in quoted):
            return _Judgement("supported", own.score, self._bearing(claim, cited))
        anywhere = self._support(claim, self._passages)
        if anywhere.score >= SUPPORTED and anywhere.passage and anywhere.passage not in cited:
            return self._moved(cited, anywhere.passage, anywhere.score)
        best = own or anywhere
        note = f": {best.reasons[0]}." if best.reasons else ""
        if best.score < PARTIAL:
            return _Judgement("unsupported", best.score, self._bearing(claim, cited), note)
        nearest = (anywhere.passage,) if anywhere.passage else ()
        return _Judgement("partial", best.score, self._bearing(claim, cited) if cited else nearest, note)

    def _moved(self, cited: list[Passage], right: Passage, support: float) -> _Judgement:
        """A sentence that a passage supports which it does not cite: that one is cited, and we say so."""
        if not cited:
            return _Judgement("uncited", support, (right,))
        named = " and ".join(str(self._passages.index(passage) + 1) for passage in cited)
        which = self._passages.index(right) + 1
        note = f" was given with passage {named}, but it is passage {which} that says so."
        return _Judgement("misattributed", support, (right,), note)

    def _bearing(self, claim: str, cited: list[Passage]) -> tuple[Passage, ...]:
        """Of the cited passages, those that carry something of the claim."""
        if len(cited) < 2:
            return tuple(cited)
        scores = [self._support(claim, [passage]).score for passage in cited]
        return tuple(p for p, score in zip(cited, scores, strict=True) if score >= _IDLE * max(scores))

    def _support(self, claim: str, among: Sequence[Passage]) -> Support:
        key = (claim, tuple(passage.id for passage in among))
        if key not in self._known:
            self._known[key] = self._ground.support(claim, among)
        return self._known[key]

    def _cite(self, claim: str, passage: Passage) -> int:
        """The number of the span of `passage` that carries the claim best; a new span is a new footnote."""
        found = self._support(claim, [passage])
        start, end = (found.start, found.end) if found.passage else (passage.start, passage.end)
        start, end = widen(claim, passage, start, end)
        key = (passage.source, start, end)
        if key not in self._numbers:
            self._numbers[key] = n = len(self.citations) + 1
            quote = passage.text[start - passage.start : end - passage.start]
            self.citations.append(
                Citation(n, passage.source, passage.title, passage.sha256, start, end, quote, passage.id)
            )
        return self._numbers[key]


def _texts(passages: Sequence[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def footnoted(reply: ParsedReply, sentences: Sequence[Sentence | None]) -> str:
    """The reply's text with each sentence's footnotes behind it; those that are None are left out."""
    pieces: list[str] = []
    at = 0
    for written, sentence in zip(reply.sentences, sentences, strict=True):
        if sentence is not None:
            marks = "".join(map(format_marker, sentence.citations))
            body = reply.text[at : written.end]
            if marks and body.endswith("|"):
                body, marks = body[:-1].rstrip(), f"{marks} |"  # inside the table's last cell
            pieces.append(f"{body} {marks}" if marks else body)
        at = written.end
    pieces.append(reply.text[at:])
    return "".join(pieces).strip()
