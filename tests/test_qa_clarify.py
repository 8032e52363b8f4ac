"""Questions that fit two things equally are given readings to choose from; clear ones are not."""

import asyncio
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from qa.engine import QueryEngine
from qa.events import PassagesFound
from qa.render import show
from qa.standalone import Turn, rewrite
from qa.talk.clarify import readings

SUMMITS = ["In June, at a summit in Rome, they signed. They had met at a summit in September 2023."]
MINISTERS = ["The defence minister met Kim. The unification minister stayed at home."]


@pytest.mark.parametrize(
    ("question", "texts", "told_apart"),
    [
        (
            "Who was at the summit?",
            SUMMITS,
            ("Who was at the summit in June?", "Who was at the summit in September 2023?"),
        ),
        (
            "What did the minister say?",
            MINISTERS,
            ("What did the defence minister say?", "What did the unification minister say?"),
        ),
        (
            "Who owns the mill?",
            ["A mill in Oldport burnt down.", "The mill of Newport is new."],
            ("Who owns the mill of Oldport?", "Who owns the mill of Newport?"),
        ),
        (
            "Who owns that mill?",
            ["The Oldport mill burnt down. The Newport mill is new."],
            ("Who owns the Oldport mill?", "Who owns the Newport mill?"),
        ),
    ],
)
def test_two_things_of_one_kind_are_offered_as_questions(
    question: str, texts: list[str], told_apart: tuple[str, ...]
) -> None:
    """By date, by the word before or by the name after; each can be asked as it stands."""
    assert readings(question, texts) == told_apart
    assert all(readings(reading, texts) == () for reading in told_apart)


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("Who was at the June summit?", SUMMITS),  # it names the date
        ("Who signed at the summit?", SUMMITS),  # only one of them was for signing
        ("When was the summit?", SUMMITS),  # the dates are what is asked for
        ("Where is the mill?", SUMMITS),
        ("Why?", SUMMITS),
        ("What did the defence minister say?", MINISTERS),
        ("What did the ministers say?", MINISTERS),  # both are meant
        ("Which minister stayed?", MINISTERS),  # this one wants to know which
        ("What did the minister say?", ["The minister met Kim. The defence minister left."]),  # may be one
        ("What did the minister of defence say?", MINISTERS),
    ],
)
def test_a_clear_question_is_not_asked_back(question: str, texts: list[str]) -> None:
    """A needless question back is worse than none."""
    assert readings(question, texts) == ()


def test_a_follow_up_on_an_answer_with_two_dates_has_choices() -> None:
    """An answer that spoke of two summits leaves open which is meant; one that spoke of one does not."""
    talk: list[Turn] = [
        {"role": "user", "content": "Did they meet?"},
        {"role": "assistant", "content": SUMMITS[0] + " [1]"},
    ]
    assert len(rewrite("Where was the summit?", talk).choices) == 2
    one: list[Turn] = [*talk, {"role": "assistant", "content": "The summit of September 2023. [2]"}]
    assert rewrite("Where was the summit?", one).choices == ()


def test_choices_come_with_an_answer_all_the_same(article_engine: QueryEngine) -> None:
    """The article knows two summits: both are offered with the passages already, and one is answered."""

    async def collect() -> list[Any]:
        return [event async for event in article_engine.stream("Who was at the summit?")]

    events = asyncio.run(collect())
    answer = events[-1]
    assert isinstance(events[0], PassagesFound)
    assert events[0].choices == answer.choices
    assert sorted(answer.choices) == [
        "Who was at the summit in June?",
        "Who was at the summit in September 2023?",
    ]
    assert (answer.status, bool(answer.citations)) == ("answered", True)
    assert article_engine.ask(answer.choices[0]).choices == ()
    assert answer.to_json()["choices"] == answer.choices


def test_a_terminal_shows_the_choices(article_engine: QueryEngine) -> None:
    """Under the answer, one a line."""
    console = Console(width=200, file=StringIO())
    answer = article_engine.ask("Who was at the summit?")
    show(answer, console)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(f"Or did you mean: {choice}" in printed for choice in answer.choices)
