"""The checker: what the article says is supported, what it does not say is not, and the span is exact."""

import pytest

from index.chunk import chunk
from index.passage import Passage
from index.source import ARTICLE, read_source
from qa.check import SUPPORTED, Ground

ARTICLE_TEXT = read_source(ARTICLE, "article.md")


def whole(text: str) -> Passage:
    """A text as one passage that starts at 100 of its source."""
    return Passage("p", "s", "", "", 100, 100 + len(text), text)


GROUND = Ground([whole(ARTICLE_TEXT.text)])


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (
            "Russia has received over 12,000 containers of ammunition from North Korea.",
            "the number 12,000 is not in the passages shown",
        ),
        (
            "North Korea's government has officially confirmed that troops have been sent to Russia.",
            "the source says the opposite",
        ),
        (
            "Putin stressed that what Russia is doing militarily is justified, being a form of self-defence.",
            "said by Kim, not by Putin",
        ),
        ("Relations between the two countries have grown weaker since the summit.", "stronger, not weaker"),
        ("Kim met Carlos Alcaraz in July.", "names not in the passages shown: Carlos, Alcaraz, July"),
    ],
)
def test_changed_fact_is_not_supported_and_the_reason_says_why(sentence: str, reason: str) -> None:
    """One fact changed in a true sentence brings it below the threshold."""
    found = GROUND.support(sentence)
    assert found.score < SUPPORTED
    assert any(reason in told for told in found.reasons)


@pytest.mark.parametrize(
    "sentence",
    [
        "Russia has received over 10,000 containers of ammunition from North Korea.",
        "Russia has received over ten thousand containers of ammunition from North Korea.",
        "North Korea's government has not officially confirmed that troops have been sent to Russia.",
        "Kim stressed that what Russia is doing militarily is justified, being a form of self-defense.",
    ],
)
def test_true_sentence_is_supported_without_a_word_against_it(sentence: str) -> None:
    """Numbers in words and other spellings are the same facts."""
    found = GROUND.support(sentence)
    assert found.score >= SUPPORTED
    assert found.reasons == ()


def test_span_is_an_exact_slice_of_the_source() -> None:
    """Offsets count from the source's start, not the passage's."""
    passage = whole("It rained. Kim met Belousov on Friday. They talked.")
    found = Ground([passage]).support("Kim met Belousov.")
    assert passage.text[found.start - 100 : found.end - 100] == "Kim met Belousov on Friday."


def test_cited_passages_alone_count() -> None:
    """What stands only in a passage that is not cited does not support."""
    one, two = (Passage(t, "s", "", "", 0, len(t), t) for t in ("Kim met Belousov on Friday.", "It rained."))
    ground = Ground([one, two])
    assert ground.support("Kim met Belousov.", [one]).score > ground.support("Kim met Belousov.", [two]).score
    assert ground.support("Kim met Belousov.", [two]).passage is None


def test_what_is_absent_is_absent_from_what_was_looked_at() -> None:
    """A passage that was not cited may hold it: only what the cited one lacks is known."""
    texts = ("Kim met Belousov on Friday.", "It rained 40 days.", "Then it was dry.")
    one, two, three = (Passage(t, "s", "", "", 0, len(t), t) for t in texts)
    ground = Ground([one, two, three])
    assert (
        ground.support("It rained 40 days.", [one]).reasons[0] == "the number 40 is not in the passage cited"
    )
    assert "in the passages cited" in ground.support("It rained 40 days.", [one, three]).reasons[0]
    assert "in the passages shown" in ground.support("It rained 50 days.", [one, two, three]).reasons[0]
    assert "in the passages shown" in ground.support("It rained 50 days.").reasons[0]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "The village may have been abandoned after the flood.",
            "The village was abandoned after the flood.",
        ),
        ("Troops were reportedly sent to the border.", "Troops were sent to the border."),
        ("Mice thought to be extinct were found there, perhaps by Dale.", "Mice were found there by Dale."),
        (
            "The minister denied that the bridge was closed.",
            "The minister confirmed that the bridge was closed.",
        ),
    ],
)
def test_what_may_be_is_not_what_is(source: str, sentence: str) -> None:
    """What the source says as possible, reported or denied does not support it as a fact; we say so."""
    found = Ground([whole(source)]).support(sentence)
    assert found.score < SUPPORTED
    assert any("only as possible or reported" in told or "opposite" in told for told in found.reasons)
    assert Ground([whole(source)]).support(source).reasons == ()


def test_words_bound_to_others_count_against_a_sentence() -> None:
    """The same words, said of each other's things or said twice, are not the same claim."""
    ground = Ground([whole("During that time French cooking in Lyon was shaped by old Italian recipes.")])
    true = ground.support("French cooking was shaped by Italian recipes.").score
    assert ground.support("Italian cooking was shaped by French recipes.").score < true
    assert ground.support("Italian cooking was shaped by Italian recipes.").score < true


def test_a_lead_in_and_a_denial_claim_little() -> None:
    """Their own words need not stand in the passages; the numbers in them still must."""
    ground = Ground([whole("Heat the oven. Turn the chops twice.")])
    steps = "To prepare a delightful supper, carry out these steps"
    assert ground.support(f"{steps}:").score > ground.support(f"{steps}.").score
    assert ground.support("The passages do not mention parsley.").score > SUPPORTED
    assert ground.support(f"{steps} for 90 minutes:").score < ground.support(f"{steps}:").score


@pytest.mark.parametrize("sentence", ["", "   ", "?!", "[1]", "мир", "I hope this helps!"])
def test_sentence_without_a_claim_gets_a_score_in_0_1(sentence: str) -> None:
    """Nothing to check is no error."""
    assert 0 <= GROUND.support(sentence).score <= 1
    assert 0 <= Ground([]).support(sentence).score <= 1


def test_every_passage_of_the_article_supports_its_own_sentences() -> None:
    """A verbatim sentence is supported by the passage it stands in."""
    passages = chunk(ARTICLE_TEXT)
    ground = Ground(passages)
    texts = [
        line for line in ARTICLE_TEXT.text.split("\n") if line.endswith(".") and not line.startswith("#")
    ]
    scores = [ground.support(text.split(". ")[0] + ".").score for text in texts]
    assert min(scores) >= SUPPORTED
