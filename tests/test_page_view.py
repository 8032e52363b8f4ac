"""An Answer on the page: markers become chips, everything else stays text."""

from collections.abc import Sequence
from dataclasses import replace
from html import unescape

import pytest

from page.library import Library
from page.markup import blocks, inline, sentence_places
from page.pane import Lit, source_pane
from page.place import Document
from page.searched import searched
from page.session import shared_desk
from page.strings import ENGLISH, LANGUAGES, spoken
from page.view import pending, turn
from qa.answer import Answer, Sentence
from qa.engine import QueryEngine

BAD = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def library(article_engine: QueryEngine) -> Library:
    """The bundled article, as the page looks things up in it."""
    return shared_desk(article_engine, ENGLISH).library


@pytest.fixture(scope="module")
def answer(article_engine: QueryEngine) -> Answer:
    """An answer with at least one citation."""
    return article_engine.ask("Who did Kim Jong Un meet?")


def test_each_citation_is_a_chip_and_a_footnote_with_its_quote(answer: Answer, library: Library) -> None:
    """The chip names place and quote for those who do not see; the footnote lights the very words."""
    html = turn(answer, 0, library)
    for citation in answer.citations:
        assert f'class="fn-chip" data-turn="0" data-n="{citation.n}"' in html
    assert html.count("<mark>") == len(answer.citations)
    assert library.place(answer.citations[0].source, answer.citations[0].start) in html


def test_whatever_is_shown_is_escaped(answer: Answer, library: Library) -> None:
    """A script in a question, an answer, a warning or a stream stays text."""
    bad = replace(answer, question=BAD, text=f"{BAD} [1]", warnings=(BAD,), standalone=f"{BAD} {BAD}")
    for html in (turn(bad, 0, library), searched(bad, library), pending(BAD, BAD, ENGLISH)):
        assert "<script" not in html
        assert "&lt;script&gt;" in html


def test_a_marker_that_points_nowhere_is_no_chip(answer: Answer, library: Library) -> None:
    """An invented [99] is shown for what it is."""
    html = turn(replace(answer, text="Said so. [99]", sentences=(), citations=()), 0, library)
    assert "fn-chip" not in html
    assert 'class="fn-nochip"' in html


def test_doubtful_sentences_say_why_and_are_counted(answer: Answer, library: Library) -> None:
    """Nothing for a supported sentence; for the other, a reason beside it and a count above."""
    text = "He met Andrei Belousov. [1] He met the Pope. [1]"
    sentences = (
        Sentence("He met Andrei Belousov.", (1,), "supported", 1.0),
        Sentence("He met the Pope.", (1,), "unsupported", 0.1),
    )
    html = turn(replace(answer, text=text, sentences=sentences), 0, library)
    assert "1 of 2 sentences supported" in html
    assert html.count('class="fn-verdict"') == 1
    assert html.index("the Pope") < html.index(ENGLISH["unsupported"])


def test_a_source_that_changed_is_not_quoted_from(answer: Answer, library: Library) -> None:
    """Another sha256 means that the offsets may point elsewhere: the old quote stands, without a place."""
    stale = replace(answer, citations=tuple(replace(c, sha256="0" * 64) for c in answer.citations))
    html = turn(stale, 0, library)
    assert ENGLISH["source_changed"] in html
    assert answer.citations[0].quote.split()[0] in html


def test_a_refusal_says_so_and_shows_the_nearest_passage(
    article_engine: QueryEngine, library: Library
) -> None:
    """One line, then where to look."""
    html = turn(article_engine.ask("How do I bake sourdough bread?"), 0, library)
    assert ENGLISH["not_in_source"] in html
    assert "fn-nearest" in html
    assert "fn-chip" not in html


def test_bold_and_lists_are_all_the_markup_there_is() -> None:
    """`**10,000**` is bold, `- ` opens an item, an asterisk or an angle bracket is itself."""
    chip = "({})".format
    assert inline("over **10,000** <b> [1, 2]", chip) == "over <strong>10,000</strong> &lt;b&gt;(1)(2)"
    text = "Two things:\n- one\n- two\n\n1. first"
    assert [(kind, [text[a:b] for a, b in spans]) for kind, spans in blocks(text)] == [
        ("p", ["Two things:"]),
        ("ul", ["one", "two"]),
        ("ol", ["first"]),
    ]


@pytest.mark.parametrize(
    ("text", "sentences", "found"),
    [
        ("One is **10**. [1] Two. [2]", ["One is 10.", "Two."], ["One is **10**. [1]", "Two. [2]"]),
        ("As in [5] it says. [1]", ["As in [5] it says."], ["As in [5] it says. [1]"]),
        ("Nothing here.", ["Elsewhere."], [None]),
    ],
)
def test_sentences_are_found_through_bold_and_markers(
    text: str, sentences: Sequence[str], found: Sequence[str | None]
) -> None:
    """By letters and digits, in order, with the markers that follow."""
    places = sentence_places(text, sentences)
    assert [place and text[place[0] : place[1]] for place in places] == found


def test_lit_words_are_exactly_the_quote(article_engine: QueryEngine, answer: Answer) -> None:
    """Every mark of a footnote, joined, is its quote; overlapping footnotes share marks and lose nothing."""
    citation = answer.citations[0]
    document = Document(article_engine.store.passages([citation.source]))
    lit = [Lit("1", citation.start, citation.end), Lit("2", citation.start + 5, citation.end - 5)]
    html = source_pane(document, lit, "1", ENGLISH)
    marks = [part.partition("</mark>")[0].partition(">")[2] for part in html.split("<mark ")[1:]]
    assert len(marks) == 3
    assert unescape("".join(marks)) == citation.quote
    assert 'data-n="1 2"' in html


def test_every_language_fills_every_gap_it_is_given() -> None:
    """A translation uses the placeholders of the English words, no others."""
    for words in LANGUAGES.values():
        for key, text in words.items():
            assert set(_gaps(text)) == set(_gaps(ENGLISH[key])), (words["language"], key)
    assert spoken("ar-EG,en;q=0.5")["language"] == "ar"
    assert spoken("fi")["language"] == "en"


def _gaps(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]
