"""Footnote numbers of a conversation."""

from hypothesis import given
from hypothesis import strategies as st

from qa.answer import Answer, Citation, Sentence
from qa.talk.ledger import Ledger, key_of, map_markers, renumber


def cite(n: int, start: int, source: str = "a.md", sha256: str = "1") -> Citation:
    """A citation of five characters."""
    return Citation(n, source, "A", sha256, start, start + 5, "quote", f"p{start}")


def answer(text: str, *citations: Citation, sentences: tuple[Sentence, ...] = ()) -> Answer:
    """An answer with nothing but its text and citations."""
    return Answer("Q?", "Q?", "answered", text, "extractive", 0.9, sentences, citations)


def test_a_span_cited_again_keeps_its_number() -> None:
    """The second answer's [1] is the span that the first called [2]: it is shown as [2]."""
    first = answer("One. [1] Two. [2]", cite(1, 0), cite(2, 10))
    sentence = Sentence("Two again.", (1,), "supported", 1.0)
    second = renumber(answer("Two again. [1]", cite(1, 10), sentences=(sentence,)), Ledger.of([first]))
    assert second.text == "Two again. [2]"
    assert [c.n for c in second.citations] == [2]
    assert second.sentences[0].citations == (2,)


def test_the_same_place_in_a_changed_source_is_another_footnote() -> None:
    """A new version of the source gets a new number: [1] goes on meaning the old words."""
    ledger = Ledger.of([answer("One. [1]", cite(1, 0))])
    assert renumber(answer("One. [1]", cite(1, 0, sha256="2")), ledger).text == "One. [2]"


def test_numbers_that_swap_are_mapped_at_once() -> None:
    """[1] and [2] change places without one overwriting the other; "[1, 2]" becomes two markers."""
    ledger = Ledger.of([answer("", cite(1, 0), cite(2, 10))])
    swapped = renumber(answer("X [1][2]. Y [1, 2].", cite(1, 10), cite(2, 0)), ledger)
    assert swapped.text == "X [2][1]. Y [2][1]."


def test_a_marker_without_a_citation_does_not_come_to_mean_another_footnote() -> None:
    """An invented [2] would point to the first answer's second footnote: it is shown as [?]."""
    ledger = Ledger.of([answer("", cite(1, 0), cite(2, 10))])
    assert renumber(answer("True [1]. Made up [2].", cite(1, 20)), ledger).text == "True [3]. Made up [?]."


def test_a_bracketed_number_of_the_source_stays() -> None:
    """A quoted sentence that holds "[1]" itself is left as it stands in the source."""
    ledger = Ledger.of([answer("", cite(1, 0))])
    quoted = Sentence("Rivers rose [1] that year.", (1,), "supported", 1.0)
    shown = renumber(answer("Rivers rose [1] that year. [1]", cite(1, 50), sentences=(quoted,)), ledger)
    assert shown.text == "Rivers rose [1] that year. [2]"


@given(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True), max_size=6))
def test_a_number_never_changes_its_meaning(talk: list[list[int]]) -> None:
    """Through any conversation, numbers and spans are one to one and text, sentences and citations agree."""
    said: list[Answer] = []
    for starts in talk:
        raw = answer(
            " ".join(f"S. [{n}]" for n in range(1, len(starts) + 1)),
            *(cite(n, start) for n, start in enumerate(starts, 1)),
        )
        said.append(renumber(raw, Ledger.of(said)))
    meanings = {(c.n, key_of(c)) for a in said for c in a.citations}
    assert len({n for n, _ in meanings}) == len({key for _, key in meanings}) == len(meanings)
    assert sorted({n for n, _ in meanings}) == list(range(1, len(meanings) + 1))
    for a, starts in zip(said, talk, strict=True):
        assert [c.start for c in a.citations] == starts
        assert a.text == " ".join(f"S. [{c.n}]" for c in a.citations)


def test_map_markers_shows_each_number_as_asked() -> None:
    """The numbers outside quoted sentences are handed to the caller."""
    assert map_markers(answer("A [1]. B [12]."), lambda n: f"[^{n}]") == "A [^1]. B [^12]."
