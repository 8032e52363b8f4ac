"""How sentences are judged: in as many passages as it takes."""

from collections.abc import Sequence

import numpy as np
import pytest

from index.chunk import chunk
from index.embed import MiniLM
from index.passage import Passage, Source
from qa.quoting.cross_encoder import CrossEncoder, ReadTogether
from qa.quoting.judge import STEP, Judge
from qa.quoting.reading import ReadPassage, ReadQuestion

TEXTS = {
    "harbour": "The harbour of Oldport was dredged in 1998 because sand had closed its mouth.",
    "market": "The market hall beside the quay sells fish, bread and cheese on Saturdays.",
    "master": "Marta Ruiz has been harbour master since 2015.",
    "ferry": "Visitors reach the town by the ferry from Norhaven.",
}


@pytest.fixture
def passages() -> list[Passage]:
    """A passage of each text."""
    return [chunk(Source(f"{name}.txt", "Oldport", text, ""))[0] for name, text in TEXTS.items()]


@pytest.fixture
def counted(
    minilm: MiniLM, passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> tuple[Judge, list[int]]:
    """A judge, and how many passages the cross-encoder reads at each turn."""
    counts: list[int] = []
    read = CrossEncoder.read

    def counting(
        self: CrossEncoder, asked: ReadQuestion, passages: Sequence[ReadPassage]
    ) -> list[ReadTogether]:
        counts.append(len(passages))
        return read(self, asked, passages)

    monkeypatch.setattr(CrossEncoder, "read", counting)
    return Judge(minilm, passages, lambda term: 1.0), counts


@pytest.mark.parametrize(
    ("question", "steps", "source"),
    [
        ("When was the harbour dredged?", 1, "harbour.txt"),  # settled by the first passage
        ("Where does the ferry come from?", 2, "ferry.txt"),  # the answer stands in the last one
    ],
)
def test_passages_are_read_until_they_settle_it(
    counted: tuple[Judge, list[int]], passages: list[Passage], question: str, steps: int, source: str
) -> None:
    """A few at a time, none twice, and no further than it takes."""
    judge, counts = counted
    judged = judge.judge([judge.asked(question)], passages)
    assert judged is not None
    assert counts == [STEP] * steps
    assert judged.places[int(judged.scores.argmax())][0].passage.source == source


def test_a_question_read_in_two_ways_reads_all(
    counted: tuple[Judge, list[int]], passages: list[Passage]
) -> None:
    """The readings may settle on different sentences: each sees every passage."""
    judge, counts = counted
    readings = [judge.asked(text) for text in ("When was the harbour dredged?", "when?")]
    assert judge.judge(readings, passages) is not None
    assert counts == [len(passages)] * 2


def test_what_a_talk_prefers_is_sought_in_all(
    counted: tuple[Judge, list[int]], passages: list[Passage]
) -> None:
    """A preference may turn a settled question round: the last passage is seen, and wins."""
    judge, counts = counted

    def prefer(read: Sequence[ReadPassage]) -> np.ndarray:
        return np.array([30.0 * (one.passage.source == "ferry.txt") for one in read for _ in one.spans])

    judged = judge.judge([judge.asked("When was the harbour dredged?")], passages, prefer)
    assert judged is not None
    assert counts == [len(passages)]
    assert judged.places[int(judged.scores.argmax())][0].passage.source == "ferry.txt"


def test_no_passage_no_judgement(minilm: MiniLM) -> None:
    """There is nothing to score."""
    judge = Judge(minilm, [], lambda term: 1.0)
    assert judge.judge([judge.asked("When?")], []) is None
