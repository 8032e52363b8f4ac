"""Passages tile their source, and sentences tile a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunk import chunk
from index.passage import Source
from index.sentences import block_spans, sentence_spans, trimmed_sentences

PIECES = st.sampled_from(
    [
        "word",
        "Dr. Who ",
        ". ",
        "! ",
        "\n",
        "\r\n",
        "\n\n",
        "# Head\n",
        "## ",
        "- item\n",
        "| a | b |\n",
        " ",
        "\t",
        *[
            "नमस्ते। ",
            "你好。",
            "สวัสดี",
            "e\u0301",
            "👩‍👧",
            "\ufeff",
            "\x0b",
            "\u2028",
            "```\n",
            "x" * 40,
            "1. ",
        ],
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(20, 120))
def test_passages_are_slices_that_give_the_source_back(text: str, chars: int) -> None:
    """Joined in order, passages are the text; each stands where it says; ids differ."""
    passages = chunk(Source("s", "T", text, "sha"), chars)
    assert "".join(passage.text for passage in passages) == text
    assert all(text[passage.start : passage.end] == passage.text for passage in passages)
    assert len({passage.id for passage in passages}) == len(passages) > 0


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_sentences_and_blocks_tile_a_text(text: str) -> None:
    """Spans of sentences, and of blocks, follow each other without gap or overlap."""
    for spans in (sentence_spans(text), block_spans(text)):
        assert "".join(text[start:end] for start, end in spans) == text
    for start, end in trimmed_sentences(text):
        assert text[start:end] == text[start:end].strip() != ""


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_chunking_twice_gives_the_same_ids(text: str) -> None:
    """Ids depend on the source alone, so an unchanged source is recognised."""
    source = Source("s", "T", text, "sha")
    assert [p.id for p in chunk(source)] == [p.id for p in chunk(source)]


def test_passages_end_at_sentence_ends_and_headings_open_them() -> None:
    """No sentence is cut that fits, and a heading stands with the text below it."""
    text = "# One\n\n" + "A sentence of some length stands here. " * 40 + "\n\n# Two\n\nThe end."
    passages = chunk(Source("s", "T", text, "sha"), 300)
    assert all(passage.text.rstrip().endswith(".") for passage in passages)
    assert passages[-1].text.startswith("# Two")
    assert passages[-1].heading == "Two"
    assert max(len(passage.text) for passage in passages) <= 300


@pytest.mark.parametrize("length", [1, 5000])
def test_passage_knows_its_page(length: int) -> None:
    """A passage's page is the one its first character stands on."""
    text = "a " * length + "\n\nSecond page starts here."
    start = text.index("Second")
    passages = chunk(Source("s", "T", text, "sha", (0, start)), 100)
    assert passages[0].page == 1
    assert passages[-1].page == 2 or passages[-1].start < start
