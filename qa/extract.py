"""The answerer that quotes: the sentences that answer, or an honest no. It needs no model and no network."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.embed import MiniLM, minilm
from index.language import language
from index.passage import Passage, ScoredPassage
from index.retrieve import Retriever
from qa.quoting import overview
from qa.quoting.cues import ELSEWHERE
from qa.quoting.judge import Judge
from qa.quoting.layout import caution, greeting, help_text, laid_out, refusal, thanks
from qa.quoting.quote import Extraction, Quote, answering_words, counts, cut
from qa.quoting.reading import ReadPassage
from qa.quoting.shapes import Shape, shape_of
from qa.talk.told import Preference

__all__ = ["Extraction", "Extractor", "Quote"]

PASSAGES = 6  # read for sentences, of those given, and none that scores less than a share of the first
SHARE = 0.5
THRESHOLD = 0.26  # of confidence, below which the source does not say; eval/README.md shows what it trades
MARKED = 0.3  # of confidence, from which on the answering words are in bold
UNCOUNTED = 0.2  # of the confidence, left where a quantity is asked for and the sentence has none
SURE: dict[Shape, float] = {
    "fact": 0.985,
    "list": 0.985,
    "topic": 0.999,
}  # that enough is quoted; then it ends
LEAST: dict[Shape, float] = {"fact": 0.05, "list": 0.05, "topic": 0.0}  # chance of a sentence worth adding
SENTENCES: dict[Shape, int] = {"fact": 3, "list": 3, "topic": 4, "overview": 4}
NEAREST = 3  # sentences, quoted or not, in which to see what else may be meant
QUOTED_CHARS = 750  # all quotes together, unless one alone is longer
OVERVIEW_SOURCES = 3


class Extractor:
    """Quotes the sentences that are judged to answer, laid out as the question's shape asks for."""

    name = "extractive"

    def __init__(self, retriever: Retriever) -> None:
        embedding = retriever.embedding
        # Another embedding model may have no token states; then the packaged one reads.
        reading = embedding if isinstance(embedding, MiniLM) else minilm()
        self._passages: Sequence[Passage] = retriever.passages
        self._languages = retriever.words.languages
        self._judge = Judge(reading, self._passages, retriever.words.idf)

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
        # What was typed as a follow-up is read beside what it takes from the talk.
        readings = [self._judge.asked(text) for text in dict.fromkeys((question, typed))]
        # A name in a language that no source speaks may stand there in another form.
        spoken = language(typed) in self._languages
        missing = [name for name in readings[0].names if spoken and not self._judge.knows(name)]
        judged = self._judge.judge(readings, passages, prefer) if readings[0].terms else None
        if judged is None:  # no sentence, or no question
            return Extraction((), 0.0, refusal(typed, missing), "not_in_source")
        best, sentence = judged.places[int(judged.scores.argmax())]
        counted = counts(typed, best.texts[sentence])
        confidence = judged.confidence if counted else judged.confidence * UNCOUNTED
        if confidence < THRESHOLD:
            return Extraction((), confidence, refusal(typed, missing), "not_in_source")
        quotes = _chosen(judged.places, judged.scores, shape)
        if shape == "fact" and confidence >= MARKED:
            words = answering_words(judged.together[best.passage.id], sentence, readings[0])
            quotes[0] = replace(quotes[0], bold=words)
        likeliest = [judged.places[k] for k in np.argsort(-judged.scores, kind="stable")[:NEAREST]]
        return Extraction(
            tuple(quotes),
            confidence,
            laid_out(quotes, shape),
            "answered",
            caution(typed, missing),
            tuple(part.texts[i] for part, i in likeliest),
        )

    def _overview(self, passages: Sequence[ScoredPassage]) -> Extraction:
        """A short extract that covers each of the first sources found, in the order of the text."""
        sources = list(dict.fromkeys(scored.passage.source for scored in passages))[:OVERVIEW_SOURCES]
        quotes: list[Quote] = []
        for source in sources:
            whole = [passage for passage in self._passages if passage.source == source]
            read = self._judge.reader.passages([whole[n] for n in overview.spread(len(whole))])
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
