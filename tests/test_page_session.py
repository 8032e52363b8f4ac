"""What a visitor brings is theirs alone, and nothing shared is changed by it."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from page.handlers import Conversation
from page.screen import Screen
from page.session import Visit, leave
from page.sources import add_sources, on_shelf
from qa.answer import Answer
from qa.engine import QueryEngine

OPEN = partial(QueryEngine.open, model="none")


@pytest.fixture
def conversation(article_engine: QueryEngine, tmp_path: Path) -> Conversation:
    """A page over the bundled article."""
    return Conversation(article_engine, OPEN, tmp_path / "feedback.jsonl")


def with_files(visit: Visit, *paths: Path) -> tuple[Visit, str]:
    """The visit after adding files, and the news it was told."""
    *_, last = add_sources([str(path) for path in paths], visit, OPEN)
    assert last.desk is not None
    return Visit(last.desk, visit.talk), last.shelf or ""


def asked(conversation: Conversation, question: str, visit: Visit) -> list[Screen]:
    """All that the page shows for one question."""

    async def run() -> list[Screen]:
        return [screen async for screen in conversation.ask(question, visit)]

    return asyncio.run(run())


def answers(screens: list[Screen]) -> tuple[Answer, ...]:
    """The answers shown at the end."""
    talk = screens[-1].conversation
    assert talk is not None
    return tuple(exchange.answer for exchange in talk.branch())


def test_an_upload_is_seen_by_its_visitor_only(conversation: Conversation, note: Path) -> None:
    """The other visitor, the shared store and its names know nothing of it; leaving removes it."""
    mine, theirs = conversation.arrive(None), conversation.arrive(None)
    mine, _ = with_files(mine, note)
    turns = answers(asked(conversation, "Who is the harbour master?", mine))
    assert "Marta Ruiz" in turns[-1].text
    assert turns[-1].citations[0].source == note.name
    others = answers(asked(conversation, "Who is the harbour master?", theirs))
    assert others[-1].status == "not_in_source"
    assert note.name not in conversation.desk.engine.store.names()
    assert mine.desk.folder is not None
    folder = Path(mine.desk.folder.name)
    leave(mine.desk)
    assert not folder.exists()


def test_a_file_that_fails_does_not_stop_the_others(
    conversation: Conversation, note: Path, tmp_path: Path
) -> None:
    """Each has its own line; a script in a name stays text."""
    broken = tmp_path / "<img src=x>.md"
    broken.write_bytes(b"\xff\xfe\x00")
    visit, news = with_files(conversation.arrive(None), broken, note)
    assert "UTF-16" in news
    assert "<img" not in news
    assert note.name in visit.desk.names


def test_questions_go_to_the_chosen_sources_only(conversation: Conversation, note: Path) -> None:
    """Switched off, a source is not searched; removed, it is gone; the last one in use stays."""
    visit, _ = with_files(conversation.arrive(None), note)
    *_, off = on_shelf({"shelf": "use", "name": note.name, "on": False}, visit, OPEN)
    assert off.desk is not None
    turns = answers(asked(conversation, "Who is the harbour master?", Visit(off.desk)))
    assert turns[-1].status == "not_in_source"
    *_, gone = on_shelf({"shelf": "remove", "name": note.name}, Visit(off.desk), OPEN)
    assert gone.desk is not None
    assert note.name not in gone.desk.names
    only = gone.desk.names[0]
    *_, kept = on_shelf({"shelf": "use", "name": only, "on": False}, Visit(gone.desk), OPEN)
    assert kept.desk is not None
    assert kept.desk.used == (only,)


def test_the_question_shows_before_its_answer(conversation: Conversation) -> None:
    """The first screen holds the question; an empty one comes back with what to do, and no turn."""
    first, *_, last = asked(conversation, "Who did Kim Jong Un meet?", conversation.arrive(None))
    assert "Who did Kim Jong Un meet?" in (first.talk or "")
    assert first.conversation is None
    assert last.conversation is not None
    empty = asked(conversation, "  ", conversation.arrive(None))[-1]
    assert empty.conversation is None
    assert 'role="alert"' in (empty.talk or "")


def test_a_copied_store_leaves_out_what_others_said(
    article_engine: QueryEngine, conversation: Conversation, note: Path
) -> None:
    """A visitor's own store begins as a copy of the shared one: its index, not its conversations."""
    place = Path(article_engine.store.place)
    (place / "conversations" / "user-1").mkdir(parents=True, exist_ok=True)
    (place / "conversations" / "user-1" / "secret.json").write_text("{}")
    mine, _ = with_files(conversation.arrive(None), note)
    assert mine.desk.folder is not None
    assert not list(Path(mine.desk.folder.name).rglob("secret.json"))
