"""Facts in text: numbers have values, words of one fact have one stem, differences are found."""

import pytest

from qa.grounding.claim import read_claim
from qa.grounding.contrast import contrast
from qa.grounding.facts import unspaced, words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10,000", 10_000),
        ("ten thousand", 10_000),
        ("3.5 million", 3_500_000),
        ("twenty five", 25),
        ("2003", 2003),
        ("400 , 000", 400_000),
        ("a dozen", None),
        ("¾", None),
    ],
)
def test_numbers_have_values(text: str, value: float | None) -> None:
    """In digits or words, of one word or several."""
    assert words(unspaced(text))[0].number == value if text[0] != "¾" else words(text) is not None


def test_spellings_share_a_stem_and_possessives_are_dropped() -> None:
    """U.S. is US, Kim's is Kim."""
    assert [w.low for w in words("U.S. Kim’s")] == ["us", "kim"]


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("i ' m not sure , but i do know that it was founded in 1893 .", "it was founded in 1893 ."),
        ("i love pepsi . it was originally created in 1893 .", "it was originally created in 1893 ."),
        ("* Dizziness (Passage 3)", "Dizziness"),
        ("Based on the given passages, cats sleep.", "cats sleep."),
        ("No Chinese translation is known.", "No Chinese translation is known."),
    ],
)
def test_lead_ins_and_chat_are_no_claim(sentence: str, claim: str) -> None:
    """What only leads in is left out; a "No" that denies stays."""
    assert read_claim(sentence).text == claim


def test_talk_about_the_answer_claims_nothing() -> None:
    """There is nothing in it to find in a source."""
    assert read_claim("Let me know if you have any further questions.").matter == ()


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Prices have risen.", "Prices have not risen."),
        ("Prices have not risen.", "Prices have risen."),
        ("He never confirmed the report.", "He confirmed the report."),
    ],
)
def test_negation_on_one_side_is_found(claim: str, source: str) -> None:
    """Either side may be the one that denies."""
    assert contrast(words(claim), words(source), set()).negated


def test_same_negation_in_other_words_is_none() -> None:
    """Both deny it."""
    assert not contrast(words("Prices did not rise."), words("Prices never rise."), set()).negated


def test_speaker_is_compared() -> None:
    """According to X, and X said."""
    found = contrast(words("According to Putin, it rained."), words("It rained, Kim said."), set())
    assert found.speakers == ("Putin", "Kim")


def test_a_hedge_in_other_words_is_still_one() -> None:
    """Nothing is made more certain than it was."""
    assert not contrast(words("It may have rained."), words("It perhaps rained."), set()).hedged
    assert not contrast(words("Reportedly it rained."), words("It rained, it seems."), set()).hedged


def test_possible_is_not_certain() -> None:
    """A hedge of the source that the claim drops is found."""
    assert contrast(words("They were sent."), words("They were reportedly sent."), set()).hedged
