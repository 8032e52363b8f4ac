"""A reply told as it comes is judged like the whole one, however it is cut."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.passage import Passage, ScoredPassage
from qa.compose import Asked, Draft, quoted_answer
from qa.events import SentenceChecked
from qa.extract import Extractor
from qa.settings import Settings
from qa.writing.reply import Reply

ROWS = (Path(__file__).parent / "replies.jsonl").read_text("utf-8").splitlines()
REPLIES = [json.loads(row)["reply"] for row in ROWS] + [
    "Sure! Here is the answer:\n\n- Kim left [1].\n- He stayed [2]\n\nSources:\n[1] One\n",
    "| Who | What |\n|---|---|\n| Kim | left [1] |\n| Lee | stayed [2] |\n",
    "1. Kim left. He went home [1]\n2. Dr. Lee said “no.” [2]\n\n```\na[1] = 2. b\n```\nIt is so [1][9].",
    "Kim left\non a line that\nwraps on and on [1]. He\ncame back [2].",
]
TEXTS = ("Kim left on Friday. He went home.", "Dr. Lee stayed. He said “no.” It is so.")
TOKENS = {"prompt": 1, "completion": 1}


@pytest.fixture(scope="module")
def asked(article_engine: object) -> Asked:
    """A question with two passages found for it."""
    scored = tuple(
        ScoredPassage(Passage(f"p{i}", "a.txt", "A", "0", 0, len(text), text), 0.5, 0.5, 0.5, i)
        for i, text in enumerate(TEXTS, start=1)
    )
    extractor: Extractor = article_engine._extractor  # type: ignore[attr-defined]
    return Asked("q", "Who left?", "Who left?", scored, extractor.extract("Who left?", scored), 0.0, 0.0)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(REPLIES), st.lists(st.integers(0, 300), max_size=12), st.booleans())
def test_streamed_verdicts_are_the_final_ones(asked: Asked, text: str, cuts: list[int], strict: bool) -> None:
    """Each told sentence is in the Answer, in its place, with its number; none is told twice."""
    chosen = Settings(strict=strict)
    draft = Draft(asked, chosen)
    told: list[SentenceChecked] = []
    for cut in sorted({min(cut, len(text)) for cut in cuts}):
        told += draft.advance(text[:cut])
    told += draft.advance(text, ended=True)
    answer = draft.answer(Reply(text, False, TOKENS), "fake")
    whole = Draft(asked, chosen).answer(Reply(text, False, TOKENS), "fake")
    assert (answer.text, answer.sentences, answer.citations) == (whole.text, whole.sentences, whole.citations)
    if answer.model == "fake":
        assert [event.index for event in told] == list(range(len(told)))
        if len(told) == len(answer.sentences):
            assert [event.sentence.text for event in told] == [s.text for s in answer.sentences]


@pytest.mark.parametrize("text", REPLIES)
def test_told_letter_by_letter(asked: Asked, text: str) -> None:
    """The finest cut of all."""
    draft = Draft(asked, Settings())
    told = [event for cut in range(len(text)) for event in draft.advance(text[:cut])]
    told += draft.advance(text, ended=True)
    answer = draft.answer(Reply(text, False, TOKENS), "fake")
    if answer.status == "answered":
        assert [event.sentence for event in told] == list(answer.sentences)


def test_quoted_answer_carries_its_warning(asked: Asked) -> None:
    """Why no model wrote it."""
    assert quoted_answer(asked, "why").warnings == ("why",)
    assert quoted_answer(asked).warnings == ()
