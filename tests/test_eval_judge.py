"""The judge: a verdict is a whole reply, everything else is counted as no verdict."""

from itertools import cycle

import pytest

from eval.judge import judge, parse_vote


@pytest.mark.parametrize(
    ("reply", "vote"),
    [
        ("supported", "supported"),
        ("Supported.", "supported"),
        ("  **SUPPORTED**\n", "supported"),
        ('"partial"', "partial"),
        ("unsupported", "unsupported"),
        ("NOT_ATTEMPTED", "UNPARSEABLE"),
        ("INCORRECT", "UNPARSEABLE"),
        ("No. The eyes are not mentioned.", "UNPARSEABLE"),
        ("not supported", "UNPARSEABLE"),
        ("supported, partially", "UNPARSEABLE"),
        ("supported or unsupported", "UNPARSEABLE"),
        ("The sentence is supported.", "UNPARSEABLE"),
        ("yes", "UNPARSEABLE"),
        ("1", "UNPARSEABLE"),
        ("", "UNPARSEABLE"),
    ],
)
def test_only_a_whole_verdict_word_is_a_vote(reply: str, vote: str) -> None:
    """A verdict word inside another word or a sentence is no verdict."""
    assert parse_vote(reply) == vote


def test_votes_give_mean_and_spread() -> None:
    """Two votes of 1 and one of 0: mean 2/3, standard deviation sqrt(2)/3."""
    replies = cycle(["supported", "unsupported", "supported"])
    found = judge("Kim met Belousov.", "Kim met Belousov.", lambda _: next(replies))
    assert found.score == pytest.approx(2 / 3)
    assert found.spread == pytest.approx(2**0.5 / 3)
    assert found.unparseable == 0


def test_unparseable_votes_are_counted_and_left_out() -> None:
    """A reply that is no verdict lowers no score."""
    replies = cycle(["supported", "INCORRECT"])
    found = judge("a", "b", lambda _: next(replies), votes=4)
    assert (found.score, found.unparseable) == (1.0, 2)


def test_no_verdict_at_all_is_no_opinion() -> None:
    """Without one parsed vote there is no score."""
    found = judge("a", "b", lambda _: "I cannot say.")
    assert (found.score, found.spread, found.unparseable) == (None, None, 3)


def test_prompt_holds_claim_and_passage_as_they_are() -> None:
    """Braces in a text are text."""
    prompts: list[str] = []

    def complete(prompt: str) -> str:
        prompts.append(prompt)
        return "partial"

    judge("{x} rose", "the {claim} of {evidence}", complete, votes=1)
    assert "the {claim} of {evidence}" in prompts[0]
    assert "{x} rose" in prompts[0]


def test_judge_needs_a_vote() -> None:
    """No votes is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one"):
        judge("a", "b", str, votes=0)
