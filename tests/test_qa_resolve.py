"""Follow-ups filled in from the question before them, and those that must be left as they are."""

import pytest

from qa.standalone import Turn, rewrite
from qa.talk.resolve import Before, resolve

SHIPS = "How many ships does South Borland have?"


def after(base: str, answer: str = "") -> Before:
    """What stands before a question that follows `base`."""
    return Before(base, base, answer)


@pytest.mark.parametrize(
    ("question", "base", "filled"),
    [
        # another thing, the kind of the question carried over
        ("And North Borland?", SHIPS, "How many ships does North Borland have?"),
        ("What about North Borland?", SHIPS, "How many ships does North Borland have?"),
        ("No, I meant North Borland.", SHIPS, "How many ships does North Borland have?"),
        ("And planes?", SHIPS, "How many planes does South Borland have?"),
        ("And the Newport mill?", "Who rebuilt the Oldport mill?", "Who rebuilt the Newport mill?"),
        ("Bruno too?", "Does Anna sing?", "Does Bruno sing?"),
        ("And horses?", "What has Anna sold so far?", "What horses has Anna sold so far?"),
        # a part, and nothing of what it is asked about
        ("When?", "What did Anna sign?", "When did Anna sign?"),
        ("Why?", "What has Anna been painting lately?", "Why has Anna been painting lately?"),
        ("What for?", "What has Anna been painting lately?", "Why has Anna been painting lately?"),
        ("Explain how come", "Did Anna leave?", "Why did Anna leave?"),
        ("How many ships?", "What has Anna sold?", "How many ships has Anna sold?"),
        ("How many of them?", "Which ships has Anna sold?", "How many ships has Anna sold?"),
        ("In what year?", "Who was the mayor crowned by?", "In what year was the mayor crowned by?"),
        ("When?", "Who built the mill?", "When (built the mill)?"),
        # who is meant
        ("Did he also sing?", "What did Bruno Bell play?", "Did Bruno Bell also sing?"),
        ("What is his view?", "What did Bruno Bell play?", "What is Bruno Bell's view?"),
        ("Where are they now?", "Did Anna sell horses?", "Where are horses now?"),
        (
            "What if their plan fails?",
            "Will Anna and Bruno marry?",
            "What if Anna and Bruno's plan fails?",
        ),
    ],
)
def test_what_is_left_out_comes_from_the_question_before(question: str, base: str, filled: str) -> None:
    """In the words of that question, and in its kind."""
    assert resolve(question, after(base)) == filled


def test_who_did_it_is_in_the_answer() -> None:
    """After "who ...?" the person meant is the one the answer names, not one that the question does."""
    answer = "The mill was rebuilt by Ines Prado in 1650."
    assert resolve("When did she die?", after("Who rebuilt the Oldport mill?", answer)) == (
        "When did Ines Prado die?"
    )


@pytest.mark.parametrize(
    ("question", "base"),
    [
        ("When did Victoria enact her laws?", "Who rebuilt the mill?"),  # the question names her
        ("Do the ships pay if they sink?", "Which horses did Anna sell?"),  # and them
        ("Did they sell them?", "Which horses did the traders like?"),  # two, and either may be meant
        ("Russia too?", "Whom does North Borland back?"),  # an answer to it, not another asker
        ("And South Borland?", SHIPS),  # the very same
        ("What about the costs?", "Who rebuilt the mill?"),  # costs rebuild nothing
        ("Which missiles did Joe Biden let Ukraine use?", SHIPS),
        ("Who says so?", SHIPS),
        ("Why there?", SHIPS),
        ("What else?", SHIPS),
        ("Thanks!", SHIPS),
        ("?", SHIPS),
        ("", SHIPS),
    ],
)
def test_what_the_form_does_not_show_is_left_as_it_is(question: str, base: str) -> None:
    """A wrong filling is worse than none."""
    assert resolve(question, after(base)) is None


def test_a_chain_is_filled_in_link_by_link() -> None:
    """Each question is read with the one before it as that was read."""
    talk: list[Turn] = [
        {"role": "user", "content": "What has Anna sold so far?"},
        {"role": "assistant", "content": "She sold ten ships. [1]"},
        {"role": "user", "content": "How many ships?"},
        {"role": "assistant", "content": "She sold ten ships. [1]"},
    ]
    asked = rewrite("And horses?", talk)
    assert asked.text == asked.question == "How many horses has Anna sold so far?"
    assert {word for part in asked.taken for word in part.what.split()} == {"Anna", "sold", "far"}


def test_a_question_that_could_not_be_filled_in_breaks_the_chain() -> None:
    """A part is not asked of what was spoken of before it."""
    talk: list[Turn] = [
        {"role": "user", "content": "Did Anna sell ships?"},
        {"role": "assistant", "content": "She sold ten ships. [1]"},
        {"role": "user", "content": "Who says so?"},
        {"role": "assistant", "content": "The harbour master says so. [1]"},
    ]
    assert rewrite("When?", talk).question == "When?"


def test_nobody_does_a_thing_to_himself() -> None:
    """Asked who somebody is, "he" is that one; where the question names him already, "he" is another."""
    answer = "Kim made the comments after he met Andrei Belousov, the defence minister of Russia."
    before = Before("Who is Andrei Belousov?", "Who is Andrei Belousov?", answer)
    assert resolve("What did he say?", before) == "What did Andrei Belousov say?"
    assert resolve("When did he meet Belousov?", before) == "When did Kim meet Belousov?"


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("What did Kim tell him about the war?", "What did Kim tell the Russian minister about the war?"),
        ("What did Kim tell her?", "What did Kim tell the Russian minister?"),
        ("What did Kim tell her for fun?", "What did Kim tell the Russian minister for fun?"),
        ("What did Kim tell him about his army?", None),  # it may be Kim's
        ("What did Kim say about his army?", None),
        ("Did she meet her?", None),
        ("What did they tell them?", None),
        ("Did Kim say when he left?", None),
    ],
)
def test_an_object_is_not_who_acts(question: str, read: str | None) -> None:
    """Beside the name of who acts, "him" is somebody else, "his" and "he" may be anybody."""
    base = "Which Russian minister did Kim meet?"
    assert resolve(question, Before(base, base, "Kim met him on Friday.")) == read
