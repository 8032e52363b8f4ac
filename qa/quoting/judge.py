"""Question + passages -> how well each of their sentences answers, and the chance that one does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.embed import MiniLM
from index.passage import Passage
from qa.quoting.cross_encoder import CrossEncoder, ReadTogether
from qa.quoting.features import Measured, measure, measure_answer
from qa.quoting.glance import READ, glance, worth_reading
from qa.quoting.reading import UNSEEN, Reader, ReadPassage, ReadQuestion
from qa.quoting.scorer import Scorer
from qa.quoting.spelling import Spelling
from qa.talk.told import Preference


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Sentences of passages, each with its passage and its number there, and what is made of them.

    `scores`: float, (n_sentences,), their softmax is the chance to be the right one; -inf for a heading,
    which says nothing. `confidence` is the chance, in 0..1, that the best one answers. `together` holds what
    the cross-encoder makes of each passage by the first reading of the question, by its id.
    """

    places: list[tuple[ReadPassage, int]]
    scores: np.ndarray
    confidence: float
    together: dict[str, ReadTogether]


class Judge:
    """Weighs what a cross-encoder makes of sentences with their words, names and places.

    `room` is how many tokens of the passages are read together with a question.
    """

    def __init__(
        self,
        embedding: MiniLM,
        passages: Sequence[Passage],
        idf: Callable[[str], float],
        room: int = READ,
    ) -> None:
        self._idf = idf
        self._room = room
        self._unknown = idf(UNSEEN)
        self._spelling = Spelling(passages, self.knows)
        self.reader = Reader(embedding, idf)
        self._together = CrossEncoder.packaged()
        self._scorer = Scorer.packaged()

    def knows(self, term: str) -> bool:
        """Whether any passage holds a term."""
        return self._idf(term) < self._unknown

    def asked(self, question: str) -> ReadQuestion:
        """The question as it is measured: without its slips of the pen."""
        asked = self.reader.question(question)
        mended = self._spelling.mend(question, asked.odd)
        return asked if mended == question else self.reader.question(mended)

    def judge(
        self, readings: Sequence[ReadQuestion], passages: Sequence[Passage], prefer: Preference | None = None
    ) -> Judged | None:
        """The sentences of the passages; None without any.

        `readings` are ways to read the question, first as it can be read alone; scores are their mean.
        `prefer` adds to the scores what a talk before the question makes of the sentences.
        """
        read = self.reader.passages(passages)
        places = [(one, i) for one in read for i in range(len(one.spans))]
        if not places:
            return None
        glances = [glance(asked, read) for asked in readings]
        # Every way to read the question reads the same sentences.
        parts = worth_reading(read, np.max([one.promise for one in glances], axis=0), self._room)
        measured = [
            measure(glanced, self._together.read(asked, parts))
            for asked, glanced in zip(readings, glances, strict=True)
        ]
        scores = np.mean([self._scorer.scores(one.features) for one in measured], axis=0)
        if prefer is not None:
            scores = scores + prefer(read)
        scores[[one.texts[i].startswith("#") for one, i in places]] = -np.inf
        confidence = self._confidence(readings, measured, scores)
        return Judged(
            places, scores, confidence, {one.passage.passage.id: one for one in measured[0].together}
        )

    def _confidence(
        self, readings: Sequence[ReadQuestion], measured: Sequence[Measured], scores: np.ndarray
    ) -> float:
        """What the more hopeful reading of the question says; 0 where there are headings alone."""
        if not np.isfinite(scores.max()):
            return 0.0
        values = [measure_answer(asked, one, scores) for asked, one in zip(readings, measured, strict=True)]
        return max(map(self._scorer.confidence, values))
