"""What is read together with a question: the sentences that promise most at a glance, in any passage."""

from collections.abc import Sequence

import numpy as np
import pytest

from index.chunk import chunk
from index.embed import MiniLM
from index.passage import Passage, Source
from qa.quoting.cross_encoder import UNREAD, CrossEncoder, ReadTogether
from qa.quoting.features import MOST
from qa.quoting.glance import READ, glance, worth_reading
from qa.quoting.judge import Judge
from qa.quoting.reading import Reader, ReadPassage, ReadQuestion

TEXTS = {
    "harbour": "The harbour of Oldport was dredged in 1998 because sand had closed its mouth.",
    "market": "The market hall beside the quay sells fish, bread and cheese on Saturdays. It has 40 stalls.",
    "master": "Marta Ruiz has been harbour master since 2015. Before that she sailed tankers.",
    "ferry": "Visitors reach the town by the ferry from Norhaven.",
}


@pytest.fixture
def passages() -> list[Passage]:
    """A passage of each text."""
    return [chunk(Source(f"{name}.txt", "Oldport", text, ""))[0] for name, text in TEXTS.items()]


@pytest.fixture
def read(minilm: MiniLM, passages: list[Passage]) -> tuple[ReadQuestion, list[ReadPassage]]:
    """A question of four words, and the passages."""
    reader = Reader(minilm, lambda term: 1.0)
    return reader.question("When was the harbour dredged?"), reader.passages(passages)


def test_the_most_promising_sentences_are_read(read: tuple[ReadQuestion, list[ReadPassage]]) -> None:
    """As many as there is room for; of the others, and of titles, no token is left."""
    asked, parts = read
    promise = glance(asked, parts).promise
    assert promise.argmax() == 0
    budget = int(parts[0].sizes[0])
    for room, sentences in ((budget, 1), (budget - 1, 1), (READ, len(promise))):
        cut = worth_reading(parts, promise, room)
        assert [one.passage.id for one in cut] == [part.passage.id for part in parts]
        assert [one.texts for one in cut] == [part.texts for part in parts]
        sizes = np.concatenate([one.sizes for one in cut])
        assert (sizes > 0).sum() == sentences
        assert all((one.sentence < 0).sum() == 2 for one in cut)
    assert worth_reading([], np.zeros(0)) == []


def test_odd_passages_are_cut(minilm: MiniLM) -> None:
    """One without a sentence, one past the model's length, a heading that promises most; no word asked."""
    reader = Reader(minilm, lambda term: 1.0)
    text = "# When was the harbour dredged?\n\nThe quay of Oldport is made of stone."
    sources = [Source("none.txt", "Oldport", "", ""), Source("faq.md", "Oldport", text, "")]
    sources.append(Source("long.txt", "Long", "naïveté " * 800 + ". The end came.", ""))
    parts = reader.passages([passage for source in sources for passage in chunk(source, 10_000)])
    for question in ("When was the harbour dredged?", "", "?"):
        promise = glance(reader.question(question), parts).promise
        assert len(promise) == sum(len(part.spans) for part in parts)
        for room in (0, READ):
            cut = worth_reading(parts, promise, room)
            assert [len(one.spans) for one in cut] == [len(part.spans) for part in parts]
    asked = reader.question("When was the harbour dredged?")
    cut = worth_reading(parts, glance(asked, parts).promise, 0)
    assert cut[1].sizes.tolist() == [0, parts[1].sizes[1]]
    cut = worth_reading(parts, glance(asked, parts).promise)
    assert cut[1].sizes.tolist() == [0, parts[1].sizes[1]]  # a heading says nothing, whatever room there is


def test_all_readings_of_a_question_read_the_same(
    minilm: MiniLM, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentences that one or the other finds promising, and neither finds any unread."""
    seen: list[list[list[int]]] = []
    whole = CrossEncoder.read

    def watched(
        self: CrossEncoder, asked: ReadQuestion, passages: Sequence[ReadPassage]
    ) -> list[ReadTogether]:
        seen.append([one.sizes.tolist() for one in passages])
        return whole(self, asked, passages)

    monkeypatch.setattr(CrossEncoder, "read", watched)
    judge = Judge(minilm, passages, lambda term: 1.0, room=40)
    readings = [judge.asked(text) for text in ("When was the harbour dredged?", "bread and cheese?")]
    assert judge.judge(readings, passages) is not None
    first, second = seen
    assert first == second
    assert first[0][0] > 0
    assert first[1][0] > 0


def test_what_is_not_read_has_the_least_odds(
    minilm: MiniLM, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can still be told by its words; the cross-encoder sees no more tokens than there is room for."""
    seen: list[ReadTogether] = []
    whole = CrossEncoder.read

    def watched(
        self: CrossEncoder, asked: ReadQuestion, passages: Sequence[ReadPassage]
    ) -> list[ReadTogether]:
        found = whole(self, asked, passages)
        seen.extend(found)
        return found

    monkeypatch.setattr(CrossEncoder, "read", watched)
    judge = Judge(minilm, passages, lambda term: 1.0, room=20)
    judged = judge.judge([judge.asked("When was the harbour dredged?")], passages)
    assert judged is not None
    assert sum(int(one.passage.sizes.sum()) for one in seen) <= 20
    odds = np.concatenate([one.sentences for one in seen])
    assert (odds == UNREAD).sum() == len(odds) - 1
    assert np.isfinite(judged.scores).all()
    assert judged.places[int(judged.scores.argmax())][0].passage.source == "harbour.txt"
    assert MOST < -UNREAD


def test_what_a_talk_prefers_wins(minilm: MiniLM, passages: list[Passage]) -> None:
    """A preference may turn a settled question round."""

    def prefer(read: Sequence[ReadPassage]) -> np.ndarray:
        return np.array([30.0 * (one.passage.source == "ferry.txt") for one in read for _ in one.spans])

    judge = Judge(minilm, passages, lambda term: 1.0)
    judged = judge.judge([judge.asked("When was the harbour dredged?")], passages, prefer)
    assert judged is not None
    assert judged.places[int(judged.scores.argmax())][0].passage.source == "ferry.txt"


def test_no_passage_no_judgement(minilm: MiniLM) -> None:
    """There is nothing to score."""
    judge = Judge(minilm, [], lambda term: 1.0)
    assert judge.judge([judge.asked("When?")], []) is None
