"""The answerer that quotes: the best sentences of the best passages. It needs no model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.passage import Passage, ScoredPassage
from index.retrieve import Retriever
from index.words import terms

PASSAGES = 3  # searched for sentences
SENTENCES = 3  # quoted at most
QUOTED_CHARS = 500  # all quotes together, unless one sentence alone is longer
NEAR_BEST = 0.85  # a further sentence must score this share of the best one's
THRESHOLD = 0.38  # of confidence, below which the source does not say
NOT_IN_SOURCE = "The source does not say."


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage; offsets are the source's."""

    passage: Passage
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        """The quoted words."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What to quote, in order of telling; without quotes, `text` says why. `confidence` lies in 0..1."""

    quotes: tuple[Quote, ...]
    confidence: float
    text: str


class Extractor:
    """Chooses sentences to quote by their cosine to the question and the share of its words they hold."""

    name = "extractive"

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def extract(self, question: str, passages: Sequence[ScoredPassage]) -> Extraction:
        """The one to three best sentences, best first; none where the source does not say."""
        found = self._ranked(question, passages[:PASSAGES])
        confidence = float(np.clip(found[0].score, 0, 1)) if found else 0.0
        quotes = _fit(found) if confidence >= THRESHOLD else []
        text = " ".join(f"{quote.text} [{n}]" for n, quote in enumerate(quotes, start=1))
        return Extraction(tuple(quotes), confidence, text or NOT_IN_SOURCE)

    def _ranked(self, question: str, passages: Sequence[ScoredPassage]) -> list[Quote]:
        vector = self._retriever.question_vector(question)
        idf = self._retriever.words.idf
        asked = set(terms(question))
        total = sum(map(idf, asked)) or 1.0
        found = []
        sentences = self._retriever.sentences.of([scored.passage for scored in passages])
        for scored, part in zip(passages, sentences, strict=True):
            for (start, end), text, cosine in zip(part.spans, part.texts, part.vectors @ vector, strict=True):
                if text.startswith("#"):
                    continue
                share = sum(map(idf, asked & set(terms(text)))) / total
                score = 0.4 * float(cosine) + 0.35 * share + 0.25 * scored.score
                found.append(Quote(scored.passage, start, end, score))
        return sorted(found, key=lambda quote: -quote.score)


def _fit(ranked: Sequence[Quote]) -> list[Quote]:
    """The best quote, and further ones while they are nearly as good and all stay short."""
    kept: list[Quote] = list(ranked[:1])
    for quote in ranked[1:]:
        size = sum(q.end - q.start for q in [*kept, quote])
        if len(kept) < SENTENCES and size <= QUOTED_CHARS and quote.score >= NEAR_BEST * kept[0].score:
            kept.append(quote)
    return kept
