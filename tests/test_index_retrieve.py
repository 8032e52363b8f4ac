"""Passages are found by meaning and by words, in any language, for one word and for a page."""

from pathlib import Path

import numpy as np
import pytest

from index.embed import MiniLM
from index.passage import Source
from index.passage_vectors import PassageVectors
from index.retrieve import Retriever
from index.store import Store

DOCS = {
    "ships": "The ship left the harbour in May. It carried grain to the north.",
    "bees": "Bees make honey from nectar. A hive may hold fifty thousand of them.",
    "doctor": "A physician treated the patient for fever. She recovered within a week.",
    "hindi": "जहाज मई में बंदरगाह से निकला। उसमें अनाज था।",
    "chinese": "蜜蜂用花蜜酿造蜂蜜。一个蜂巢可以容纳五万只蜜蜂。",
}


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    """The real model."""
    return MiniLM()


@pytest.fixture(scope="module")
def store(minilm: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The documents, indexed."""
    store = Store(tmp_path_factory.mktemp("store"), minilm)
    store.sync(*(Source(name, "", text, name) for name, text in DOCS.items()))
    return store


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("What do bees produce?", "bees"),
        ("honey", "bees"),
        ("Which medical professional looked after the sick person?", "doctor"),
        ("जहाज में क्या था?", "hindi"),
        ("蜂巢可以容纳多少蜜蜂", "chinese"),
        (
            "I wonder about many things at sea. " * 60 + "Where did the ship leave the harbour?",
            "ships",
        ),
    ],
)
def test_question_finds_its_document(store: Store, minilm: MiniLM, question: str, source: str) -> None:
    """By words, or by meaning where it shares none; ranks count from 1, scores fall and lie in 0..1."""
    found = Retriever(store, minilm).retrieve(question, 5)
    assert found[0].passage.source == source
    assert [scored.rank for scored in found] == [1, 2, 3, 4, 5]
    scores = [scored.score for scored in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_vectors_count_nothing_where_the_model_cannot_read(store: Store, minilm: MiniLM) -> None:
    """A Hindi passage's score is its words' alone, an English one's is not."""
    found = {s.passage.source: s for s in Retriever(store, minilm).retrieve("जहाज में क्या था?", 5)}
    assert found["hindi"].score == pytest.approx(found["hindi"].words)
    found = {s.passage.source: s for s in Retriever(store, minilm).retrieve("What did bees do?", 5)}
    assert found["bees"].score != pytest.approx(found["bees"].words)


def test_fewer_passages_are_the_first_of_more(store: Store, minilm: MiniLM) -> None:
    """How many are asked for changes neither order nor score; what a caller does to the list stays his."""
    retriever = Retriever(store, minilm)
    found = retriever.retrieve("What do bees produce?", 5)
    assert retriever.retrieve("What do bees produce?", 2) == found[:2]
    retriever.retrieve("What do bees produce?", 5).clear()
    assert retriever.retrieve("What do bees produce?", 5) == found


def test_only_named_sources_are_searched(store: Store, minilm: MiniLM) -> None:
    """With names given, nothing else is found."""
    found = Retriever(store, minilm, ["ships", "doctor"]).retrieve("What do bees produce?", 5)
    assert {scored.passage.source for scored in found} == {"ships", "doctor"}


def test_empty_store_finds_nothing(tmp_path: Path, minilm: MiniLM) -> None:
    """No passages, no error."""
    assert Retriever(Store(tmp_path, minilm), minilm).retrieve("anything", 5) == []


def test_cosines_of_passage_and_best_sentence() -> None:
    """Worked by hand: a passage of two sentences, one without sentences, one without vectors."""
    blocks = [
        np.array([[127, 0], [0, 127], [127, 127]], dtype=np.int8),
        np.array([[0, -127]], dtype=np.int8),
        np.zeros((0, 0), dtype=np.int8),
    ]
    vectors, asked = PassageVectors(blocks), np.array([0.0, 1.0], dtype=np.float32)
    assert vectors.cosines(asked) == pytest.approx([0.0, -1.0, 0.0])
    assert vectors.best_sentences(np.array([0, 1, 2]), asked) == pytest.approx([1.0, -1.0, 0.0])
    assert vectors.best_sentences(np.array([2, 0]), asked) == pytest.approx([0.0, 1.0])


def test_what_stands_around_lifts_a_passage_but_never_over_the_best(tmp_path: Path, minilm: MiniLM) -> None:
    """Of two passages that say the same, the one beside the passages that answer comes first after them."""
    filler = "The committee met again and adopted its minutes without a vote. "
    topic = "Bees make honey from nectar, and the bees keep it in a hive of wax. "
    parts = [filler * 10, topic * 9, "She then went on to the next point of the day. " * 14, topic * 9]
    text = "\n\n".join([*[filler * 10] * 4, parts[2], *[filler * 10] * 8, *parts])
    store = Store(tmp_path, minilm)
    store.sync(Source("talk", "", text, "talk"))
    found = Retriever(store, minilm).retrieve("How do bees make honey?", 16)
    ranks = {scored.passage.start: scored.rank for scored in found}
    alone, beside = sorted(start for start in ranks if text.startswith("She then", start))
    assert found[0].passage.text.startswith("Bees make honey")
    assert ranks[beside] < ranks[alone]
