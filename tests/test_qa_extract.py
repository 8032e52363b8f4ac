"""The answerer that quotes: what it picks, how it lays it out, and when it says no."""

import json
from pathlib import Path

import numpy as np
import pytest

from index.embed import MiniLM
from qa.engine import QueryEngine
from qa.extract import QUOTED_CHARS, Extraction
from qa.quoting.features import ANSWER_SIGNS, SENTENCE_NAMES
from qa.quoting.layout import NOT_IN_SOURCE
from qa.quoting.quote import counts
from qa.quoting.scorer import WEIGHTS, Scorer
from qa.quoting.spelling import distance

REPORT = """# The harbour of Oldport

The harbour of Oldport was dredged in 1998 because sand had closed its mouth. It takes 40 ships a day.

Marta Ruiz has been harbour master since 2015. Before that she sailed tankers for a shipping line in Bergen. \
She said the new crane would double the trade in timber.

The market hall beside the quay sells fish, bread and cheese on Saturdays. \
Visitors reach it by the ferry from Norhaven.
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> QueryEngine:
    """An engine over a short report."""
    folder = tmp_path_factory.mktemp("report")
    path = folder / "oldport.md"
    path.write_text(REPORT, encoding="utf-8")
    return QueryEngine.open(str(path), store=str(folder / "store"))


def extract(engine: QueryEngine, question: str) -> Extraction:
    """What the answerer says to a question."""
    return engine._extractor.extract(question, engine.retriever.retrieve(question, 5))


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("When was the harbour dredged?", "in 1998"),
        ("Why was the harbour dredged?", "because sand"),
        ("How many ships does it take a day?", "40 ships"),
        ("Who is the harbour master?", "Marta Ruiz"),
        ("what is sold in the market hall", "fish, bread and cheese"),
        ("Where does the ferry come from?", "ferry from Norhaven"),
        ("wen was the harber dreged", "in 1998"),
        ("ferry?", "ferry from Norhaven"),
    ],
)
def test_the_first_quote_holds_the_answer(engine: QueryEngine, question: str, holds: str) -> None:
    """Facts, reasons, misspelt questions and single words find their sentence, and it comes first."""
    found = extract(engine, question)
    assert found.status == "answered"
    assert holds in found.quotes[0].text


def test_every_quote_stands_in_the_source(engine: QueryEngine) -> None:
    """A quote, and the words in bold within it, are slices of the source."""
    for question in [
        "Who is Marta Ruiz?",
        "What is this about?",
        "Which goods are sold?",
        "When was it dredged?",
    ]:
        for quote in extract(engine, question).quotes:
            assert REPORT[quote.start : quote.end] == quote.text
            assert all(quote.start <= start < end <= quote.end for start, end in quote.bold)


@pytest.mark.parametrize(
    ("question", "bold"),
    [("When was the harbour dredged?", "**1998**"), ("How many ships does it take a day?", "**40**")],
)
def test_the_answering_words_are_bold(engine: QueryEngine, question: str, bold: str) -> None:
    """Where only one number or date can be meant, it is marked in the text, and only there."""
    found = extract(engine, question)
    assert bold in found.text
    assert "**" not in found.quotes[0].text


def test_a_pointer_to_another_text_is_no_further_quote(article_engine: QueryEngine) -> None:
    """The line ALSO READ answers who asks for it, and is said besides nothing else."""
    asked = extract(article_engine, "Who is complaining of a 'Political Hijacking'?")
    assert any("ALSO READ" in quote.text for quote in asked.quotes[:1])
    for question in ("What is KCNA?", "When did they meet in June?", "How does Moscow justify its actions?"):
        assert not any("ALSO READ" in quote.text for quote in extract(article_engine, question).quotes[1:])


def test_a_refusal_takes_no_question_word_for_a_name(engine: QueryEngine) -> None:
    """Who asks What UN body names the UN."""
    assert "What" not in extract(engine, "What UN body met in Geneva?").text


def test_a_pronoun_brings_the_sentence_that_says_who(engine: QueryEngine) -> None:
    """A quote that opens with "She" starts a sentence earlier, where its name stands or nearer to it."""
    found = extract(engine, "What would the new crane do?")
    assert found.quotes[0].text.startswith("Before that she sailed tankers")
    assert found.quotes[0].text.endswith("trade in timber.")


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Australia?",
        "How do I reset my router?",
        "Who painted the Mona Lisa?",
        "qwrt zxcv",
        "?",
    ],
)
def test_a_question_about_something_else_is_refused(engine: QueryEngine, question: str) -> None:
    """Off the topic: no quote, and a text that says so."""
    found = extract(engine, question)
    assert (found.status, found.quotes) == ("not_in_source", ())
    assert found.text.startswith(NOT_IN_SOURCE)
    assert 0.0 <= found.confidence < 0.5


def test_a_refusal_names_who_is_never_mentioned(engine: QueryEngine) -> None:
    """The reader learns which name of the question the source does not know."""
    assert extract(engine, "Who painted the Mona Lisa?").text == (
        f"{NOT_IN_SOURCE} It never mentions Mona Lisa."
    )


@pytest.mark.parametrize("question", ["Hello!", "thanks", "What can you do?"])
def test_small_talk_is_answered_without_a_search(engine: QueryEngine, question: str) -> None:
    """A greeting, thanks or a cry for help is no failed search, and quotes nothing."""
    found = extract(engine, question)
    assert (found.status, found.quotes) == ("answered", ())
    assert NOT_IN_SOURCE not in found.text


def test_an_overview_runs_in_the_order_of_the_text(article_engine: QueryEngine) -> None:
    """Several sentences from different places, each on a line with its marker, none that leans on another."""
    found = extract(article_engine, "What is this article about?")
    starts = [quote.start for quote in found.quotes]
    assert len(starts) >= 3
    assert starts == sorted(starts)
    lines = found.text.split("\n")
    assert all(
        line == f"- {q.marked} [{n}]" for n, (line, q) in enumerate(zip(lines, found.quotes, strict=True), 1)
    )
    assert not any(quote.text.startswith(("He ", "This ", "#", "*")) for quote in found.quotes)


def test_an_answer_is_short(article_engine: QueryEngine) -> None:
    """At most three sentences for a fact, and no second one past the limit of characters."""
    for question in ["What did Kim say?", "Why is Russia attacking energy plants?"]:
        quotes = extract(article_engine, question).quotes
        assert len(quotes) <= 3
        assert len(quotes) <= 1 or sum(q.end - q.start for q in quotes) <= QUOTED_CHARS


def test_the_same_question_gives_the_same_bytes(engine: QueryEngine, minilm: MiniLM) -> None:
    """Whatever was asked before, and by a fresh reader too."""
    before = extract(engine, "Who is the harbour master?")
    extract(engine, "What is sold on Saturdays?")
    fresh = QueryEngine(engine.store, minilm)
    assert extract(engine, "Who is the harbour master?") == before
    assert extract(fresh, "Who is the harbour master?") == before


def test_no_passages_is_a_refusal(engine: QueryEngine) -> None:
    """Nothing retrieved, nothing said."""
    found = engine._extractor.extract("Who is the harbour master?", [])
    assert (found.status, found.quotes, found.confidence) == ("not_in_source", (), 0.0)


def test_the_packaged_weights_fit_the_features() -> None:
    """The file names the features it was learned for, and they are today's, in today's order."""
    held = json.loads(Path(WEIGHTS).read_text(encoding="utf-8"))
    assert held["sentence_names"] == list(SENTENCE_NAMES)
    scorer = Scorer.packaged()
    closer = np.zeros((2, len(SENTENCE_NAMES)))
    closer[1, SENTENCE_NAMES.index("close by weight")] = 0.5
    low, high = scorer.scores(closer)
    assert high > low


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("norht", "north", 1),
        ("agancy", "agency", 1),
        ("dreged", "dredged", 1),
        ("", "ab", 2),
        ("same", "same", 0),
        ("ca", "abc", 3),
    ],
)
def test_distance(one: str, other: str, slips: int) -> None:
    """Letters added, dropped, changed, or swapped with the next; no pair is edited twice."""
    assert distance(one, other) == slips


@pytest.mark.parametrize(
    ("question", "sentence", "can"),
    [
        ("How many containers?", "Over 10,000 containers of ammunition arrived.", True),
        (
            "How many howitzers were sent?",
            "Howitzers, trucks and over 10,000 containers came.",
            False,
        ),
        ("How many soldiers are there?", "Soldiers were sent to the front.", False),
        ("How many soldiers has the North lost?", "The North sent 10,000 containers north.", False),
        ("How much did it cost?", "It came to 40 euros.", True),
        ("How much did the tickets sell for?", "Tickets cost 12 apiece.", True),
        ("How much did the containers cost?", "Over 10,000 containers of ammunition arrived.", False),
        ("What did the containers cost?", "Over 10,000 containers of ammunition arrived.", False),
        ("What did the mill cost?", "He bought the mill for 40,000 euros.", True),
        ("How much did the old mill cost in euros?", "He bought it for 40,000 euros.", True),
        ("How much payload can the Costa Rica carry?", "She carries 40 tonnes.", True),
        ("Who came?", "Nobody came.", True),
    ],
)
def test_a_number_must_stand_by_what_is_counted(question: str, sentence: str, can: bool) -> None:
    """A sentence tells how many only where a number stands by the thing asked about; how much, elsewhere."""
    assert counts(question, sentence) is can


def test_the_same_words_in_two_sources_are_quoted_once(tmp_path: Path) -> None:
    """A copy of a document adds nothing to an answer."""
    for name in ("one.md", "two.md"):
        (tmp_path / name).write_text(REPORT, encoding="utf-8")
    engine = QueryEngine.open(
        str(tmp_path / "one.md"), str(tmp_path / "two.md"), store=str(tmp_path / "store")
    )
    quotes = [
        " ".join(quote.text.split()) for quote in extract(engine, "When was the harbour dredged?").quotes
    ]
    assert len(quotes) == len(set(quotes))


def test_every_measure_of_an_answer_keeps_its_sign() -> None:
    """No learned weight says that an unknown word or a missing number speaks for an answer."""
    weights = dict(zip(ANSWER_SIGNS, Scorer.packaged().answer, strict=True))
    assert all(ANSWER_SIGNS[name] * weight >= 0 for name, weight in weights.items())


def test_names_are_called_missing_only_in_a_language_of_the_sources(engine: QueryEngine) -> None:
    """Nordhafen may well be the Norhaven that the source writes."""
    assert extract(engine, "Welche Schiffe liegen in Nordhafen?").text == NOT_IN_SOURCE


@pytest.mark.parametrize(
    "text",
    [
        "# When was the harbour dredged?\n\nNobody kept any record of that. The quay is made of stone.",
        "## When was the harbour dredged in 1998?\n\nThe market hall sells fish.",
        "# When was the harbour dredged?",
    ],
)
def test_a_heading_never_speaks_for_an_answer(tmp_path: Path, text: str) -> None:
    """A heading that asks the question is no sign that what stands under it answers."""
    path = tmp_path / "faq.md"
    path.write_text(text, encoding="utf-8")
    asked = QueryEngine.open(str(path), store=str(tmp_path / "store")).ask("When was the harbour dredged?")
    assert (asked.status, asked.citations) == ("not_in_source", ())
    assert asked.confidence < 0.5
