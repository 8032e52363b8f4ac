"""Stopped while a model writes: what it had finished is an answer like any other."""

import asyncio
from typing import Any

import pytest
from fakes import FakeServer, Says, Stalls, serving

from qa import QueryEngine
from qa.answer import Answer
from qa.compose import EXTRACTIVE, STOPPED, STOPPED_BETWEEN, STOPPED_EARLY
from qa.events import TextDelta

QUESTION = "Which missiles did Biden give Ukraine permission to use?"
RIGHT = "President Joe Biden gave Ukraine permission to use ATACMS missiles earlier this month"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One index for all tests."""
    return str(tmp_path_factory.mktemp("store"))


def stopped_after(fake: FakeServer, store: str, kind: type[Any], count: int = 1) -> list[Any]:
    """The events of a stream that is stopped once `count` of a kind have come."""

    async def collect() -> list[Any]:
        stop, events = asyncio.Event(), []
        engine = QueryEngine.open(store=store, settings=fake.settings())
        async for event in engine.stream(QUESTION, stop=stop):
            events.append(event)
            if sum(isinstance(e, kind) for e in events) == count:
                stop.set()
        return events

    return asyncio.run(collect())


def test_a_stopped_reply_keeps_its_finished_sentences(store: str) -> None:
    """The first sentence is checked and footnoted, the one begun is gone, and a warning says so."""
    n = next(p.rank for p in QueryEngine.open(store=store).ask(QUESTION).passages if "ATACMS" in p.text)
    text = f"{RIGHT} [{n}]. And then Russia said that it would never again be"
    words = [f"{word} " for word in text.split()]
    with serving(Stalls(after=words)) as fake:
        *_, answer = stopped_after(fake, store, TextDelta, len(words) - 1)
    assert isinstance(answer, Answer)
    assert [s.text for s in answer.sentences][:1] == [f"{RIGHT}."]
    assert answer.text.startswith(f"{RIGHT}. [1]")
    assert answer.citations[0].n == 1
    assert "never again" not in answer.text
    assert answer.warnings[-1] == STOPPED
    assert answer.tokens["estimated"] == 1


def test_a_last_sentence_with_its_marker_and_stop_is_kept(store: str) -> None:
    """Stopped between two sentences, where nothing was begun: both are kept, and the warning says so."""
    n = next(p.rank for p in QueryEngine.open(store=store).ask(QUESTION).passages if "ATACMS" in p.text)
    words = [f"{word} " for word in f"{RIGHT} [{n}]. {RIGHT}, it says [{n}].".split()]
    with serving(Stalls(after=words)) as fake:
        *_, answer = stopped_after(fake, store, TextDelta, len(words))
    assert isinstance(answer, Answer)
    assert [s.text for s in answer.sentences] == [f"{RIGHT}.", f"{RIGHT}, it says."]
    assert all(s.citations == (1,) for s in answer.sentences)
    assert answer.text == f"{RIGHT}. [1] {RIGHT}, it says. [1]"
    assert answer.warnings[-1] == STOPPED_BETWEEN


def test_a_model_that_keeps_silent_is_stopped_at_once(store: str) -> None:
    """Nothing finished, nothing more to come: the answer is quoted, and the model is not waited for."""
    with serving(Stalls(after=["President ", "Joe "])) as fake:
        *_, answer = stopped_after(fake, store, TextDelta, 2)
    assert isinstance(answer, Answer)
    assert answer.model == EXTRACTIVE
    assert answer.citations
    assert answer.warnings == (STOPPED_EARLY,)


def test_a_stop_before_the_first_word_is_quoted_too(store: str) -> None:
    """Stopped while searching: no call to the model is begun in vain, and the question has its answer."""
    with serving(Says("Too late.")) as fake:
        *_, answer = stopped_after(fake, store, object)
        assert fake.requests == []
    assert answer.model == EXTRACTIVE
