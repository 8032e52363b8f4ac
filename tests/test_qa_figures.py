"""Figures and times that a source does not hold are found."""

import pytest

from qa.writing.figures import absent_figures

SOURCE = (
    "On Friday three ships and 10,000 crates came; earlier this month 2.5 million left. It may rain in March."
)


@pytest.mark.parametrize(
    ("claim", "absent"),
    [
        ("On Friday 3 ships and over 10,000 crates came.", []),
        ("It was 2,500,000 this month.", []),
        ("They may come in March.", []),
        ("On Monday 12,000 crates came in July.", ["12,000", "Monday", "July"]),
        ("It happened last year.", ["last year"]),
        ("Two ships left.", []),
    ],
)
def test_absent_figures(claim: str, absent: list[str]) -> None:
    """By value for digits, by words for times; number words are the checker's business."""
    assert absent_figures(claim, [SOURCE]) == absent
