"""Question and passage read together: what the packaged weights make of plain cases, and of odd ones."""

import unicodedata

import numpy as np
import pytest
from safetensors.numpy import load_file

from index.chunk import chunk
from index.embed import MiniLM
from index.graph import STEPS, quantised
from index.passage import Source
from qa.quoting.cross_encoder import UNREAD, WEIGHTS, CrossEncoder
from qa.quoting.quote import answering_words
from qa.quoting.reading import Reader, ReadPassage

TEXT = (
    "The harbour of Oldport was dredged in 1998 because sand had closed its mouth. It takes 40 ships a day. "
    "Marta Ruiz has been harbour master since 2015. Before that she sailed tankers for a line in Bergen. "
    "The market hall beside the quay sells fish, bread and cheese on Saturdays."
)


@pytest.fixture(scope="module")
def reader(minilm: MiniLM) -> Reader:
    """Reads with every term worth the same."""
    return Reader(minilm, lambda term: 1.0)


def passages(reader: Reader, text: str) -> list[ReadPassage]:
    """The text's passages, read."""
    return reader.passages(chunk(Source("oldport.txt", "Oldport", text, "")))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When was the harbour dredged?", 0),
        ("How come the port had to be dug out?", 0),
        ("How many vessels does it handle daily?", 1),
        ("Who runs the port?", 2),
        ("What was her earlier job?", 3),
        ("Which goods are on offer at the weekend?", 4),
    ],
)
def test_the_sentence_that_answers_is_likeliest(reader: Reader, question: str, sentence: int) -> None:
    """In the question's words or in quite others."""
    (read,) = CrossEncoder.packaged().read(reader.question(question), passages(reader, TEXT))
    assert int(read.sentences.argmax()) == sentence


def test_what_is_not_said_is_less_likely_than_what_is(reader: Reader) -> None:
    """Pairs of questions of nearly the same words, only the first of each answered."""
    pairs = [
        ("When was the harbour dredged?", "Who paid for dredging the harbour?"),
        ("Since when has Marta Ruiz been harbour master?", "When was Marta Ruiz born?"),
        ("What does the market hall sell?", "Who built the market hall?"),
    ]
    for told, untold in pairs:
        best = [
            max(
                one.sentences.max()
                for one in CrossEncoder.packaged().read(reader.question(question), passages(reader, TEXT))
            )
            for question in (told, untold)
        ]
        assert best[0] > best[1] + 1


def test_a_passage_is_read_alike_in_any_company(reader: Reader) -> None:
    """Alone, among others, and again: the same bytes."""
    asked = reader.question("Who runs the port?")
    parts = passages(reader, "\n\n".join([TEXT] * 3))
    together = CrossEncoder.packaged().read(asked, parts)
    for part, read in zip(parts, together, strict=True):
        (alone,) = CrossEncoder.packaged().read(asked, [part])
        assert (alone.sentences == read.sentences).all()
        assert (alone.first == read.first).all()


@pytest.mark.parametrize("question", ["", "?", "\ud800", "न", "who " * 900])
def test_odd_questions_are_read(reader: Reader, question: str) -> None:
    """Without a word, in another script, past the model's length: numbers come back all the same."""
    for read in CrossEncoder.packaged().read(reader.question(question), passages(reader, TEXT)):
        assert np.isfinite(read.sentences).all()


def test_odd_passages_are_read(reader: Reader) -> None:
    """One without text has no sentence; what lies past the model's length is not read."""
    asked = reader.question("Who runs the port?")
    (empty,) = CrossEncoder.packaged().read(asked, passages(reader, ""))
    assert len(empty.sentences) == 0
    (long,) = reader.passages(chunk(Source("a", "A", "naïveté " * 800 + ". The end came.", ""), 10_000))
    (read,) = CrossEncoder.packaged().read(asked, [long])
    assert read.sentences[-1] == UNREAD
    assert CrossEncoder.packaged().read(asked, []) == []


@pytest.mark.parametrize(
    ("question", "words"),
    [("Who has been harbour master since 2015?", "Marta Ruiz"), ("When was the harbour dredged?", "1998")],
)
def test_answering_words_are_whole_words_of_the_sentence(reader: Reader, question: str, words: str) -> None:
    """A span of the source, from the start of a word to the end of one."""
    asked = reader.question(question)
    (part,) = passages(reader, TEXT)
    kept = np.array([words in text for text in part.texts])
    (read,) = CrossEncoder.packaged().read(asked, [part.cut(kept)])
    ((start, end),) = answering_words(read, int(read.sentences.argmax()), asked)
    assert TEXT[start:end].removeprefix("in ") == words


def test_packaged_weights_are_of_seven_bits() -> None:
    """So that no processor's sums of products overflow: the same answers on all of them."""
    held = load_file(WEIGHTS)
    small = [values for values in held.values() if values.dtype == np.int8]
    assert len(small) == 3 * 6
    assert max(int(np.abs(values.astype(int)).max()) for values in small) == STEPS
    matrix = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    values, scale = quantised(matrix)
    assert np.abs(values * scale - matrix).max() <= scale.max() / 2 + 1e-6


def test_bold_words_keep_their_marks(reader: Reader) -> None:
    """Marks that the model's tokens leave out belong to the word."""
    text = unicodedata.normalize("NFD", "The harbour master since 2015 is René André. The quay is of stone.")
    asked = reader.question("Who has been harbour master since 2015?")
    (part,) = passages(reader, text)
    (read,) = CrossEncoder.packaged().read(asked, [part])
    ((start, end),) = answering_words(read, 0, asked)
    assert text[start:end] == unicodedata.normalize("NFD", "René André")
