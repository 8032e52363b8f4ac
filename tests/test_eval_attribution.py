"""Citation recall, precision and faithfulness, with a checker whose verdicts the test decides."""

from collections.abc import Sequence

import pytest

from eval.attribution import (
    Checker,
    Footnote,
    Support,
    WordOverlap,
    attribute,
    citation_f1,
    citation_precision,
    citation_recall,
    faithfulness,
)
from qa.answer import Answer, Citation, Sentence, ShownPassage


class Letters:
    """A sentence follows if the texts, taken together, hold all its letters: concatenation matters here."""

    name = "letters"
    supported = 1.0

    def read(self, texts: Sequence[str]) -> Support:
        """The texts, ready."""
        return lambda sentence, rows: float(set(sentence) <= set("".join(texts[r] for r in rows)))


def answer(*said: tuple[str, tuple[int, ...]], quotes: Sequence[str] = (), shown: str = "abc") -> Answer:
    """Sentences with the numbers they cite, and the quotes of the citations 1, 2, ..."""
    return Answer(
        "?",
        "?",
        "answered",
        "",
        "m",
        1.0,
        sentences=tuple(Sentence(text, numbers, "supported", 1.0) for text, numbers in said),
        citations=tuple(Citation(n, "d", "", "", 0, 1, q, "p") for n, q in enumerate(quotes, start=1)),
        passages=(ShownPassage("p", "d", 0, 3, shown, 1.0, 1),),
    )


def scores(given: Answer, checker: Checker | None = None) -> tuple[float, float, float]:
    """(citation recall, citation precision, faithfulness)."""
    found = attribute(given, checker or Letters())
    return found.citation_recall, found.citation_precision, found.faithfulness


def test_a_supported_sentence_is_recalled() -> None:
    """One sentence, one quote that holds it: all 1."""
    assert scores(answer(("ab", (1,)), quotes=["abc"])) == (1, 1, 1)


def test_recall_takes_the_citations_together() -> None:
    """'ab' follows from 'a' and 'b' together, from neither alone: recalled, and both are needed."""
    assert scores(answer(("ab", (1, 2)), quotes=["a", "b"])) == (1, 1, 1)


def test_a_needless_citation_costs_precision() -> None:
    """'x' neither supports 'ab' nor is needed by 'ab': precision 1/2 (ALCE's irrelevant citation)."""
    assert scores(answer(("ab", (1, 2)), quotes=["ab", "x"])) == (1, 0.5, 1)


def test_two_citations_that_each_suffice_are_both_precise() -> None:
    """Each supports the sentence alone, so neither is irrelevant, though either could go."""
    assert scores(answer(("ab", (1, 2)), quotes=["ab", "abx"])) == (1, 1, 1)


def test_a_sentence_without_citation_is_not_recalled() -> None:
    """Two sentences, one cites nothing: recall 1/2; it has no part in precision."""
    assert scores(answer(("ab", (1,)), ("b", ()), quotes=["ab"])) == (0.5, 1, 1)


def test_a_citation_of_something_not_offered_is_a_wrong_citation() -> None:
    """[7] does not exist: not recalled, and both citations are in the denominator (ALCE leaves them out)."""
    assert scores(answer(("ab", (1, 7)), ("ab", (1,)), quotes=["ab"])) == (0.5, pytest.approx(1 / 3), 1)


def test_citation_number_zero_is_not_the_last_citation() -> None:
    """[0] points nowhere (in ALCE's code it becomes index -1, the last document)."""
    assert scores(answer(("ab", (0,)), quotes=["x", "ab"])) == (0, 0, 1)


def test_every_number_of_a_marker_counts() -> None:
    """[1, 2] is two citations (ALCE's pattern reads only the first)."""
    assert scores(answer(("ab", (1, 2)), quotes=["ab", "x"]))[1] == 0.5


def test_more_than_three_citations_are_not_cut() -> None:
    """Five citations of which the fifth is needed: recalled (ALCE cuts to three)."""
    quotes = ["a", "b", "c", "d", "e"]
    assert scores(answer(("abcde", (1, 2, 3, 4, 5)), quotes=quotes, shown="abcde")) == (1, 1, 1)


def test_an_empty_answer_scores_zero_everywhere() -> None:
    """No sentences: 0, neither NaN (ragas), nor 1 (deepeval), nor skipped (ALCE)."""
    assert scores(answer()) == (0, 0, 0)
    assert (citation_recall([]), citation_precision([]), faithfulness([])) == (0, 0, 0)


def test_what_is_not_contradicted_is_not_faithful() -> None:
    """An invented claim that no passage speaks of scores 0 (deepeval counts 'idk' as faithful)."""
    assert scores(answer(("xyz", (1,)), quotes=["xyz"], shown="abc"))[2] == 0


def test_no_passages_support_nothing() -> None:
    """An answer made from nothing is faithful to nothing."""
    made = Answer("?", "?", "answered", "", "m", 1.0, sentences=(Sentence("ab", (), "uncited", 0.0),))
    for checker in (Footnote(), WordOverlap()):
        assert scores(made, checker) == (0, 0, 0)


def test_f1_is_the_harmonic_mean() -> None:
    """Of .5 and 1 it is 2/3; of nothing it is 0."""
    assert citation_f1(0.5, 1.0) == pytest.approx(2 / 3)
    assert citation_f1(0, 0) == 0


@pytest.mark.parametrize("checker", [Footnote(), WordOverlap()], ids=lambda c: c.name)
def test_a_quoted_sentence_follows_from_its_quote_and_another_does_not(checker: Checker) -> None:
    """The two real checkers agree on the plain cases."""
    quote = "The harbour was dredged in 1998 by a crew from Oldport."
    assert scores(answer((quote, (1,)), quotes=[quote], shown=quote), checker) == (1, 1, 1)
    other = "Penguins breed on the southern ice shelves every winter."
    assert scores(answer((other, (1,)), quotes=[quote], shown=quote), checker) == (0, 0, 0)
