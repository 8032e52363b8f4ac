"""Sensitivity: the same answers under two checkers, and how much of a number is the checker's."""

from collections.abc import Iterable

from eval.attribution import Checker, attribute
from eval.probe import Found
from eval.rows import Row
from eval.table import ATTRIBUTED


def sensitivity(rows: Iterable[Row], one: Checker, other: Checker) -> Found:
    """Each answered row judged by both.

    Measures: `verdict_agreement` (sentences on which both say the same of the citations), and for citation
    recall and precision and faithfulness the value under the first; NAME_shift: the other's minus that.
    """
    found = Found(note=f"{one.name} against {other.name}; a shift is the second minus the first")
    for row in rows:
        if row.answer.status != "answered":
            continue
        found.model = row.answer.model
        first, second = attribute(row.answer, one), attribute(row.answer, other)
        agreed = [a == b for a, b in zip(first.recalled, second.recalled, strict=True)]
        scores = {"verdict_agreement": sum(agreed) / len(agreed) if agreed else 1.0}
        for name in ATTRIBUTED:
            scores[name] = getattr(first, name)
            scores[f"{name}_shift"] = getattr(second, name) - getattr(first, name)
        found.add({"id": row.question.id, "question": row.question.question}, **scores)
    return found
