"""A question's shape and the kind of words that answer it."""

import pytest

from qa.quoting.shapes import kind_of, shape_of


@pytest.mark.parametrize(
    ("question", "shape"),
    [
        ("hi", "greeting"),
        ("Hello there!", "greeting"),
        ("Thank you very much!", "thanks"),
        ("What can you do?", "help"),
        ("how does this work", "help"),
        ("help", "help"),
        ("Summarise", "overview"),
        ("What is this article about?", "overview"),
        ("what's this about", "overview"),
        ("Give me the key points, please.", "overview"),
        ("tl;dr", "overview"),
        ("Summarise the reaction to the new weapons.", "topic"),
        ("Tell me about the harbour", "topic"),
        ("Which weapons has the North sent?", "list"),
        ("List the ships.", "list"),
        ("What is the capital of Australia?", "fact"),
        ("Hello, who is the harbour master?", "fact"),
        ("help me understand the pact", "fact"),
        ("What does the report say about the harbour?", "fact"),
        ("?", "fact"),
    ],
)
def test_shape(question: str, shape: str) -> None:
    """Small talk and overviews are told by the whole question; one with matter in it is neither."""
    assert shape_of(question) == shape


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who was the harbour master?", "person"),
        ("Whose idea was it?", "person"),
        ("When was it dredged?", "time"),
        ("In what year did she come?", "time"),
        ("wen was it dredged", "time"),
        ("Where is the harbour?", "place"),
        ("Which country is it in?", "place"),
        ("How many ships a day does it take?", "number"),
        ("Why was it dredged?", "reason"),
        ("What was the reason for the delay?", "reason"),
        ("To what end was it dredged?", "reason"),
        ("What did the ships cost?", "number"),
        ("What did it cost him to leave?", "thing"),
        ("How was it dredged?", "manner"),
        ("Was the harbour dredged?", "yes-no"),
        ("And does it take ships?", "yes-no"),
        ("What is the harbour called?", "thing"),
        ("harbour", "thing"),
        ("", "thing"),
    ],
)
def test_kind(question: str, kind: str) -> None:
    """The form of a question tells what kind of words would answer it."""
    assert kind_of(question) == kind
