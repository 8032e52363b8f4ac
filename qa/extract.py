"""The answerer that quotes: the sentences that answer, or an honest no. It needs no model and no network."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.embed import MiniLM, minilm
from index.language import language
from index.passage import Passage, ScoredPassage
from index.retrieve import Retriever
from qa.quoting import overview
from qa.quoting.cross_encoder import CrossEncoder
from qa.quoting.cues import ELSEWHERE
from qa.quoting.features import Measured, measure, measure_answer
from qa.quoting.layout import caution, greeting, help_text, laid_out, refusal, thanks
from qa.quoting.quote import Extraction, Quote, answering_words, counts, cut
from qa.quoting.reading import UNSEEN, Reader, ReadPassage, ReadQuestion
from qa.quoting.scorer import Scorer
from qa.quoting.shapes import Shape, shape_of
from qa.quoting.spelling import Spelling
from qa.talk.told import Preference

__all__ = ["Extraction", "Extractor", "Quote"]

PASSAGES = 6  # read for sentences, of those given, and none that scores less than a share of the first
SHARE = 0.5
THRESHOLD = 0.35  # of confidence, below which the source does not say; eval/README.md shows what it trades
MARKED = 0.5  # of confidence, from which on the answering words are in bold
UNCOUNTED = 0.2  # of the confidence, left where a quantity is asked for and the sentence has none
SURE: dict[Shape, float] = {
    "fact": 0.985,
    "list": 0.985,
    "topic": 0.999,
}  # that enough is quoted; then it ends
LEAST: dict[Shape, float] = {"fact": 0.02, "list": 0.02, "topic": 0.0}  # chance of a sentence worth adding
SENTENCES: dict[Shape, int] = {"fact": 3, "list": 3, "topic": 4, "overview": 4}
QUOTED_CHARS = 750  # all quotes together, unless one alone is longer
OVERVIEW_SOURCES = 3


class Extractor:
    """Chooses sentences by what a cross-encoder makes of them, weighed with words, names and places."""

    name = "extractive"

    def __init__(self, retriever: Retriever) -> None:
        embedding = retriever.embedding
        # Another embedding model may have no token states; then the packaged one reads.
        reading = embedding if isinstance(embedding, MiniLM) else minilm()
        self._passages: Sequence[Passage] = retriever.passages
        self._idf = retriever.words.idf
        self._unknown = self._idf(UNSEEN)
        self._languages = retriever.words.languages
        self._spelling = Spelling(self._passages, self._knows)
        self._reader = Reader(reading, self._idf)
        self._together = CrossEncoder.packaged()
        self._scorer = Scorer.packaged()

    def extract(
        self,
        question: str,
        passages: Sequence[ScoredPassage],
        typed: str | None = None,
        prefer: Preference | None = None,
    ) -> Extraction:
        """The one to four sentences that answer, or why there are none; small talk gets a friendly word.

        `prefer` adds to the sentences' scores what a talk before the question makes of them.

        The same question, passages and sources give the same bytes.
        """
        shape = shape_of(typed or question)
        titles = list(dict.fromkeys(passage.title for passage in self._passages))
        if shape == "greeting":
            return Extraction((), 1.0, greeting(titles), "answered")
        if shape == "thanks":
            return Extraction((), 1.0, thanks(), "answered")
        if shape == "help":
            return Extraction((), 1.0, help_text(titles), "answered")
        if shape == "overview":
            return self._overview(passages)
        found = [one.passage for one in passages[:PASSAGES] if one.score >= SHARE * passages[0].score]
        return self._answer(question, typed or question, shape, found, prefer)

    def _answer(
        self,
        question: str,
        typed: str,
        shape: Shape,
        passages: Sequence[Passage],
        prefer: Preference | None = None,
    ) -> Extraction:
        asked = self._asked(question)
        read = self._reader.passages(passages)
        measured = self._measured(asked, read)
        places = [(part, i) for part in read for i in range(len(part.spans))]
        # A name in a language that no source speaks may stand there in another form.
        spoken = language(typed) in self._languages
        missing = [name for name in asked.names if spoken and not self._knows(name)]
        if not places or not asked.terms:  # no sentence, or no question
            return Extraction((), 0.0, refusal(typed, missing), "not_in_source")
        scores = self._scorer.scores(measured.features)
        readings = [(asked, measured)]
        if typed != question:  # a follow-up: what was typed is read beside what it takes from the talk
            bare = self._asked(typed)
            readings.append((bare, self._measured(bare, read)))
            scores = (scores + self._scorer.scores(readings[1][1].features)) / 2
        if prefer is not None:
            scores = scores + prefer(read)
        scores[[part.texts[i].startswith("#") for part, i in places]] = -np.inf  # a heading says nothing

        best, sentence = places[int(scores.argmax())]
        together = measured.together[read.index(best)]
        size = len(self._passages)
        confidence = max(
            self._scorer.confidence(measure_answer(*reading, scores, self._knows, size))
            for reading in readings
        )
        if not counts(typed, best.texts[sentence]):
            confidence *= UNCOUNTED
        if not np.isfinite(scores.max()):  # headings alone
            confidence = 0.0
        if confidence < THRESHOLD:
            return Extraction((), confidence, refusal(typed, missing), "not_in_source")
        quotes = _chosen(places, scores, shape)
        if shape == "fact" and confidence >= MARKED:
            quotes[0] = replace(quotes[0], bold=answering_words(best, sentence, asked, together))
        return Extraction(
            tuple(quotes), confidence, laid_out(quotes, shape), "answered", caution(typed, missing)
        )

    def _measured(self, asked: ReadQuestion, read: Sequence[ReadPassage]) -> Measured:
        return measure(asked, read, self._together.read(asked, read))

    def _asked(self, question: str) -> ReadQuestion:
        """The question as it is measured: without its slips of the pen."""
        asked = self._reader.question(question)
        mended = self._spelling.mend(question, asked.odd)
        return asked if mended == question else self._reader.question(mended)

    def _knows(self, term: str) -> bool:
        return self._idf(term) < self._unknown

    def _overview(self, passages: Sequence[ScoredPassage]) -> Extraction:
        """A short extract that covers each of the first sources found, in the order of the text."""
        sources = list(dict.fromkeys(scored.passage.source for scored in passages))[:OVERVIEW_SOURCES]
        quotes: list[Quote] = []
        for source in sources:
            whole = [passage for passage in self._passages if passage.source == source]
            read = self._reader.passages([whole[n] for n in overview.spread(len(whole))])
            share = -(-SENTENCES["overview"] // len(sources))
            places = overview.choose(read, share, QUOTED_CHARS * 3 // 2 // len(sources))
            quotes += [Quote(read[n].passage, *read[n].spans[i]) for n, i in places]
        if not quotes:
            return Extraction((), 0.0, refusal("", []), "not_in_source")
        return Extraction(tuple(quotes), 1.0, laid_out(quotes, "overview"), "answered")


def _chosen(places: Sequence[tuple[ReadPassage, int]], scores: np.ndarray, shape: Shape) -> list[Quote]:
    """The best sentence, and further ones until the right one is among them, as far as can be told."""
    chance = np.exp(scores - scores.max())
    chance /= chance.sum()
    kept: list[Quote] = []
    told = size = 0.0
    for k in np.argsort(-scores, kind="stable"):
        part, sentence = places[k]
        quote = cut(part, sentence)
        length = quote.end - quote.start
        if kept and (
            told >= SURE[shape]
            or chance[k] < LEAST[shape]
            or len(kept) >= SENTENCES[shape]
            or size + length > QUOTED_CHARS
        ):
            break
        told += float(chance[k])
        if kept and ELSEWHERE.match(quote.text):
            continue
        if not any(_overlap(quote, other) for other in kept):
            kept.append(quote)
            size += length
    return kept


def _overlap(one: Quote, other: Quote) -> bool:
    """Whether two quotes share words of a place, or say the same, word for word, in two places."""
    if one.passage.id == other.passage.id and one.start < other.end and other.start < one.end:
        return True
    return one.text.split() == other.text.split()
