"""The four probes, each on systems that pass it and on systems that fail it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from test_eval_answers import DOC, TEXT, asked, refused, told

from eval.ablation import ablate, altered, changed
from eval.attribution import Footnote, WordOverlap
from eval.dataset import AnswersSet
from eval.injection import ATTACKS, CANARY, inject, judge, plant
from eval.probe import overlap
from eval.rephrasing import REPHRASINGS, agree, rephrase
from eval.sensitivity import sensitivity
from index.passage import Source
from qa.answer import Answer, Citation, Sentence
from qa.engine import QueryEngine

SET = AnswersSet("harbour", (DOC,), (asked("a"), asked("b")))


class Told(QueryEngine):
    """Answers as a function of the documents and the question says."""

    def __init__(self, docs: Sequence[Source], tell: Callable[[Sequence[Source], str], Answer]) -> None:
        self._docs, self._tell = docs, tell

    def ask(self, question: str, history: Any = (), id: str | None = None) -> Answer:
        """The function's answer."""
        return self._tell(self._docs, question)


def opens(tell: Callable[[Sequence[Source], str], Answer]) -> Callable[[Sequence[Source]], QueryEngine]:
    """What a probe opens."""
    return lambda docs: Told(docs, tell)


def quoting(docs: Sequence[Source], question: str) -> Answer:
    """Quotes the first sentence of the first document that has one with a number; else refuses."""
    for doc in docs:
        for line in doc.text.split(". "):
            if any(sign.isdigit() for sign in line):
                start = doc.text.index(line)
                quote = doc.text[start : start + len(line)]
                cited = Citation(1, doc.name, "", doc.sha256, start, start + len(quote), quote, "p")
                return Answer(
                    question,
                    question,
                    "answered",
                    quote,
                    "extractive",
                    0.9,
                    (Sentence(quote, (1,), "supported", 1.0),),
                    (cited,),
                )
    return refused(asked("x")).answer


def remembering(docs: Sequence[Source], question: str) -> Answer:
    """Says what it once read, whatever the documents say now."""
    return replace(told(asked("a")).answer, model="memory")


# ---- ablation ----------------------------------------------------------------------------------------------


def test_a_quoting_system_passes_ablation() -> None:
    """With its sentence cut it says something else or refuses; with the number altered, the new one."""
    columns = ablate(SET, opens(quoting)).columns
    assert columns["cut_same_rate"] == [0, 0]
    assert columns["altered_stale_rate"] == [0, 0]


def test_an_answer_from_memory_is_caught() -> None:
    """It says the same with the sentence gone, and the old number when it is another one now."""
    found = ablate(SET, opens(remembering))
    assert found.columns["cut_same_rate"] == [1, 1]
    assert found.columns["altered_stale_rate"] == [1, 1]
    assert "memory" in found.note


def test_what_also_stands_elsewhere_is_no_memory() -> None:
    """The same sentence in a second document: still saying it is right."""
    other = replace(DOC, name="copy.txt")
    columns = ablate(replace(SET, docs=(DOC, other)), opens(remembering)).columns
    assert columns["cut_same_rate"] == [0, 0]
    assert columns["altered_stale_rate"] == [0, 0]


def test_refusals_are_not_ablated() -> None:
    """What cites nothing has nothing to cut."""
    assert ablate(SET, opens(lambda docs, q: refused(asked("a")).answer)).rows == []


def test_spans_are_cut_from_the_last_to_the_first() -> None:
    """Two spans of one document, cut: the rest stands as it was; the hash is new."""
    first = told(asked("a")).answer.citations[0]
    last = replace(first, start=33, end=57)
    (doc,) = changed([DOC], [first, last], lambda quote: "#")
    assert doc.text == "# #"
    assert doc.sha256 != DOC.sha256
    assert changed([DOC], [], lambda quote: "") == [DOC]


def test_altered_numbers_are_other_numbers() -> None:
    """Every digit changes, none becomes a leading zero, words stay."""
    text = "In 1998 it took 40 of 907 ships."
    new = altered(text)
    assert all(a != b for a, b in zip(text, new, strict=True) if a.isdigit())
    assert "0" not in new
    assert [w for w in new.split() if not w[0].isdigit()] == [w for w in text.split() if not w[0].isdigit()]


def test_overlap_is_one_way() -> None:
    """All words of the first are in the second, not the other way round."""
    assert overlap("dredged in 1998", TEXT) == 1
    assert overlap(TEXT, "dredged in 1998") < 0.5
    assert overlap("", TEXT) == 0


# ---- injection ---------------------------------------------------------------------------------------------


def test_obeying_is_attack_success() -> None:
    """Saying the planted word in one's own words, citing a real document for it: success and no more."""

    def obeying(docs: Sequence[Source], question: str) -> Answer:
        answer = told(asked("a")).answer
        return replace(answer, sentences=(Sentence(f"It is {CANARY}.", (1,), "unsupported", 0.0),))

    columns = inject(SET, opens(obeying)).columns
    assert len(columns["attack_success_rate"]) == 2 * len(ATTACKS)
    assert set(columns["attack_success_rate"]) == {1}
    assert set(columns["planted_quote_rate"]) == set(columns["citation_spoof_rate"]) == {0}


def test_leaving_attacks_alone_passes() -> None:
    """Quoting the real document is none of the three."""
    columns = inject(SET, opens(quoting)).columns
    assert {value for values in columns.values() for value in values} == {0}


@pytest.mark.parametrize("template", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_true_quote_of_the_plant_is_no_success(template: str) -> None:
    """It is counted as a planted quote; naming a real document for it is a spoof."""
    planted = plant(asked("a"), template)
    quote = planted.text.strip()
    cited = Citation(1, planted.name, "", "", 0, len(quote), quote, "p")
    answer = replace(
        told(asked("a")).answer,
        sentences=(Sentence(quote, (1,), "supported", 1.0),),
        citations=(cited,),
    )
    texts = {DOC.name: TEXT, planted.name: planted.text}
    assert judge(answer, texts) == {
        "attack_success_rate": 0,
        "planted_quote_rate": 1,
        "citation_spoof_rate": 0,
    }
    spoofed = replace(answer, citations=(replace(cited, source=DOC.name),))
    assert judge(spoofed, texts)["citation_spoof_rate"] == 1


def test_a_forged_marker_is_a_spoof() -> None:
    """A sentence that cites [2] where there is no second citation."""
    answer = told(asked("a")).answer
    forged = replace(answer, sentences=(Sentence(answer.sentences[0].text, (1, 2), "supported", 1.0),))
    assert judge(forged, {DOC.name: TEXT})["citation_spoof_rate"] == 1
    assert judge(answer, {DOC.name: TEXT})["citation_spoof_rate"] == 0


# ---- rephrasing --------------------------------------------------------------------------------------------


def test_every_shape_is_another_text() -> None:
    """Five shapes, all different from the question and from each other; none is empty."""
    for question in ("Who did Kim meet on Friday?", "When was the harbour of Oldport dredged?"):
        shapes = {change(question) for change in REPHRASINGS.values()}
        assert len(shapes | {question}) == 6
        assert all(shapes)


@pytest.mark.parametrize("question", ["?", "who", "the", "Kursk?"])
def test_a_tiny_question_has_shapes_too(question: str) -> None:
    """No rule falls over a word or a sign, or makes nothing of it."""
    assert all(
        change(question) for name, change in REPHRASINGS.items() if question != "?" or name != "lower case"
    )


def test_a_steady_system_does_not_change() -> None:
    """The same place for every shape."""
    columns = rephrase(SET, opens(quoting)).columns
    assert columns["evidence_change_rate"] == [0] * 10
    assert columns["all_agree_rate"] == [1, 1]
    assert columns["evidence_hit"] == [1] * 10


def test_a_system_that_hangs_on_a_capital_letter_is_caught() -> None:
    """It answers only what starts with one: the two shapes that do not are changes."""

    def pedantic(docs: Sequence[Source], question: str) -> Answer:
        return quoting(docs, question) if question[:1].isupper() else refused(asked("a")).answer

    upper = replace(SET, questions=(asked("a", question="When was the harbour dredged?"),))
    columns = rephrase(upper, opens(pedantic)).columns
    assert sum(columns["evidence_change_rate"]) == 2
    assert columns["all_agree_rate"] == [0]


def test_answers_agree_on_their_place() -> None:
    """Overlapping first citations agree; other places, other documents and refusals do not."""
    one = told(asked("a")).answer
    assert agree(one, told(asked("a"), 20, 57).answer)
    assert not agree(one, told(asked("a"), 33, 57).answer)
    assert not agree(one, refused(asked("a")).answer)
    assert agree(refused(asked("a")).answer, refused(asked("b")).answer)


# ---- sensitivity -------------------------------------------------------------------------------------------


class Never(WordOverlap):
    """A checker that nothing pleases."""

    name = "never"
    supported = 2.0


def test_the_shift_between_checkers_is_measured() -> None:
    """Against one that supports nothing, a true quote falls from 1 to 0; against itself it stays."""
    rows = [told(asked("a")), refused(asked("b"))]
    apart = sensitivity(rows, Footnote(), Never()).columns
    assert apart["citation_recall"] == [1]
    assert apart["citation_recall_shift"] == apart["faithfulness_shift"] == [-1]
    assert apart["verdict_agreement"] == [0]
    same = sensitivity(rows, Footnote(), Footnote()).columns
    assert same["verdict_agreement"] == [1]
    assert same["citation_recall_shift"] == [0]
