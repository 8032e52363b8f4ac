"""Measures that need a checker: does this sentence follow from that text? Its name goes with each number.

The unit is the sentence (as in ALCE), not an atomic claim (as in ragas). What entails is the quote that a
citation points to, not the whole passage around it: stricter than ALCE. An answer that only quotes is
supported by construction; for it evidence_hit is the number to read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.passage import Passage
from index.words import terms
from qa.answer import Answer
from qa.check import SUPPORTED, Ground

Support = Callable[
    [str, Sequence[int]], float
]  # (sentence, rows of the texts) -> how far those support it, 0..1


class Checker(Protocol):
    """Reads texts once and tells how far any of them, taken together, support a sentence."""

    name: str
    supported: float  # support from which a sentence counts as supported

    def read(self, texts: Sequence[str]) -> Support:
        """The texts, ready to check sentences against."""


class WordOverlap:
    """Share of a sentence's terms that the texts hold: the plain second opinion beside every checker."""

    name = "word overlap"
    supported = 0.6  # three words in five

    def read(self, texts: Sequence[str]) -> Support:
        """The texts, ready to check sentences against."""
        held = [set(terms(text)) for text in texts]

        def support(sentence: str, rows: Sequence[int]) -> float:
            asked = set(terms(sentence))
            together = set().union(*(held[row] for row in rows))
            return len(asked & together) / len(asked) if asked else 0.0

        return support


class Footnote:
    """The checker of qa/check.py, the one behind the verdicts that users see."""

    name = "footnote"
    supported = SUPPORTED

    def read(self, texts: Sequence[str]) -> Support:
        """The texts, ready to check sentences against."""
        passages = [
            Passage(str(row), "", "", "", 0, len(text), text)
            for row, text in enumerate(texts)
            if text.strip()
        ]
        by_row = {int(passage.id): passage for passage in passages}
        ground = Ground(passages)

        def support(sentence: str, rows: Sequence[int]) -> float:
            cited = [by_row[row] for row in rows if row in by_row]
            return ground.support(sentence, cited).score if cited else 0.0

        return support


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a checker makes of one answer; all 0 for an answer without sentences."""

    citation_recall: float
    citation_precision: float
    faithfulness: float
    recalled: tuple[bool, ...]  # each sentence: whether its citations support it


def attribute(answer: Answer, checker: Checker) -> Attribution:
    """Citation recall and precision (ALCE) and faithfulness (ragas) of one answer."""
    quotes = {citation.n: row for row, citation in enumerate(answer.citations)}
    entail = checker.read([citation.quote for citation in answer.citations])
    cited = [
        (sentence.text, [quotes.get(n, -1) for n in sentence.citations]) for sentence in answer.sentences
    ]

    def holds(sentence: str, rows: Sequence[int]) -> bool:
        return entail(sentence, rows) >= checker.supported

    shown = checker.read([passage.text for passage in answer.passages])
    everything = range(len(answer.passages))
    recalled = tuple(_recalled(s, rows, holds) for s, rows in cited)
    return Attribution(
        citation_recall(recalled),
        citation_precision([flag for s, rows in cited for flag in _precise(s, rows, holds)]),
        faithfulness([shown(s, everything) >= checker.supported for s, _ in cited]),
        recalled,
    )


Holds = Callable[[str, Sequence[int]], bool]


def citation_recall(recalled: Sequence[bool]) -> float:
    """Share of an answer's sentences that its citations, taken together, support; 0 without sentences.

    A sentence that cites nothing, or something that was not offered, is not recalled.
    Source: Gao et al. 2023, ALCE, arXiv:2305.14627. Differs from its code: empty answers stay in the mean.
    """
    return sum(recalled) / len(recalled) if recalled else 0.0


def citation_precision(precise: Sequence[bool]) -> float:
    """Share of an answer's citations that are to the point; 0 without citations.

    A citation is to the point if its sentence is recalled, and it either supports the sentence alone or is
    needed by the others. Source: ALCE. Differs from its code: a citation of something not offered counts as a
    wrong one (there it leaves the denominator), and all citations count (there the first three).
    """
    return sum(precise) / len(precise) if precise else 0.0


def faithfulness(supported: Sequence[bool]) -> float:
    """Share of an answer's sentences that the passages it was made from support; 0 without sentences.

    Source: ragas. Differs: sentences, not statements a model extracts; never NaN.
    """
    return sum(supported) / len(supported) if supported else 0.0


def citation_f1(recall: float, precision: float) -> float:
    """Harmonic mean of mean citation recall and mean citation precision; 0 if both are."""
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def _recalled(sentence: str, rows: Sequence[int], holds: Holds) -> bool:
    return bool(rows) and -1 not in rows and holds(sentence, rows)


def _precise(sentence: str, rows: Sequence[int], holds: Holds) -> list[bool]:
    """For each citation of a sentence, whether it is to the point."""
    if not _recalled(sentence, rows, holds):
        return [False] * len(rows)
    if len(rows) == 1:
        return [True]
    return [
        holds(sentence, [row]) or not holds(sentence, [*rows[:place], *rows[place + 1 :]])
        for place, row in enumerate(rows)
    ]
