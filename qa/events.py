"""What `QueryEngine.stream` tells while an answer is made; the last event is the Answer itself."""

from dataclasses import dataclass

from qa.answer import Answer, Citation, Sentence, ShownPassage


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """First: the question as it was searched, the passages found, best first, and the Answer's `choices`."""

    standalone: str
    passages: tuple[ShownPassage, ...]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next characters of the reply, with the model's own markers (passage numbers, not footnotes)."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """A finished sentence with its verdict, `index` counting from 0, and the citations it brings in.

    Should the model fail afterwards, the Answer holds other sentences: it alone counts.
    """

    index: int
    sentence: Sentence
    citations: tuple[Citation, ...]


Event = PassagesFound | TextDelta | SentenceChecked | Answer
