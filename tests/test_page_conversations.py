"""What is asked is kept: numbers stay, edits fork, and nobody reads another's conversations."""

import asyncio
import json
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from page.handlers import Conversation
from page.keep import Keep
from page.screen import Screen
from page.session import Visit
from page.show import talk
from page.strings import ENGLISH
from page.view import Around, turn
from qa.engine import QueryEngine
from qa.talk.conversation import Conversation as Talk
from qa.talk.conversation import append
from qa.talk.record import to_json

OPEN = partial(QueryEngine.open, model="none")
FIRST, SECOND = "Who did Kim Jong Un meet?", "How many containers of ammunition has Russia received?"


@pytest.fixture
def conversation(article_engine: QueryEngine, tmp_path: Path) -> Conversation:
    """A page over the bundled article that keeps conversations on disk."""
    return Conversation(article_engine, OPEN, tmp_path / "feedback.jsonl", talks=tmp_path / "talks")


def screens(conversation: Conversation, visit: Visit, **detail: Any) -> list[Screen]:
    """All that the page shows for a question (`ask`) or a button."""

    async def run() -> list[Screen]:
        question = detail.pop("ask", None)
        coming = conversation.ask(question, visit) if question else conversation.act(detail, visit)
        return [screen async for screen in coming]

    return asyncio.run(run())


def after(conversation: Conversation, visit: Visit, **detail: Any) -> Visit:
    """The visit after a question or a button."""
    talk = screens(conversation, visit, **detail)[-1].conversation
    assert talk is not None
    return replace(visit, talk=talk)


def two_turns(conversation: Conversation, **who: Any) -> Visit:
    """A visitor who asked two questions."""
    visit = after(conversation, conversation.arrive(None, **who), ask=FIRST)
    return after(conversation, visit, ask=SECOND)


def told(screen: Screen) -> dict[str, Any]:
    """What the browser is told."""
    found: dict[str, Any] = json.loads(screen.kept or "{}")
    return found


def listed(conversation: Conversation, **who: Any) -> list[str]:
    """The ids of the conversations that a visitor finds."""
    return [
        row["id"] for row in json.loads(conversation.arrive(None, **who).keep.arrived())["arrived"]["list"]
    ]


def test_footnote_numbers_are_the_conversations(conversation: Conversation) -> None:
    """A new span gets the next number, one cited before keeps its own; the page shows those numbers."""
    visit = two_turns(conversation)
    first, second = (answer.citations[0] for answer in visit.turns)
    assert second.n > first.n
    screen = screens(conversation, visit, ask=FIRST.lower())[-1]
    assert screen.conversation is not None
    again = screen.conversation.branch()[-1].answer
    same = [c for c in again.citations if c.start == first.start and c.end == first.end]
    assert [c.n for c in same] == [first.n]
    assert f'data-turn="1" data-n="{second.n}"' in (screen.talk or "")


def test_buttons_of_an_answer(conversation: Conversation, tmp_path: Path) -> None:
    """Rate keeps a line with the Answer; save lists each footnote once; new begins anew and keeps the old."""
    visit = two_turns(conversation)
    assert screens(conversation, visit, act="rate", turn=0, rating="down", reason="Too long") == []
    kept = json.loads((tmp_path / "feedback.jsonl").read_text("utf-8"))
    assert (kept["rating"], kept["reason"], kept["answer"]["question"]) == ("down", "Too long", FIRST)
    (saved,) = screens(conversation, visit, act="markdown")
    name, text = saved.download or ("", "")
    assert name == "conversation.md"
    for citation in visit.talk.ledger().citations.values():
        assert text.count(f"[^{citation.n}]: “{' '.join(citation.quote.split())}”") == 1
    (saved,) = screens(conversation, visit, act="json")
    assert len(json.loads((saved.download or ("", ""))[1])["exchanges"]) == 2
    (cleared,) = screens(conversation, visit, act="new")
    assert cleared.conversation is not None
    assert cleared.conversation.exchanges == ()
    assert told(cleared)["here"] == ""
    assert listed(conversation) == [visit.talk.id]
    assert screens(conversation, visit, act="rate", turn=7, rating="up") == []


def test_an_edit_forks_and_the_old_branch_can_be_shown(conversation: Conversation) -> None:
    """The first question put otherwise hides what followed; one step back, and all of it stands again."""
    visit = two_turns(conversation)
    edited = after(conversation, visit, act="edit", turn=0, question="What did the two countries sign?")
    assert [answer.question for answer in edited.turns] == ["What did the two countries sign?"]
    taken = {c.n for answer in visit.turns for c in answer.citations}
    spans = {(c.start, c.end): c.n for answer in visit.turns for c in answer.citations}
    assert all(spans.get((c.start, c.end), -1) == c.n or c.n not in taken for c in edited.turns[0].citations)
    back = after(conversation, edited, act="branch", turn=0, by=-1)
    assert back.turns == visit.turns
    assert screens(conversation, back, act="branch", turn=0, by=-1) == []


def test_an_edit_that_cannot_be_asked_changes_nothing(conversation: Conversation) -> None:
    """An empty question: the conversation stands as it was, with a line that says why."""
    visit = two_turns(conversation)
    last = screens(conversation, visit, act="edit", turn=0, question=" ")[-1]
    assert last.conversation is None
    assert SECOND in (last.talk or "")
    assert 'role="alert"' in (last.talk or "")


def test_trying_again_with_nothing_changed_loses_nothing(conversation: Conversation) -> None:
    """The same answer comes back, with what followed it, and no second version."""
    visit = two_turns(conversation)
    assert after(conversation, visit, act="retry", turn=0).turns == visit.turns


def test_a_conversation_is_kept_for_its_owner_alone(conversation: Conversation, tmp_path: Path) -> None:
    """Another user, another browser, and a browser whose key is a user's name find nothing of it."""
    mine = two_turns(conversation, user="ada")
    assert listed(conversation, user="ada") == [mine.talk.id]
    for who in ({"user": "bob"}, {"visitor": "ada"}, {"visitor": "another key"}, {"user": "../ada"}):
        assert listed(conversation, **who) == []
        other = conversation.arrive(None, **who)
        for act in ("open", "rename"):
            screen = conversation.keep({"act": act, "id": mine.talk.id, "title": "x"}, other)
            assert screen.conversation is None
            assert "no longer kept" in (screen.talk or "")
        conversation.keep({"act": "delete", "id": mine.talk.id}, other)
    assert listed(conversation, user="ada") == [mine.talk.id]
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "talks").rglob("*")} == {0}


def test_opened_again_after_a_restart(
    article_engine: QueryEngine, conversation: Conversation, tmp_path: Path
) -> None:
    """Another server over the same folder shows the same turns, chips and all; rename and delete are told."""
    mine = two_turns(conversation, visitor="key")
    server = Conversation(article_engine, OPEN, tmp_path / "feedback.jsonl", talks=tmp_path / "talks")
    visit = server.arrive(None, visitor="key")
    screen = server.keep({"act": "open", "id": mine.talk.id}, visit)
    assert screen.conversation == mine.talk
    assert (screen.talk or "").count('class="fn-chip"') == sum(len(a.citations) for a in mine.turns)
    opened = replace(visit, talk=screen.conversation)
    renamed = server.keep({"act": "rename", "id": mine.talk.id, "title": "Kim"}, opened)
    assert told(renamed)["row"]["title"] == "Kim"
    assert renamed.conversation is not None
    deleted = server.keep({"act": "delete", "id": mine.talk.id}, opened)
    assert told(deleted)["gone"] == mine.talk.id
    assert deleted.conversation is not None
    assert deleted.conversation.exchanges == ()
    assert listed(server, visitor="key") == []


def test_without_a_folder_the_browser_keeps_it(article_engine: QueryEngine, tmp_path: Path) -> None:
    """It is handed the whole conversation and hands it back; nothing is written here, rubbish is refused."""
    page = Conversation(article_engine, OPEN, tmp_path / "feedback.jsonl")
    last = screens(page, page.arrive(None), ask=FIRST)[-1]
    row = told(last)["keep"]
    opened = page.keep({"act": "open", "id": row["id"], "talk": row}, page.arrive(None))
    assert opened.conversation == last.conversation
    damaged: list[Any] = [None, [], {"format": 1}, {**row, "exchanges": [{"answer": "<script>"}]}]
    for rubbish in damaged:
        screen = page.keep({"act": "open", "id": row["id"], "talk": rubbish}, page.arrive(None))
        assert screen.conversation is None
        assert "cannot be read" in (screen.talk or "")
    assert list(tmp_path.iterdir()) == []


def test_a_forged_conversation_shows_no_source_that_is_not_the_visitors(
    article_engine: QueryEngine, note: Path, tmp_path: Path
) -> None:
    """The store holds another source; a citation that names it brings nothing of it onto the page."""
    engine = QueryEngine.open(store=str(tmp_path / "store"), model="none")
    OPEN(str(note), store=str(tmp_path / "store"))
    assert str(note) in engine.store.names()
    page = Conversation(engine, OPEN, tmp_path / "feedback.jsonl")
    row = told(screens(page, page.arrive(None), ask=FIRST)[-1])["keep"]
    secret = engine.store.source(str(note))
    for citation in row["exchanges"][0]["answer"]["citations"]:
        citation |= {"source": str(note), "sha256": secret.sha256, "start": 30, "end": 40, "quote": "dredged"}
    for passage in row["exchanges"][0]["answer"]["passages"]:
        passage["source"] = str(note)
    screen = page.keep({"act": "open", "id": row["id"], "talk": row}, page.arrive(None))
    shown = unescape(f"{screen.talk}{screen.pane}{screen.looked}")
    assert ENGLISH["source_gone"] in shown
    assert "Marta" not in shown
    assert "Staff" not in shown
    assert "40 ships" not in shown


def test_two_windows_lose_nothing(conversation: Conversation) -> None:
    """The same conversation goes on in two windows: the second is kept beside the first."""
    start = after(conversation, conversation.arrive(None, visitor="key"), ask=FIRST)
    one = after(conversation, start, ask=SECOND)
    other = after(conversation, start, ask="What did the two countries sign in June?")
    assert sorted(listed(conversation, visitor="key")) == sorted([one.talk.id, other.talk.id])
    assert one.talk.id != other.talk.id


def test_a_disk_that_is_full_costs_no_answer(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is shown, with a line that it could not be kept."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qa.talk.archive.os.fsync", full)
    last = screens(conversation, conversation.arrive(None, visitor="key"), ask=FIRST)[-1]
    assert last.conversation is not None
    assert "No space left" in (last.talk or "")


def changed_note(note: Path, tmp_path: Path, old: str, new: str) -> Visit:
    """A visit whose answer cites a note in which `old` has become `new` since."""
    store = str(tmp_path / "store")
    page = Conversation(OPEN(str(note), store=store), OPEN, tmp_path / "feedback.jsonl")
    visit = after(page, page.arrive(None), ask="Who is the harbour master?")
    note.write_text(note.read_text("utf-8").replace(old, new), "utf-8")
    page = Conversation(OPEN(str(note), store=store), OPEN, tmp_path / "feedback.jsonl")
    return replace(page.arrive(None), talk=visit.talk)


@pytest.mark.parametrize(
    ("old", "new", "said", "lit"),
    [
        ("dredged in 1998", "dredged, at last, in 1998", "source_moved", True),
        ("Marta Ruiz", "Ines Prado", "source_changed", False),
    ],
)
def test_a_changed_source_is_said_and_can_be_asked_again(
    note: Path, tmp_path: Path, old: str, new: str, said: str, lit: bool
) -> None:
    """The quote stays; what still stands is lit where it stands now; asking again is a version beside it."""
    visit = changed_note(note, tmp_path, old, new)
    page = Conversation(visit.desk.engine, OPEN, tmp_path / "feedback.jsonl")
    screen = page.keep({"act": "open", "id": visit.talk.id, "talk": to_json(visit.talk)}, visit)
    html = unescape(screen.talk or "")
    assert ENGLISH[said] in html
    assert ENGLISH["check_again"] in html
    assert visit.turns[0].citations[0].quote in html
    assert ("<mark" in (screen.pane or "")) == lit
    again = after(page, visit, act="retry", turn=0)
    assert len(again.talk.exchanges) == 2
    assert again.changed.keys() == visit.changed.keys()
    assert not again.changed.keys() & {c.n for c in again.turns[0].citations}


def test_versions_and_choices_are_buttons(conversation: Conversation) -> None:
    """The last version cannot be stepped past; a choice is asked in the question's place, as text."""
    visit = two_turns(conversation)
    around = Around(version=(2, 2), choices=("The <b>June</b> one?",))
    html = turn(visit.turns[0], 0, visit.desk.library, around)
    assert "2/2" in html
    assert html.count('data-act="branch"') == 2
    assert html.count(" disabled") == 1
    assert 'data-question="The &lt;b&gt;June&lt;/b&gt; one?"' in html


def test_a_question_that_fits_two_things_is_offered_both(conversation: Conversation) -> None:
    """Each is a button that asks it in the question's place; once something else was asked, they are gone."""
    visit = conversation.arrive(None)
    choices = ("Who was at the summit in June?", "Who was at the <b>other</b> summit?")
    unclear = replace(visit.desk.engine.ask("Who was at the summit?"), choices=choices)
    visit = replace(visit, talk=append(visit.talk, unclear))
    html = talk(visit)
    assert html.count('data-act="edit" data-turn="0" data-question=') == 2
    assert "&lt;b&gt;other" in html
    meant = after(conversation, visit, act="edit", turn=0, question=choices[0])
    assert [answer.question for answer in meant.turns] == [choices[0]]
    assert len(meant.talk.exchanges) == 2
    assert "data-question" not in talk(after(conversation, visit, ask=SECOND))


def test_a_user_is_no_visitor(tmp_path: Path) -> None:
    """The same words as a name and as a key are two folders; a browser's own keeping names its user."""
    user, visitor = Keep.of(tmp_path, "ada", ""), Keep.of(tmp_path, None, "ada")
    assert user.archive is not None
    assert visitor.archive is not None
    user.archive.write(Talk("a", "A", 1.0))
    assert visitor.archive.kept() == []
    assert (user.place, visitor.place, Keep.of(None, "ada", "").place) == ("user", "visitor", "browser")
