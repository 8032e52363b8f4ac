"""Terms by language and script, and the two measures of a question's weight in a text."""

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.language import language
from index.words import K1, B, WordIndex, terms

TEXTS = [
    "Kim met the president in Moscow. They spoke about trade.",
    "The harbour was frozen. Ships waited outside for weeks.",
    "Trade grew. Trade in grain grew most of all, said the harbour master.",
    "",
]


def test_devanagari_word_keeps_its_vowel_signs() -> None:
    """A vowel sign is a mark, and a mark belongs to its word."""
    assert len(terms("किताब मेज पर")) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [("книгами", "книгам"), ("किताबों", "किताबें"), ("running", "runs")],
)
def test_script_chooses_the_stemmer(one: str, other: str) -> None:
    """Two forms of a word have one term, in Cyrillic and Devanagari too, without being told the language."""
    assert terms(one) == terms(other)


@pytest.mark.parametrize(("form", "base"), [("met", "meets"), ("went", "going"), ("children", "child")])
def test_irregular_english_forms_meet_their_base(form: str, base: str) -> None:
    """A question with "meet" finds a sentence with "met"; another language's words stay as they are."""
    assert terms(form) == terms(base)
    assert terms("met", "nl") == ["met"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the US army", "the U.S. army"),
        ("the us army", "the U.S. army"),
        ("It is in the US.", "It is in the U.S."),
        ("the US", "the U. S."),
        ("US-led", "U.S.-led"),
        ("UK law", "U.K. law"),
        ("EU law", "E.U. law"),
        ("the UN", "the U.N."),
        ("the USSR", "the U.S.S.R."),
    ],
)
def test_full_stops_in_a_short_name_change_nothing(one: str, other: str) -> None:
    """A question with "US" finds a source with "U.S.", and the other way round."""
    assert terms(one) == terms(other)
    for text, question in ((one, other), (other, one)):
        index = WordIndex([text, "tell us of the harbour"])
        assert index.scores(index.terms(question))[0] == pytest.approx(index.scores(index.terms(text))[0])


def test_us_is_no_country() -> None:
    """Only capitals mean it, and only by themselves; initials of a person stay letters."""
    assert terms("tell us") == ["tell", "us"]
    assert "us" not in terms("tell the US")
    assert terms("BUS USB F.U.S.") == ["bus", "usb", "f", "u", "s"]
    assert terms("J.R.R. Tolkien") == ["j", "r", "r", "tolkien"]
    assert terms("in the U.S. A man left", "xx")[-3:] == ["a", "man", "left"]


def test_a_short_names_letters_alone_mean_it_too() -> None:
    """The words with capitals of "the U.S. Army", put side by side: the name is known to the source."""
    assert terms("U S Army") == terms("U.S. Army")


def test_language_chooses_the_stemmer_of_latin_script() -> None:
    """Spanish plurals and verbs meet under the Spanish stemmer and not under the English one."""
    assert terms("canciones", "es") == terms("canción", "es")
    assert terms("canciones", "en") != terms("canción", "en")


def test_script_without_spaces_gives_bigrams() -> None:
    """Chinese, Japanese and Thai words are found by their pairs of characters."""
    assert terms("北京大学") == ["北京", "京大", "大学"]
    assert set(terms("北京")) <= set(terms("他在北京大学读书"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("What is the name of the city where the treaty was signed?", "en"),
        ("¿Cuál es el nombre de la ciudad en la que se firmó el tratado?", "es"),
        ("Wie heißt die Stadt, in der der Vertrag unterzeichnet wurde?", "de"),
        ("Quel est le nom de la ville où le traité fut signé ?", "fr"),
        ("Qual è il nome della città in cui il trattato fu firmato?", "it"),
        ("12 345", "en"),
        ("", "en"),
    ],
)
def test_function_words_tell_the_language(text: str, code: str) -> None:
    """A sentence's function words tell its language; a text without any counts as English."""
    assert language(text) == code


def test_question_is_stemmed_in_the_language_of_the_texts() -> None:
    """In a Spanish index a question finds the stem that the text has."""
    index = WordIndex(["Las canciones del norte.", "El río es largo."], languages=["es", "es"])
    assert index.scores(index.terms("canción"))[0] > 0


def test_mixed_index_stems_a_question_in_its_own_language() -> None:
    """With English and Spanish texts each question finds the text in its language."""
    index = WordIndex(["Las ciudades son grandes.", "The harbours were frozen."], languages=["es", "en"])
    assert index.scores(index.terms("¿Cuáles son las ciudades?")).argmax() == 0
    assert index.scores(index.terms("What are the frozen harbours?")).argmax() == 1


def test_scores_are_bm25_over_its_bound() -> None:
    """The scores are bm25s's own (Lucene's variant), divided by what the question's terms weigh together."""
    index, query = WordIndex(TEXTS), terms("frozen trade in the harbour")
    theirs = bm25s.BM25(k1=K1, b=B, method="lucene")
    theirs.index([terms(text) for text in TEXTS], show_progress=False)
    bound = sum(index.idf(term) for term in query)
    assert np.allclose(index.scores(query), theirs.get_scores(query) / bound, atol=1e-6)


def test_best_sentence_holds_the_share_of_the_questions_weight() -> None:
    """A sentence with every term scores 1, a text with none 0, one whose terms are spread in between."""
    sentences = [[part for part in text.split(". ") if part] for text in TEXTS]
    index = WordIndex(TEXTS, sentences)
    scores = index.sentence_scores(terms("harbour frozen"))
    assert scores[1] == pytest.approx(1.0)
    assert scores[0] == scores[3] == 0.0
    assert 0 < scores[2] < 1


def test_unknown_words_lower_the_score() -> None:
    """A term that no text holds counts below the line, so that scores compare between questions."""
    index = WordIndex(TEXTS)
    assert index.scores(terms("harbour zeppelin")).max() < index.scores(terms("harbour")).max()
    assert not index.scores(terms("zeppelin")).any()
    assert not index.scores([]).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6), st.text(max_size=60))
def test_scores_lie_between_nothing_and_all(texts: list[str], question: str) -> None:
    """Whatever the texts and the question, both measures lie in 0..1 and there is one for each text."""
    index = WordIndex(texts, [[text] for text in texts])
    for scores in (index.scores(index.terms(question)), index.sentence_scores(index.terms(question))):
        assert scores.shape == (len(texts),)
        assert ((scores >= 0) & (scores <= 1.0001)).all()
