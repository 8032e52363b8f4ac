"""A store keeps passages and vectors, embeds only what is new, and says plainly what it cannot use."""

import logging
import socket
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from index.embed import MiniLM
from index.errors import SourceUnknown, SourceUnreadable, StoreUnusable
from index.passage import Source
from index.retrieve import Retriever
from index.store import Store

LETTER = (
    "# Voyage\n\nThe ship left the harbour in May. It carried grain.\n\n# Return\n\nIt came back in June."
)


class Counting(BaseEmbedding):
    """An embedding model on a server, as far as a store can see; it counts the texts it is given."""

    model_name: str = "counting"
    seen: int = 0

    def _get_text_embedding(self, text: str) -> list[float]:
        self.seen += 1
        return np.random.default_rng(len(text)).normal(size=8).tolist()  # type: ignore[no-any-return]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def letter(text: str = LETTER, name: str = "letter.md") -> Source:
    """A source of that text."""
    return Source(name, "Letter", text, str(hash(text)))


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    """The real model."""
    return MiniLM()


def test_unchanged_source_embeds_nothing(tmp_path: Path) -> None:
    """A second sync of the same source asks the model for no embedding, in this process or the next."""
    model = Counting()
    Store(tmp_path, model).sync(letter())
    before = model.seen
    synced = Store(tmp_path, model).sync(letter())
    assert (synced.embedded, synced.removed, model.seen) == (0, 0, before)


def test_changed_source_embeds_only_what_changed(tmp_path: Path) -> None:
    """A passage that moved keeps its vectors; stale passages go; the text is the new one."""
    model = Counting()
    store = Store(tmp_path, model)
    store.sync(letter())
    changed = LETTER.replace("grain", "grain and wine")
    synced = store.sync(letter(changed))
    assert (synced.embedded, synced.kept) == (1, 1)
    assert store.source("letter.md").text == changed


def test_moved_passage_is_found_as_before(tmp_path: Path, minilm: MiniLM) -> None:
    """Vectors that were carried over rank a passage as freshly made ones do."""
    moved = letter(LETTER.replace("grain", "grain and wine"))
    carried = Store(tmp_path / "a", minilm)
    carried.sync(letter())
    carried.sync(moved)
    fresh = Store(tmp_path / "b", minilm)
    fresh.sync(moved)
    question = "When did it come back?"
    one, other = (Retriever(store, minilm).retrieve(question, 2) for store in (carried, fresh))
    assert [s.passage.id for s in one] == [s.passage.id for s in other]
    assert all(a.cosine == pytest.approx(b.cosine, abs=0.05) for a, b in zip(one, other, strict=True))


def test_removed_source_is_gone(tmp_path: Path) -> None:
    """After remove its passages are found no more, others stay, and removing it again is an error."""
    store = Store(tmp_path, Counting())
    store.sync(letter(), letter(name="other.md"))
    assert store.remove("letter.md") == 2
    assert store.names() == ["other.md"]
    with pytest.raises(SourceUnknown):
        store.remove("letter.md")


def test_store_of_another_model_is_rebuilt_with_one_log_line(
    tmp_path: Path, minilm: MiniLM, caplog: pytest.LogCaptureFixture
) -> None:
    """Opened with another embedding model, the same sources are embedded anew, and the log says so once."""
    Store(tmp_path, Counting()).sync(letter())
    with caplog.at_level(logging.WARNING, "footnote.index"):
        store = Store(tmp_path, minilm)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert store.source("letter.md").text == LETTER
    assert Retriever(store, minilm).retrieve("When did it return?", 1)[0].cosine > 0.2


def test_sentence_vectors_stand_beside_their_passage(tmp_path: Path, minilm: MiniLM) -> None:
    """A stored passage has its own vector and one for each sentence; packing costs a cosine under .005."""
    store = Store(tmp_path, minilm)
    store.sync(letter())
    first = store.read()[0]
    assert first.vectors.shape == (1 + 3, 384)
    exact = np.asarray(store._collection.get(ids=[first.passage.id], include=["embeddings"])["embeddings"])[0]
    packed = first.vectors[0] / np.linalg.norm(first.vectors[0].astype(np.float32))
    assert float(exact @ packed) > 0.995


def test_passage_whose_writing_was_interrupted_is_still_found(tmp_path: Path, minilm: MiniLM) -> None:
    """Without stored sentence vectors its words find it."""
    store = Store(tmp_path, minilm)
    store.sync(letter())
    ids = [passage.id for passage in store.passages()]
    store._collection.update(ids=ids, metadatas=[{"vectors": ""}] * len(ids))
    assert "June" in Retriever(store, minilm).retrieve("came back in June", 1)[0].passage.text


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "one line " * 3000,
        "句子很长没有空格" * 400,
        "First line.\r\nSecond line.\r\n\r\nThird.\r\n",
        "\ufeffWith a mark in front.",
        "Emoji 👩‍👩‍👧‍👦 and 𝔘𝔫𝔦𝔠𝔬𝔡𝔢. " * 60,
        "A null \x00 inside.",
        " \n\n ",
        "",
    ],
    ids=["no-space", "one-line", "chinese", "crlf", "bom", "emoji", "null", "blank", "empty"],
)
def test_odd_text_comes_back_exactly(tmp_path: Path, text: str) -> None:
    """Whatever the text, the store gives it back to the letter."""
    store = Store(tmp_path, Counting())
    store.sync(letter(text))
    assert store.source("letter.md").text == text
    assert store.sync(letter(text)).embedded == 0


def test_title_alone_finds_a_document_without_text(tmp_path: Path, minilm: MiniLM) -> None:
    """A document with nothing but a title is in the index and is found by it."""
    store = Store(tmp_path, minilm)
    store.sync(Source("empty", "Zeppelin history", "", ""), letter())
    found = Retriever(store, minilm).retrieve("history of the zeppelin", 1)
    assert found[0].passage.source == "empty"


def test_half_a_surrogate_pair_is_refused(tmp_path: Path) -> None:
    """It cannot be stored, so it is said before anything is embedded; a question may hold one."""
    store = Store(tmp_path, Counting())
    with pytest.raises(SourceUnreadable, match="surrogate"):
        store.sync(letter("half \ud800 pair"))
    assert MiniLM().embed(["half \ud800 pair"]).shape == (1, 384)


def _file(path: Path) -> None:
    path.write_text("text")


def _foreign(path: Path) -> None:
    path.mkdir()
    (path / "thesis.txt").write_text("text")


def _damaged(path: Path) -> None:
    path.mkdir()
    (path / "chroma.sqlite3").write_bytes(b"not a database at all")


def _truncated(path: Path) -> None:
    path.mkdir()
    (path / "chroma.sqlite3").write_bytes(b"SQLite format 3\x00" + b"\xff" * 500)


@pytest.mark.parametrize("make", [_file, _foreign, _damaged, _truncated])
def test_what_is_no_store_is_refused_in_one_line(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    """A file, a folder of other things and a damaged database are each named, with what to do."""
    make(tmp_path / "place")
    with pytest.raises(StoreUnusable) as caught:
        Store(tmp_path / "place", Counting())
    assert str(tmp_path / "place") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_server_that_does_not_answer_is_named() -> None:
    """An address where nothing listens is StoreUnusable, not a traceback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(StoreUnusable, match="no Chroma server"):
        Store(f"http://127.0.0.1:{port}", Counting())
