"""Questions with candidate passages, the sentences that answer marked: what the cross-encoder learns from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from eval.dataset import AnswersSet, Evidence
from index.chunk import chunk
from index.embed import MiniLM
from index.passage import Passage, Source
from index.store import embedded_text
from index.words import WordIndex, terms
from qa.quoting.glance import glance
from qa.quoting.reading import Reader, ReadPassage, ReadQuestion
from training.questions import Written

PASSAGES = 8  # offered for each question
FAR = 3  # more, of other documents, for a question that was put to one alone


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A passage, the numbers of its sentences that answer, and how near it is to the question.

    `promise`: float32, (n_sentences,), how much each promises at a glance.
    """

    passage: ReadPassage
    right: frozenset[int]
    near: float
    promise: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A question and its candidates, nearest first; `far` are passages of other documents.

    `answer` is the place of the candidate that holds the answering words, where they are known, and where in
    the source they start and end, by its tokens. `name` tells rows of a set apart, `document` those of a
    document.
    """

    name: str
    document: str
    asked: ReadQuestion
    candidates: tuple[Candidate, ...]
    far: tuple[Candidate, ...] = ()
    answer: tuple[int, int, int] | None = None

    @property
    def answerable(self) -> bool:
        """Whether a candidate answers."""
        return any(candidate.right for candidate in self.candidates)


class Remembering(MiniLM):
    """The model, with all that it has read: documents come again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._alone = lru_cache(maxsize=None)(self._read_alone)

    def forget(self) -> None:
        """Make room."""
        self._alone = lru_cache(maxsize=None)(self._read_alone)


class Collection:
    """Documents that questions are asked of."""

    def __init__(self, docs: Sequence[Source], embedding: MiniLM) -> None:
        self.passages = [passage for source in docs for passage in chunk(source)]
        texts = [embedded_text(passage) for passage in self.passages]
        self._words = WordIndex(texts)
        self._embedding = embedding
        self._vectors = np.array([embedding.embed_alone(text) for text in texts])
        self.reader = Reader(embedding, self._words.idf, len(self.passages))

    def near(self, question: str, count: int = PASSAGES) -> list[tuple[Passage, float]]:
        """The nearest passages, and how near: a sum of cosine and share of words."""
        vector = self._embedding.embed_alone(question)
        near = np.maximum(self._vectors @ vector, 0) + self._words.scores(terms(question))
        return [(self.passages[n], float(near[n])) for n in np.argsort(-near, kind="stable")[:count]]

    def group(
        self, name: str, question: str, evidence: Sequence[Evidence], answer: Evidence | None = None
    ) -> Group:
        """The question with its nearest passages, and with those that answer if they are not among them."""
        near = self.near(question)
        ids = {passage.id for passage, _ in near}
        near += [(p, 0.0) for p in self.passages if p.id not in ids and any(_meet(e, p) for e in evidence)]
        asked = self.reader.question(question)
        candidates = self.candidates(asked, near, evidence)
        document = evidence[0].doc if evidence else near[0][0].source if near else ""
        place = _place(candidates, answer) if answer else None
        return Group(name, document, asked, tuple(candidates), answer=place)

    def candidates(
        self, asked: ReadQuestion, near: Sequence[tuple[Passage, float]], evidence: Sequence[Evidence] = ()
    ) -> list[Candidate]:
        """The passages, read, with those of their sentences that the evidence holds."""
        return [
            Candidate(
                read,
                frozenset(i for i, span in enumerate(read.spans) if answers(evidence, read.passage, *span)),
                score,
                glance(asked, [read]).promise,
            )
            for read, (_, score) in zip(self.reader.passages([p for p, _ in near]), near, strict=True)
        ]


def _meet(evidence: Evidence, passage: Passage) -> bool:
    return evidence.doc == passage.source and evidence.start < passage.end and evidence.end > passage.start


def answers(evidence: Sequence[Evidence], passage: Passage, start: int, end: int) -> bool:
    """Whether a span of a passage covers half of a gold span or more."""
    return any(
        e.doc == passage.source and 2 * (min(end, e.end) - max(start, e.start)) >= e.end - e.start
        for e in evidence
    )


def _place(candidates: Sequence[Candidate], answer: Evidence) -> tuple[int, int, int] | None:
    for n, candidate in enumerate(candidates):
        read = candidate.passage
        if not candidate.right or read.passage.source != answer.doc:
            continue
        inside = np.isin(read.sentence, list(candidate.right))
        inside &= (read.offsets[:, 0] >= answer.start) & (read.offsets[:, 1] <= answer.end)
        if inside.any():
            there = read.offsets[inside]
            return n, int(there[0, 0]), int(there[-1, 1])
    return None


def together(dataset: AnswersSet, embedding: MiniLM) -> list[Group]:
    """Each question without a talk before it, asked of all documents of its set."""
    collection = Collection(dataset.docs, embedding)
    return [
        collection.group(question.id, question.question, question.evidence)
        for question in dataset.questions
        if not question.history
    ]


def singly(dataset: AnswersSet, embedding: MiniLM) -> Iterator[Group]:
    """Each question asked of its own document, and of what is left of it without the evidence."""
    docs = {doc.name: doc for doc in dataset.docs}
    for question in dataset.questions:
        own = docs[question.evidence[0].doc]
        yield Collection([own], embedding).group(question.id, question.question, question.evidence)
        cut = _without(own, question.evidence)
        yield Collection([cut], embedding).group(question.id, question.question, ())


def _without(doc: Source, evidence: Sequence[Evidence]) -> Source:
    text = doc.text
    for span in sorted((e for e in evidence if e.doc == doc.name), key=lambda e: -e.start):
        text = text[: span.start] + text[span.end :]
    return replace(doc, text=text)


def of_written(documents: Sequence[Written], embedding: MiniLM) -> Iterator[Group]:
    """Our questions, each asked of its own document."""
    for source, questions in documents:
        own = Collection([source], embedding)
        for number, asked in enumerate(questions):
            group = own.group(f"{source.name}/{number}", asked.text, asked.evidence, asked.answer)
            yield replace(group, document=source.name)


def with_foreign(documents: Sequence[Written], embedding: MiniLM) -> Iterator[Group]:
    """Our questions, each asked of its own document, with the nearest passages of the others beside.

    Those are of no document of the same title, which may answer.
    """
    whole = Collection([source for source, _ in documents], embedding)
    asked = [(source, question.text) for source, questions in documents for question in questions]
    for group, (source, text) in zip(of_written(documents, embedding), asked, strict=True):
        near = whole.near(text, len(group.candidates) + FAR)
        far = [(passage, score) for passage, score in near if passage.title != source.title][:FAR]
        yield replace(group, far=tuple(whole.candidates(group.asked, far)))


def learned(number: int) -> bool:
    """Whether a question of selqa is learned from, by its place."""
    return number % 3 != 0


def held_out(document: str) -> bool:
    """Whether a document of ours, by its name, is kept for figures."""
    return int(document.rpartition("-")[2]) % 10 == 3
