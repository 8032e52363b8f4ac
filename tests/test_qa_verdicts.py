"""Verdicts, exact spans and warnings for sentences as models write them, on the bundled article."""

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from index.passage import Passage
from index.source import ARTICLE, read_source
from qa.answer import Sentence
from qa.check import Ground
from qa.writing.cite import Written, parse
from qa.writing.span import widen
from qa.writing.verdict import Footnotes, footnoted

REPLIES = [
    json.loads(line) for line in (Path(__file__).parent / "replies.jsonl").read_text("utf-8").splitlines()
]
MISSILES, DELIVERIES, CONFIRMED, MEETING = 10, 7, 8, 2  # paragraphs of the article


@lru_cache
def paragraphs() -> tuple[Passage, ...]:
    """The article's paragraphs as passages, so that no change of chunks or ranking moves the set."""
    source, found, at = read_source(ARTICLE), [], 0
    for text in source.text.split("\n\n"):
        start, at = at, at + len(text) + 2
        found.append(
            Passage(f"p{start}", source.name, source.title, source.sha256, start, start + len(text), text)
        )
    return tuple(found)


def check(reply: str, *shown: Passage) -> Footnotes:
    """The sentences of a reply, checked against the passages shown."""
    footnotes = Footnotes(Ground(shown), shown)
    for written in parse(reply, len(shown)).sentences:
        footnotes.add(written)
    return footnotes


def one(reply: str, *numbers: int) -> tuple[Sentence, Footnotes]:
    """The one sentence of a reply, checked against paragraphs of the article."""
    footnotes = check(reply, *(paragraphs()[n] for n in numbers))
    (sentence,) = footnotes.sentences
    return sentence, footnotes


def test_supported_sentence_cites_the_exact_span() -> None:
    """The quote is the source's own slice, and the sentence that says it."""
    sentence, notes = one("Biden gave Ukraine permission to use ATACMS missiles [1].", MISSILES, CONFIRMED)
    assert sentence.verdict == "supported"
    (citation,) = notes.citations
    assert read_source(ARTICLE).text[citation.start : citation.end] == citation.quote
    assert "ATACMS" in citation.quote
    assert notes.notes == []


def test_misattributed_sentence_says_which_passage_holds_it() -> None:
    """The right passage is cited, and a warning names both."""
    sentence, notes = one("Biden gave Ukraine permission to use ATACMS missiles [2].", MISSILES, CONFIRMED)
    assert sentence.verdict == "misattributed"
    assert "ATACMS" in notes.citations[0].quote
    assert notes.notes == ["Sentence 1 was given with passage 2, but it is passage 1 that says so."]


def test_uncited_sentence_is_offered_its_passage() -> None:
    """No marker, but a passage says so."""
    sentence, notes = one("Biden gave Ukraine permission to use ATACMS missiles.", CONFIRMED, MISSILES)
    assert sentence.verdict == "uncited"
    assert sentence.citations == (1,)
    assert "ATACMS" in notes.citations[0].quote


def test_unsupported_sentence_without_marker_cites_nothing() -> None:
    """There is nothing to offer."""
    sentence, notes = one("Bananas ripen faster inside paper bags.", MISSILES, CONFIRMED)
    assert sentence.verdict == "unsupported"
    assert notes.citations == []


def test_false_quotation_is_flagged_and_named() -> None:
    """Whatever else is right in the sentence."""
    said = "On Friday Kim met Andrei Belousov, Russia's minister, and called him “my dear old comrade” [1]."
    sentence, notes = one(said, MEETING, CONFIRMED)
    assert (sentence.verdict, sentence.support) == ("unsupported", 0.0)
    assert "“my dear old comrade”" in notes.notes[0]


def test_quotation_from_another_passage_is_not_supported_by_the_cited_one() -> None:
    """It stands in the source, but not where the marker points."""
    sentence, _ = one(
        'South Korea\'s spy agency counts "over 10,000 containers of ammunition" [2].', DELIVERIES, CONFIRMED
    )
    assert sentence.verdict != "supported"


def test_the_same_span_keeps_its_number() -> None:
    """Two sentences from one place share a footnote."""
    said = "Biden gave Ukraine permission to use ATACMS missiles [1]."
    notes = check(f"{said} {said}", paragraphs()[MISSILES])
    assert [s.citations for s in notes.sentences] == [(1,), (1,)]
    assert len(notes.citations) == 1


def test_a_claim_from_two_sentences_is_given_both() -> None:
    """The span grows over a neighbour that holds what is missing, and no further than needed."""
    passage = paragraphs()[CONFIRMED]
    first = passage.text.index("Even so")
    claim = "The government has not confirmed sending troops; the cooperation caused international alarm."
    start, end = widen(claim, passage, passage.start, passage.start + first - 1)
    assert (start, end) == (passage.start, passage.end)
    alone = widen(
        "The government has not officially confirmed it.", passage, passage.start, passage.start + first - 1
    )
    assert alone == (passage.start, passage.start + first - 1)


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("Kim left [1]. Lee stayed [2].", "Kim left. [1] Lee stayed. [2]"),
        ("- Kim left [1]\n- Lee stayed [2]", "- Kim left [1]\n- Lee stayed [2]"),
        ("Here is the answer:\n\nKim left [1].", "Here is the answer:\n\nKim left. [1]"),
        ("| Who |\n|---|\n| Kim [1] |\n| Lee [2] |", "| Who |\n|---|\n| Kim [1] |\n| Lee [2] |"),
    ],
)
def test_footnotes_stand_behind_their_sentences(reply: str, text: str) -> None:
    """The reply keeps its layout."""
    parsed = parse(reply, 2)
    assert (
        footnoted(parsed, [Sentence(w.text, w.markers, "supported", 1.0) for w in parsed.sentences]) == text
    )


def test_sentences_left_out_leave_no_trace() -> None:
    """Neither their words nor their markers."""
    parsed = parse("Kim left [1]. Lee stayed [2].", 2)
    assert footnoted(parsed, [None, Sentence("Lee stayed.", (1,), "supported", 1.0)]) == "Lee stayed. [1]"


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, str, str]]:
    """(label, verdict, text) of every sentence of the careless replies."""
    rows = []
    for reply in REPLIES:
        shown = [paragraphs()[n] for n in reply["paragraphs"]]
        shown += [
            Passage(f"x{i}", "note.txt", "Note", "0", 0, len(t), t)
            for i, t in enumerate(reply.get("extra", ()))
        ]
        notes = check(reply["reply"], *shown)
        verdicts = [sentence.verdict for sentence in notes.sentences]
        texts = [sentence.text for sentence in notes.sentences]
        rows += list(zip(reply["labels"], verdicts, texts, strict=True))
    return rows


def test_the_set_is_large_and_mixed() -> None:
    """At least 40 replies, and every way of being careless."""
    labels = Counter(label for reply in REPLIES for label in reply["labels"])
    assert len(REPLIES) >= 40
    assert set(labels) == {
        "ok", "number", "name", "attribution", "negated", "half", "wrong_passage", "false_quote", "knowledge",
        "injected",
    }  # fmt: skip


@pytest.mark.parametrize("label", ["false_quote", "number"])
def test_every_false_quotation_and_wrong_figure_is_flagged(
    label: str, judged: list[tuple[str, str, str]]
) -> None:
    """These two a reader cannot see by themselves."""
    assert [text for kind, verdict, text in judged if kind == label and verdict == "supported"] == []


def test_at_least_85_percent_of_the_bad_sentences_are_flagged(judged: list[tuple[str, str, str]]) -> None:
    """Of all kinds together."""
    missed = [(kind, text) for kind, verdict, text in judged if kind != "ok" and verdict == "supported"]
    assert len(missed) <= 0.15 * sum(kind != "ok" for kind, _, _ in judged), missed


def test_at_most_10_percent_of_the_good_sentences_are_flagged(judged: list[tuple[str, str, str]]) -> None:
    """A checker that cries wolf is soon ignored."""
    wolves = [text for kind, verdict, text in judged if kind == "ok" and verdict != "supported"]
    assert len(wolves) <= 0.10 * sum(kind == "ok" for kind, _, _ in judged), wolves


def test_a_written_sentence_without_words_is_no_crash() -> None:
    """The checker may be handed anything."""
    notes = Footnotes(Ground(paragraphs()[:3]), paragraphs()[:3])
    assert notes.add(Written("?!", (1,), 0, 2)) is not None
