"""Questions that a document does not answer, by rule: near ones, a detail swapped, and far ones."""

import re
from collections.abc import Iterable, Iterator

from index.words import terms

FAR = (
    "How long does a soft-boiled egg take?",
    "Which planet has the most moons?",
    "How do I reset a forgotten phone password?",
    "Who painted the ceiling of the Sistine Chapel?",
    "What is the boiling point of ethanol?",
    "When is the best time to prune apple trees?",
    "How many strings does a violin have?",
    "Which vitamin do oranges mainly contain?",
    "What are the rules for castling in chess?",
    "Why do cats purr?",
    "How do I get red wine out of a carpet?",
    "Which composer wrote The Magic Flute?",
)
_SURNAMES = ("Okafor", "Lindqvist", "Moreau", "Tanaka", "Castellano", "Nwosu", "Varga", "Haddad")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_NAME = re.compile(r"(?<=[a-z,] )([A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+)*) [A-Z][a-z'’-]+(?![\w'’])")


def near(questions: Iterable[str], text: str) -> Iterator[str]:
    """Each question with a year, a number or a surname changed to one that the text holds nowhere."""
    for number, question in enumerate(questions):
        changed = _swapped(question, text, number)
        if changed:
            yield changed


def far(text: str) -> Iterator[str]:
    """General questions none of whose content words stands in the text."""
    held = set(terms(text))
    for question in FAR:
        if not {term for term in terms(question) if len(term) > 3} & held:
            yield question


def _swapped(question: str, text: str, turn: int) -> str | None:
    if match := _YEAR.search(question):
        years = (str(int(match[0]) + step) for step in (3, 7, 11, -4, -9, 16))
        return _with(question, match.span(), (year for year in years if year not in text))
    if match := _NUMBER.search(question):
        numbers = (str(n) for n in (17, 53, 86, 419, 2600))
        return _with(question, match.span(), (n for n in numbers if n not in text))
    if match := _NAME.search(question):
        turned = _SURNAMES[turn % len(_SURNAMES) :] + _SURNAMES[: turn % len(_SURNAMES)]
        names = (f"{match[1]} {surname}" for surname in turned if surname not in text)
        return _with(question, match.span(), names)
    return None


def _with(question: str, span: tuple[int, int], others: Iterator[str]) -> str | None:
    other = next(others, None)
    return other and question[: span[0]] + other + question[span[1] :]
