"""What earlier answers told moves the choice of sentences: towards what stands beside it, or away from it."""

import pytest

from index.passage import Passage
from qa.engine import QueryEngine
from qa.quoting.reading import ReadPassage
from qa.standalone import Turn
from qa.talk.told import AGAIN, BESIDE, REPEATED, preference

TEXT = "Mills grind flour. Anna built one. It burnt down soon. Bees make honey. Cows give milk."


@pytest.fixture
def read(article_engine: QueryEngine) -> list[ReadPassage]:
    """The five sentences as two passages, the later first, as retrieval may bring them."""
    middle = TEXT.index("Bees")
    parts = [
        Passage(f"p{start}", "s", "S", "0", start, end, TEXT[start:end])
        for start, end in ((middle, len(TEXT)), (0, middle))
    ]
    return article_engine._extractor._judge.reader.passages(parts)


def test_sentences_beside_the_one_last_told_are_preferred(read: list[ReadPassage]) -> None:
    """Before and after it, across the ends of passages; two places away half as much; itself not."""
    added = preference("Anna built one. [1]", ())
    assert added is not None
    assert list(added(read)) == [BESIDE / 2, 0.0, BESIDE, 0.0, BESIDE]


def test_where_another_is_meant_what_was_told_is_avoided(read: list[ReadPassage]) -> None:
    """In any of the answers before."""
    added = preference("", ("Anna built one.", "Cows give milk."))
    assert added is not None
    assert list(added(read)) == [0.0, REPEATED, 0.0, REPEATED, 0.0]


def test_its_reason_may_stand_elsewhere(read: list[ReadPassage]) -> None:
    """Asked why, what was told is rather not told again; a little, as it may hold the reason."""
    added = preference("", (), "It burnt down soon.")
    assert added is not None
    assert list(added(read)) == [0.0, 0.0, 0.0, 0.0, AGAIN]
    assert REPEATED < AGAIN < 0


def test_an_answer_in_other_words_prefers_nothing(read: list[ReadPassage]) -> None:
    """What cannot be found in the passages stands beside nothing; without answers there is no preference."""
    added = preference("Something quite different.", ())
    assert added is not None
    assert not added(read).any()
    assert preference("", ()) is None


TALK: list[Turn] = [
    {"role": "user", "content": "What did Kim and Putin put their signatures to?"},
    {
        "role": "assistant",
        "content": "In June, at a summit of Kim and Russian President Vladimir Putin, the two countries had "
        "already signed a comprehensive strategic partnership agreement that contains a mutual defence "
        "pact. [1]",
    },
]


def test_the_other_one_is_not_the_one_told(article_engine: QueryEngine) -> None:
    """A correction gets the other summit first."""
    answer = article_engine.ask("No, I meant the other summit. When was that one?", TALK)
    assert "September 2023" in answer.citations[0].quote


def test_another_name_is_answered_in_the_kind_of_the_question_before(article_engine: QueryEngine) -> None:
    """After what North Korea gains, "And Russia?" asks what Russia gains."""
    talk: list[Turn] = [
        {"role": "user", "content": "What does North Korea stand to gain from the alliance?"},
        {
            "role": "assistant",
            "content": "For North Korea, siding with Russia opens a way to obtain vital resources, advanced "
            "military technology and weapons among them. [1]",
        },
    ]
    answer = article_engine.ask("And Russia?", talk)
    assert answer.standalone == "What does Russia stand to gain from the alliance?"
    assert answer.citations[0] == article_engine.ask(answer.standalone).citations[0]
    assert any(citation.quote.startswith("Russia, for its part") for citation in answer.citations)
