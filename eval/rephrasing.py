"""Rephrasing: a question in five other shapes, and how often the evidence changes.

The shapes are made by rule and keep most words, so they show how an answer hangs on the surface of a
question: case, politeness, a slip of the fingers, a bare list of words. Rows tagged "paraphrase" in the
article's set were reworded by hand, and are the harder test.
"""

import re
from collections.abc import Callable, Mapping
from itertools import combinations

from eval.dataset import AnswersSet
from eval.measures import evidence_hit
from eval.probe import Found, OpenEngine, Track
from qa.answer import Answer

_FUNCTION_WORD = re.compile(
    r"a|an|the|of|to|in|on|at|by|for|from|with|and|or|as|is|are|was|were|be|been|do|does|did|has|have|had|will|would|"
    r"could|can|should|what|which|who|whom|whose|when|where|why|how|that|this|these|those|it|its|there",
    re.IGNORECASE,
)


def _typo(question: str) -> str:
    """Two letters swapped in the middle of the longest word."""
    longest = max(question.split(), key=len)
    middle = len(longest) // 2
    slipped = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
    return question.replace(longest, slipped, 1) if len(longest) > 3 else question


def _keywords(question: str) -> str:
    """The question without the words that every question has."""
    kept = [word for word in question.rstrip("?!. ").split() if not _FUNCTION_WORD.fullmatch(word)]
    return " ".join(kept) or question


REPHRASINGS: Mapping[str, Callable[[str], str]] = {
    "lower case": lambda question: question.lower().rstrip("?!. ") or question,
    "polite": lambda question: f"Could you please tell me the following: {question}",
    "according to": lambda question: f"According to the text, {question[:1].lower()}{question[1:]}",
    "typo": _typo,
    "keywords": _keywords,
}


def rephrase(dataset: AnswersSet, open_engine: OpenEngine, track: Track = iter) -> Found:
    """Each question as it stands and in five other shapes.

    Measures: `evidence_change_rate` (shapes whose first citation lies elsewhere, or that are refused where
    the question was answered, or the other way round), `all_agree_rate` (questions that all shapes
    answer alike), and `evidence_hit` over the shapes of answerable questions.
    """
    found = Found()
    engine = open_engine(dataset.docs)
    for question in track(dataset.questions):
        first = engine.ask(question.question, question.history, id=question.id)
        found.model = first.model
        answers = [first]
        for shape, change in REPHRASINGS.items():
            asked = change(question.question)
            answer = engine.ask(asked, question.history, id=question.id)
            answers.append(answer)
            scores = {"evidence_change_rate": float(not agree(first, answer))}
            if question.evidence:
                scores["evidence_hit"] = evidence_hit(answer, question.evidence, dataset.all_needed)
            found.add({"id": f"{question.id}/{shape}", "question": asked}, **scores)
        alike = all(agree(one, other) for one, other in combinations(answers, 2))
        found.columns.setdefault("all_agree_rate", []).append(float(alike))
    found.note = "shapes are made by rule and keep most words; rows tagged paraphrase are the harder test"
    return found


def agree(one: Answer, other: Answer) -> bool:
    """Whether two answers rest on the same place: their first citations overlap, or both refuse."""
    if not one.citations or not other.citations:
        return one.status == other.status
    a, b = one.citations[0], other.citations[0]
    return a.source == b.source and a.start < b.end and b.start < a.end
