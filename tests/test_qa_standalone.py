"""Follow-ups: what a question takes from the talk, and what it must leave behind."""

import pytest

from index.passage import Passage, ScoredPassage
from qa.engine import QueryEngine
from qa.standalone import Context, Standalone, Turn, rewrite, standalone
from qa.talk.search import search
from qa.talk.topics import Leaning, content_words, leaning

MILL: list[Turn] = [
    {"role": "user", "content": "Who rebuilt the Oldport mill?"},
    {"role": "assistant", "content": "It was rebuilt by Ines Prado. [1]"},
]


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "why?",
        "When was that?",
        "And North Korea?",
        "Russia too?",
        "What about the costs?",
        "In what year?",
        "In the face of what?",
        "Who signed it?",
        "What did she say?",
        "Which is larger?",
        "What else, then?",
        "No, I meant the other one.",
        "How many are there?",
    ],
)
def test_an_ellipsis_or_a_pronoun_leans_strongly(question: str) -> None:
    """Nothing in the question says what it is about."""
    assert leaning(question) is Leaning.STRONG


@pytest.mark.parametrize(
    "question",
    [
        "How old was Peyton Manning when he played in the final?",
        "When did Victoria enact its first constitution?",
        "What is the name of the storm that hit Jacksonville?",
        "How long does it take to build a wooden bridge?",
        "In what year did Harvard end its early admission program?",
        "Which missiles did Joe Biden let Ukraine use?",
        "Why was the Merit network formed in Michigan?",
    ],
)
def test_a_full_question_does_not_lean_strongly(question: str) -> None:
    """Its pronouns stand for something in it, or for nothing."""
    assert leaning(question) < Leaning.STRONG


def test_content_words_keep_names_and_leave_out_courtesies() -> None:
    """Asking politely names nothing."""
    assert content_words("Can you please tell me more about E. E. Cummings' poems?") == [
        "E",
        "E",
        "Cummings",
        "poems",
    ]


def test_without_history_a_question_is_searched_as_typed() -> None:
    """Even one that leans."""
    asked = rewrite("  Why? ")
    assert (asked.text, asked.taken, asked.context) == ("Why?", (), ())


def test_a_follow_up_says_what_it_took_and_from_where() -> None:
    """Words of the last question and of the answer's cited sentence, by the turns' places."""
    asked = rewrite("When was that?", MILL)
    assert asked.text == "When was that? (rebuilt Oldport mill; Ines Prado)"
    assert [(part.what, part.turn) for part in asked.taken] == [
        ("rebuilt Oldport mill", 0),
        ("Ines Prado", 1),
    ]
    assert standalone("When was that?", MILL) == asked.text


def test_a_full_question_takes_no_words_along() -> None:
    """After a switch of topic, what is read is what was typed; the talk is searched beside it, faintly."""
    asked = rewrite("Which missiles did Joe Biden let Ukraine use?", MILL)
    assert (asked.text, asked.taken) == (asked.question, ())
    assert [round(part.weight, 2) for part in asked.context] == [0.2]


def test_the_longer_a_talk_the_more_its_last_question_weighs() -> None:
    """Thanks and wishes for a summary are not what the next question is about, and count for nothing."""
    before: list[Turn] = [
        {"role": "user", "content": "How is flour milled?"},
        {"role": "assistant", "content": "Between two stones. [1]"},
    ]
    after: list[Turn] = [
        {"role": "user", "content": "Summarise the article"},
        {"role": "assistant", "content": "It is about mills. [1]"},
        {"role": "user", "content": "Thank you!"},
        {"role": "assistant", "content": "You are welcome."},
    ]
    short, long = (rewrite("When was that?", talk).context for talk in (MILL, [*before, *MILL, *after]))
    assert short[0].text == long[0].text == "Who rebuilt the Oldport mill?"
    assert 0 < short[0].weight < long[0].weight < 1


def test_a_follow_up_on_a_follow_up_is_searched_with_what_both_say() -> None:
    """The earlier question is filled in itself, so that one text brings the whole thread along."""
    talk: list[Turn] = [*MILL, {"role": "user", "content": "And the Newport mill?"}]
    asked = rewrite("How many men worked there?", [*talk, {"role": "assistant", "content": "Jan Dee. [1]"}])
    assert asked.context[0].text == "Who rebuilt the Newport mill?"


def test_after_a_summary_the_part_that_the_question_speaks_of_is_taken() -> None:
    """A summary speaks of many things; the first of them is not what is asked about."""
    talk: list[Turn] = [
        {"role": "user", "content": "Summarise it"},
        {
            "role": "assistant",
            "content": "Oldport grew. [1] Trade came. [2] It had walls. [3] A mill burnt down in 1650. [4]",
        },
    ]
    asked = rewrite("And what of the mill?", talk)
    assert asked.leaning is Leaning.STRONG
    assert asked.context[-1].text.startswith("A mill burnt down")


def test_only_the_cited_sentences_of_an_answer_are_taken() -> None:
    """A long answer's asides stay out; markers after the full stop count for the sentence before."""
    talk: list[Turn] = [
        {"role": "user", "content": "Who rebuilt it?"},
        {"role": "assistant", "content": "A good question. Ines Prado rebuilt it [1]. Ask me anything else."},
    ]
    assert rewrite("When was that?", talk).context[-1].text == "Ines Prado rebuilt it."


@pytest.mark.parametrize(
    "history",
    [
        [{"role": "user"}, {"role": "assistant", "content": ""}],
        [{"role": "system", "content": "Be brief."}],
        [{"role": "assistant", "content": "[1] [2]"}],
        [{"role": "user", "content": "。？"}, {"role": "assistant", "content": "…"}],
    ],
)
def test_odd_histories_do_no_harm(history: list[Turn]) -> None:
    """Missing, empty and foreign contents bring nothing along."""
    assert rewrite("When was that?", history).text == "When was that?"


# ---- with the real retriever ---


def found(engine: QueryEngine, question: str, history: list[Turn]) -> str:
    """The best passage's text."""
    return search(engine.retriever, rewrite(question, history), 3)[0].passage.text


def test_a_follow_up_finds_the_passage_it_is_about(article_engine: QueryEngine) -> None:
    """The number of containers is what South Korea reported."""
    talk: list[Turn] = [
        {"role": "user", "content": "What did South Korea's spy agency report?"},
        {
            "role": "assistant",
            "content": "Russia has received self-propelled howitzers from North Korea. [1]",
        },
    ]
    assert "howitzers" in found(article_engine, "How many containers?", talk)
    assert "howitzers" in found(article_engine, "And where were they sent?", talk)


def test_a_switch_of_topic_leaves_the_old_topic_behind(article_engine: QueryEngine) -> None:
    """The ranking of a full question is its own, whatever was spoken of before."""
    talk: list[Turn] = [
        {"role": "user", "content": "What did South Korea's spy agency report?"},
        {
            "role": "assistant",
            "content": "Russia has received self-propelled howitzers from North Korea. [1]",
        },
    ]
    assert "ATACMS" in found(article_engine, "Which missiles did Joe Biden let Ukraine use?", talk)


def test_scores_of_a_search_in_a_talk_stay_comparable(article_engine: QueryEngine) -> None:
    """They are means: in 0..1, falling by rank, and ranks count from 1."""
    asked = rewrite("When was that?", [{"role": "user", "content": "Whom did Kim meet?"}])
    results = search(article_engine.retriever, asked, 5)
    scores = [scored.score for scored in results]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert [scored.rank for scored in results] == [1, 2, 3, 4, 5]


class Listed:
    """A retriever with a fixed list for each text."""

    def __init__(self, lists: dict[str, list[tuple[str, float]]]) -> None:
        self._lists = lists

    def retrieve(self, question: str, top_k: int) -> list[ScoredPassage]:
        """The list of the text."""
        return [
            ScoredPassage(Passage(id_, "s", "S", "0", 0, 1, "x"), score, score, score, rank)
            for rank, (id_, score) in enumerate(self._lists[question][:top_k], 1)
        ]


def test_a_search_in_a_talk_is_the_weighted_mean() -> None:
    """Worked by hand: question 1, context 0.5; a passage that a text missed counts as its last one."""
    asked = Standalone("q", "q", Leaning.STRONG, context=(Context("c", 0.5, 0),))
    lists = {"q": [("a", 0.6), ("b", 0.5)], "c": [("b", 0.9), ("d", 0.3)]}
    results = search(Listed(lists), asked, 2)
    assert [s.passage.id for s in results] == ["b", "a"]
    assert [s.score for s in results] == pytest.approx([(0.5 + 0.45) / 1.5, (0.6 + 0.15) / 1.5])


@pytest.mark.parametrize(
    ("leans", "weight"), [(Leaning.NONE, 0.0), (Leaning.FAINT, 0.0), (Leaning.STRONG, 0.3 * 0.5)]
)
def test_where_the_question_finds_something_clearly_better_the_talk_is_left_behind(
    leans: Leaning, weight: float
) -> None:
    """What the talk finds does not suit the question; only what cannot be read alone keeps some of it."""
    far = [(f"far{n}", 0.9) for n in range(6)]
    lists = {"q": [("a", 0.8), *((id_, 0.05) for id_, _ in far)], "c": [*far, ("a", 0.1)]}
    first = search(Listed(lists), Standalone("q", "q", leans, context=(Context("c", 0.5, 0),)), 1)[0]
    assert first.passage.id == "a"
    assert first.score == pytest.approx((0.8 + weight * 0.1) / (1 + weight))


def test_a_follow_up_costs_few_searches() -> None:
    """The question, the one before it, and for one that leans the last answer."""

    class Counting(Listed):
        calls = 0

        def retrieve(self, question: str, top_k: int) -> list[ScoredPassage]:
            Counting.calls += 1
            return super().retrieve(question, top_k)

    talk: list[Turn] = [{"role": "user", "content": f"Who built mill {n}?"} for n in range(9)]
    asked = rewrite("When was that?", [*talk, {"role": "assistant", "content": "Ines Prado did. [1]"}])
    texts = [asked.question, *(part.text for part in asked.context)]
    search(Counting({text: [("a", 0.5)] for text in texts}), asked, 2)
    assert Counting.calls == 3


def test_a_long_question_leans_on_nothing_and_costs_little() -> None:
    """Five thousand characters of pronouns are read once, not once for each of them."""
    assert leaning("What did the harbour master say about it " + "and ships " * 400) is Leaning.NONE


SHIPPED = "Ten ships were **sold**, the harbour master said. [1]\n\nThe source also says:\n\n- He left. [2]"


@pytest.mark.parametrize(
    "question",
    [
        "Who says so?",
        "And who  reported that?",
        "Says who?",
        "according to whom",
        "According to which source?",
        "Which South Korean news agency said this?",
        "What are your sources?",
        "Whose figures are these?",
        "What is the source of that claim?",
        "Source?",
        "How do you know that?",
        "Tell me who said that, please",
        "Where did you get that from?",
        "who told you that?!",
    ],
)
def test_who_says_so_asks_about_what_was_told(question: str) -> None:
    """The sentence told first, without its marker: it, or the one beside it, says whose word it is."""
    asked = rewrite(question, talk_about_ships(SHIPPED))
    assert asked.text == "Who says: Ten ships were sold, the harbour master said?"
    assert asked.leaning is Leaning.STRONG
    assert {part.turn for part in asked.taken} == {1}


@pytest.mark.parametrize(
    "question",
    [
        "Who says ships are expensive?",
        "Who said hello to them?",
        "Whose ship is that?",
        "Who left?",
        "Who claimed it?",  # a prize
        "Which company claimed it?",
        "Who reported it?",  # a theft
        "What is its source?",  # of a river
        "What was the source?",  # of a fire
        "Who is the authority?",
        "Where does it come from?",
    ],
)
def test_who_says_another_thing_does_not(question: str) -> None:
    """It is read as it stands, or filled in like any other."""
    assert "Who says: " not in standalone(question, talk_about_ships(SHIPPED))


@pytest.mark.parametrize(
    ("answer", "claim"),
    [
        ("1. Ten ships sank.\n2. Two were raised. [1]", "Ten ships sank"),
        ("## Ships\n\nTen ships sank. [1]", "Ships"),
        ("The source says:\n\n- Ten ships sank. [1]", "Ten ships sank"),
        ("Yes. Ten ships sank. [1]", "Ten ships sank"),
        ("Officials said they do not have the figures. [1]", "Officials said they do not have the figures"),
        ("ship " * 500 + "[1]", " ".join(["ship"] * 60)),
    ],
)
def test_the_first_that_tells_something_is_asked_about(answer: str, claim: str) -> None:
    """No number of a list, no "Yes."; a denial counts, and a long sentence is cut."""
    assert standalone("Who says so?", talk_about_ships(answer)) == f"Who says: {claim}?"


@pytest.mark.parametrize("answer", ["", "The source does not say.", "- [1]"])
def test_nobody_says_what_was_not_told(answer: str) -> None:
    """After no answer there is nothing to ask about."""
    assert "Who says: " not in standalone("Who says so?", talk_about_ships(answer))
    assert "Who says: " not in standalone("Who says so?")
    older = talk_about_ships(SHIPPED) + talk_about_ships(answer)
    assert "Who says: " not in standalone("Who says so?", older)


@pytest.mark.parametrize(
    ("question", "meant"),
    [("Why?", True), ("And to what end?", True), ("Who left?", False), ("When?", False)],
)
def test_a_reason_is_asked_of_what_was_told(question: str, meant: bool) -> None:
    """So that it is not just told again."""
    talk = [{"role": "user", "content": "Did Ines sell ships?"}, {"role": "assistant", "content": SHIPPED}]
    assert bool(rewrite(question, talk).reason_of) is meant
    assert rewrite("Why did Ines sell ships?", talk).reason_of == ""


def talk_about_ships(answer: str) -> list[Turn]:
    """One question and its answer."""
    return [{"role": "user", "content": "How many ships?"}, {"role": "assistant", "content": answer}]
