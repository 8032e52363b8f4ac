"""A quotation stands in the source word for word, or it does not."""

import pytest

from qa.writing.quotation import quotations, stands_in

SOURCE = (
    "He said: “We shall *not* yield – not\nthis year.”[12] It’s the 'old  guard', she noted. "
    "The end came in 2021."
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('He said "we left" and “they came”.', ["we left", "they came"]),
        ("Er sagte „wir gehen“ und «ils partent» und 「行く」.", ["wir gehen", "ils partent", "行く"]),
        ("It's the company's and the workers' own.", []),
        ("She called it 'an old story' today.", ["an old story"]),
        ("The 'West' is here.", []),
        ('It is 5\'10" tall and 6" wide.', []),
        ("He said ‘we will go’ to them.", ["we will go"]),
    ],
)
def test_quotations_are_told_from_apostrophes(text: str, found: list[str]) -> None:
    """All usual marks are read, apostrophes and inches are not."""
    assert quotations(text) == found


@pytest.mark.parametrize(
    "quotation",
    [
        "We shall not yield",
        "we shall not yield - not this year",
        "not this year.",
        "not this year.” It's the ‘old guard’",
        "We shall … this year",
        "We shall [...] not this year",
        "The end came in 2021",
    ],
)
def test_verbatim_quotations_stand(quotation: str) -> None:
    """White space, quote marks, dashes, emphasis, notes and omissions do not count."""
    assert stands_in(quotation, [SOURCE])


@pytest.mark.parametrize(
    "quotation",
    [
        "We shall yield",
        "we shall never yield",
        "this year … we shall",
        "the end came in 2022",
        "old guards",
        "e end came",
    ],
)
def test_altered_quotations_do_not_stand(quotation: str) -> None:
    """A word more, less or other is enough."""
    assert not stands_in(quotation, ["nothing here", SOURCE])
