"""Conversations: forks, footnotes, changed sources, disk, export."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.passage import Source
from qa.answer import Answer, Citation, Sentence, ShownPassage
from qa.errors import ConversationUnknown, ConversationUnreadable, ExchangeUnknown
from qa.talk.archive import Archive
from qa.talk.changed import Changed, changed_citations
from qa.talk.conversation import Conversation, alternatives, append, fork, rename, show, start
from qa.talk.export import to_json_text, to_markdown
from qa.talk.record import answer_from_json, from_json, to_json

TEXT = "The mill burned in 1911. It was rebuilt by Ines Prado. The mill burned in 1911."


def source(text: str = TEXT, name: str = "mill.md") -> Source:
    """A source about a mill."""
    return Source(name, "The mill", text, hashlib.sha256(text.encode()).hexdigest())


def reply(question: str, quote: str, at: int | None = None, text: str = TEXT) -> Answer:
    """An answer that quotes `quote` where it first stands, or at `at`."""
    first = text.index(quote) if at is None else at
    cited = Citation(1, "mill.md", "The mill", source(text).sha256, first, first + len(quote), quote, "p0")
    shown = ShownPassage("p0", "mill.md", 0, len(text), text, 0.9, 1)
    said = Sentence(quote, (1,), "supported", 1.0)
    return Answer(
        question, question, "answered", f"{quote} [1]", "extractive", 0.9, (said,), (cited,), (shown,)
    )


class Shelf:
    """Sources by name."""

    def __init__(self, *sources: Source) -> None:
        self._sources = {one.name: one for one in sources}

    def find(self, name: str) -> Source | None:
        return self._sources.get(name)


@pytest.fixture
def talk() -> Conversation:
    """Two questions about the mill."""
    first = append(start(), reply("When did it burn?", "The mill burned in 1911."))
    return append(first, reply("Who rebuilt it?", "It was rebuilt by Ines Prado."))


def test_the_second_answer_has_the_next_number(talk: Conversation) -> None:
    """Both answers called their footnote [1]; in the conversation they are [1] and [2]."""
    assert [turn["content"] for turn in talk.history() if turn["role"] == "assistant"] == [
        "The mill burned in 1911. [1]",
        "It was rebuilt by Ines Prado. [2]",
    ]
    assert talk.title == "When did it burn?"


def test_an_edit_forks_and_keeps_what_was(talk: Conversation) -> None:
    """After an edit of the second question the first turn stays, and the old branch can be shown again."""
    old = talk.branch()[1]
    edited = append(fork(talk, old.id), reply("Who built it up again?", "It was rebuilt by Ines Prado."))
    assert [e.answer.question for e in edited.branch()] == ["When did it burn?", "Who built it up again?"]
    assert [e.answer.question for e in show(edited, old.id).branch()] == [
        "When did it burn?",
        "Who rebuilt it?",
    ]
    assert [e.id for e in alternatives(edited, old.id)] == [old.id, edited.head]
    assert edited.branch()[1].answer.citations[0].n == 2  # the same span, on another branch


def test_a_new_span_on_a_fork_takes_no_number_of_the_old_branch(talk: Conversation) -> None:
    """[2] is taken by the branch left behind, so that it means the same when that is shown again."""
    edited = append(fork(talk, talk.branch()[1].id), reply("And?", "The mill burned in 1911.", at=55))
    assert [c.n for c in edited.branch()[1].answer.citations] == [3]


def test_an_edit_of_the_first_question_begins_anew(talk: Conversation) -> None:
    """Nothing stands before it; showing it again shows the latest turn that followed it."""
    first = talk.branch()[0]
    edited = append(fork(talk, first.id), reply("Why did it burn?", "The mill burned in 1911."))
    assert len(edited.branch()) == 1
    assert show(edited, first.id).branch() == talk.branch()


def test_an_exchange_of_another_conversation_is_refused(talk: Conversation) -> None:
    """A stale page gets a sentence, not a KeyError."""
    for act in (fork, show, alternatives):
        with pytest.raises(ExchangeUnknown, match="reload"):
            act(talk, "nothing")


def test_the_same_answer_again_is_no_second_branch(talk: Conversation) -> None:
    """Tried again with nothing changed, what followed the answer comes back; a changed source is a branch."""
    first = talk.branch()[0]
    again = append(fork(talk, first.id), reply("When did it burn?", "The mill burned in 1911."))
    assert again.branch() == talk.branch()
    text = TEXT + " It is a museum."
    newer = append(fork(talk, first.id), reply("When did it burn?", "The mill burned in 1911.", text=text))
    assert [e.id for e in alternatives(newer, first.id)] == [first.id, newer.head]
    assert newer.branch()[0].answer.citations[0].n == 3


def test_rename_shortens_and_falls_back_to_the_first_question(talk: Conversation) -> None:
    """A long title is cut, an empty one gives back the question."""
    assert rename(talk, "  The \n mill ").title == "The mill"
    assert len(rename(talk, "x" * 500).title) == 60
    assert rename(talk, " ").title == "When did it burn?"


def test_an_unchanged_source_has_no_changed_citation(talk: Conversation) -> None:
    """Same hash, nothing to say."""
    assert changed_citations(talk, Shelf(source())) == ()


def test_a_changed_source_is_checked_again(talk: Conversation) -> None:
    """A quote that still stands is found at the place nearest to its old one; a reworded one is lost."""
    new = source("News. " + TEXT.replace("Ines Prado", "others"))
    first, second = talk.ledger().citations.values()
    assert changed_citations(talk, Shelf(new)) == (
        Changed(first, "moved", 6, 6 + len(first.quote)),
        Changed(second, "lost"),
    )
    assert new.text[6 : 6 + len(first.quote)] == first.quote


def test_a_removed_source_is_gone(talk: Conversation) -> None:
    """Its citations say so."""
    assert [change.state for change in changed_citations(talk, Shelf())] == ["gone", "gone"]


def test_json_gives_the_conversation_back(talk: Conversation) -> None:
    """Through JSON text and back, nothing is lost; an answer may have grown fields we do not know."""
    assert from_json(json.loads(json.dumps(to_json(talk)))) == talk
    assert answer_from_json(talk.exchanges[0].answer.to_json() | {"later": 1}) == talk.exchanges[0].answer


def test_a_conversation_survives_a_restart(tmp_path: Path, talk: Conversation) -> None:
    """Another Archive over the folder lists and reads it, latest first, and leaves no draft behind."""
    archive = Archive(tmp_path / "talks")
    archive.write(talk)
    later = replace(append(start(), reply("Burned?", "The mill burned in 1911.")), updated=talk.updated + 9)
    archive.write(later)
    again = Archive(tmp_path / "talks")
    assert [kept.id for kept in again.kept()] == [later.id, talk.id]
    assert again.read(talk.id) == talk
    assert len(list((tmp_path / "talks").iterdir())) == 2


def test_a_write_that_fails_leaves_what_was(
    tmp_path: Path, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk at the last moment costs the new turn, not the conversation."""
    archive = Archive(tmp_path)
    archive.write(talk)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qa.talk.archive.os.fsync", full)
    with pytest.raises(ConversationUnreadable, match="No space left"):
        archive.write(append(talk, reply("More?", "The mill burned in 1911.")))
    assert archive.read(talk.id) == talk
    assert len(list(tmp_path.iterdir())) == 1


def test_delete_forgets_one(tmp_path: Path, talk: Conversation) -> None:
    """Deleted once, it is unknown."""
    archive = Archive(tmp_path)
    archive.write(talk)
    archive.delete(talk.id)
    for act in (archive.read, archive.delete):
        with pytest.raises(ConversationUnknown):
            act(talk.id)


@pytest.mark.parametrize("id_", ["../secret", "a/b", "", "x" * 65, "a.b"])
def test_an_id_cannot_leave_the_folder(tmp_path: Path, id_: str) -> None:
    """Only plain ids name files."""
    with pytest.raises(ConversationUnknown):
        Archive(tmp_path).read(id_)


@pytest.mark.parametrize(
    "path",
    [
        ("title",),
        ("exchanges", 0, "id"),
        ("exchanges", 0, "answer", "text"),
        ("exchanges", 0, "answer", "sentences", 0, "citations"),
        ("exchanges", 0, "answer", "citations", 0, "start"),
        ("exchanges", 0, "answer", "passages"),
        ("exchanges", 0, "answer", "status"),
    ],
)
def test_a_field_of_the_wrong_kind_is_no_conversation(
    talk: Conversation, path: tuple[str | int, ...]
) -> None:
    """What a browser hands back is looked at before it is shown."""
    row = json.loads(json.dumps(to_json(talk)))
    at = row
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = {"<script>": True}
    with pytest.raises((TypeError, ValueError, KeyError)):
        from_json(row)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"format": 9}',
        '{"format": 1, "id": "x", "title": "", "updated": 0, "head": "y", "exchanges": []}',
        '{"format": 1, "id": "x", "title": "", "updated": 0, "head": null,'
        ' "exchanges": [{"id": "a", "parent": "a", "answer": {}}]}',
    ],
)
def test_a_damaged_file_is_one_line_and_does_not_hide_the_others(
    tmp_path: Path, text: str, talk: Conversation
) -> None:
    """It is left out of the list, named among the unreadable, and reading it says what to do."""
    archive = Archive(tmp_path)
    archive.write(talk)
    (tmp_path / "x.json").write_text(text)
    assert [kept.id for kept in archive.kept()] == [talk.id]
    assert archive.unreadable() == [tmp_path / "x.json"]
    with pytest.raises(ConversationUnreadable, match="delete it"):
        archive.read("x")


def test_markdown_lists_each_footnote_once(talk: Conversation) -> None:
    """Three answers with two spans: two footnotes, in Markdown's own notation, a changed one marked."""
    talk = append(talk, reply("When, again?", "The mill burned in 1911."))
    changed = changed_citations(talk, Shelf(source("News. " + TEXT)))
    text = to_markdown(talk, changed[:1])
    assert text.startswith("# When did it burn?\n\n## When did it burn?\n\nThe mill burned in 1911. [^1]\n")
    assert text.count("[^1]:") == text.count("[^2]:") == 1
    assert "[^2]: “It was rebuilt by Ines Prado.” – The mill, characters 25-54\n" in text
    assert "characters 0-24 (source changed since, the quote now stands at characters 6-30)" in text


def test_markdown_holds_no_live_tags_and_no_broken_lines() -> None:
    """A quote over two lines stays one footnote, and a tag in a source does nothing."""
    text = "Go <b>on</b>\nnow."
    page = to_markdown(append(start(), reply("Go?", text, text=text)))
    assert "<b>" not in page
    assert "[^1]: “Go &lt;b>on&lt;/b> now.” – The mill" in page


def test_json_export_holds_each_footnote_once(talk: Conversation) -> None:
    """All branches are in it, and it can be read back."""
    row = json.loads(to_json_text(append(talk, reply("Again?", "The mill burned in 1911."))))
    assert [footnote["n"] for footnote in row["footnotes"]] == [1, 2]
    assert len(from_json(row).exchanges) == 3
