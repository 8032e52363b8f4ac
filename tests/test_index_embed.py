"""Embeddings: unit length, parts read in context, any OpenAI-compatible server by name."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from index.embed import MiniLM, embed_question, embed_texts, embedding_model
from index.errors import EmbeddingFailed, EmbeddingUnknown
from index.passage import Source
from index.retrieve import Retriever
from index.store import Store

TEXT = "The bank of the river was steep. The bank lent money."
PARTS = [(0, 32), (33, len(TEXT))]


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    """The real model."""
    return MiniLM()


class Answering(BaseHTTPRequestHandler):
    """An embeddings endpoint: a text's vector counts its letters."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        data = [
            {
                "object": "embedding",
                "index": i,
                "embedding": [text.lower().count(c) + 0.01 for c in "aeiosz"],
            }
            for i, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        reply = json.dumps({"object": "list", "data": data, "model": body["model"], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a loopback server."""
    http = HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    yield f"http://127.0.0.1:{http.server_port}/v1"
    http.shutdown()
    http.server_close()


def test_embeddings_are_unit_vectors_of_their_own_text(minilm: MiniLM) -> None:
    """Each text, however long or odd, has a unit vector; the same text the same one in any company."""
    texts = ["one", "", "word " * 3000, "नमस्ते दुनिया", "👩‍👩‍👧‍👦", "one"]
    rows = minilm.embed(texts)
    assert rows.shape == (6, 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3)
    assert (rows[0] == rows[5]).all()
    assert all((row == minilm.embed([text])[0]).all() for row, text in zip(rows, texts, strict=True))
    assert minilm.embed([]).shape == (0, 384)


def test_int8_stays_near_fp32(minilm: MiniLM) -> None:
    """The quantised graph points where the exact one does."""
    texts = ["The ship left the harbour in May.", "Bees make honey from nectar."]
    assert (np.sum(minilm.embed(texts) * MiniLM("fp32").embed(texts), axis=1) > 0.97).all()


def test_parts_are_read_in_their_context(minilm: MiniLM) -> None:
    """One pass gives the text's vector and each part's; a part means what its surroundings make of it."""
    (made,) = minilm.embed_parts([TEXT], [PARTS])
    assert made.vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(made.vectors, axis=1), 1.0, atol=1e-3)
    assert (made.vectors[0] == minilm.embed([TEXT])[0]).all()
    money = minilm.embed(["Who lent money?"])[0]
    assert made.vectors[2] @ money > made.vectors[1] @ money


def test_part_beyond_what_the_model_reads_has_the_texts_vector(minilm: MiniLM) -> None:
    """After 512 tokens nothing is read, so nothing of its own can be said of a part there."""
    text = "word " * 1000
    (made,) = minilm.embed_parts([text], [[(0, 50), (4900, 5000)]])
    assert np.allclose(made.vectors[2], made.vectors[0])


def test_model_says_how_well_it_knows_a_text(minilm: MiniLM) -> None:
    """English words are whole in its vocabulary, Hindi and Russian ones are not."""
    texts = [
        "The ship left the harbour in May.",
        "जहाज मई में बंदरगाह से निकला।",
        "Корабль вышел из гавани в мае.",
    ]
    english, hindi, russian = (made.familiar for made in minilm.embed_parts(texts, [[], [], []]))
    assert english > 0.7
    assert hindi < 0.2
    assert russian < 0.2


def test_name_chooses_the_model() -> None:
    """Only names we know are models."""
    assert isinstance(embedding_model("minilm"), MiniLM)
    for name in ("", "openai:", "maxilm"):
        with pytest.raises(EmbeddingUnknown, match="minilm"):
            embedding_model(name)


def test_served_model_fills_and_asks_a_store(tmp_path: Path, address: str) -> None:
    """A model behind an OpenAI-compatible server finds passages as the packaged one does."""
    model = embedding_model("openai:letters-7", address)
    rows = embed_texts(model, ["aaaa", "zzzz"])
    assert rows.shape == (2, 6)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    store = Store(tmp_path, model)
    store.sync(Source("a", "A", "Aaaaaaa aaaa.", "1"), Source("z", "Z", "Zzzzz zzz.", "2"))
    found = Retriever(store, model).retrieve("zzzzzz", 2)
    assert [scored.passage.source for scored in found] == ["z", "a"]
    assert Retriever(store, model).sentences.of([found[0].passage])[0].vectors.shape == (1, 6)
    assert "letters-7" in str(store._collection.metadata)


def test_server_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is a one-line error that says what to check; nothing else is used in its place."""
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    model = embedding_model("openai:letters-7", "http://127.0.0.1:9/v1")
    model.max_retries = 0  # type: ignore[attr-defined]
    with pytest.raises(EmbeddingFailed, match="OPENAI_BASE_URL"):
        embed_question(model, "anyone?")
