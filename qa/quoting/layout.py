"""Quotes -> the text that people read; and what is said where there is nothing to quote."""

import re
from collections.abc import Collection, Sequence

from index.words import terms
from qa.quoting.quote import Quote
from qa.quoting.shapes import Shape

NOT_IN_SOURCE = "The source does not say."
NAMES = 3  # named in a refusal
_NAME = re.compile(
    r"\b(?!(?:Who|Whose|Whom|What|Which|When|Where|Why|How)\b)"
    r"[A-Z][\w&-]*(?:(?: (?:of|and|the|de|von|van))? [A-Z][\w&-]*)*"
)


def laid_out(quotes: Sequence[Quote], shape: Shape) -> str:
    """The quotes with their markers: one as a sentence, several as bullets, unsure ones after the best."""
    marked = [f"{quote.marked} [{n}]" for n, quote in enumerate(quotes, start=1)]
    if len(marked) == 1:
        return marked[0]
    if shape in {"list", "topic", "overview"}:
        return "\n".join(f"- {line}" for line in marked)
    further = "\n".join(f"- {line}" for line in marked[1:])
    return f"{marked[0]}\n\nThe source also says:\n{further}"


def refusal(question: str, missing: Collection[str]) -> str:
    """That the source does not say, and which names of the question it never mentions."""
    names = _unmentioned(question, missing)
    return f"{NOT_IN_SOURCE} It never mentions {names}." if names else NOT_IN_SOURCE


def caution(question: str, missing: Collection[str]) -> str:
    """For an answer to a question with names that the source never mentions: which they are; else nothing."""
    names = _unmentioned(question, missing)
    return f"The source never mentions {names}." if names else ""


def _unmentioned(question: str, missing: Collection[str]) -> str:
    names = [name for name in _NAME.findall(question) if set(terms(name)) & set(missing)]
    return " or ".join(dict.fromkeys(names[:NAMES]))


def greeting(titles: Sequence[str]) -> str:
    """A word of welcome that says what can be asked about."""
    return f"Hello. Ask me about {_about(titles)}: I answer in its own words and say where they stand."


def thanks() -> str:
    """An answer to thanks."""
    return "You are welcome. Ask on whenever you like."


def help_text(titles: Sequence[str]) -> str:
    """What can be asked, in four lines."""
    return (
        f"I answer questions about {_about(titles)} with sentences quoted from the source, "
        "each with a footnote to the exact place.\n"
        "- Ask for a fact: who, when, where, how many, why.\n"
        '- Ask for an overview: "What is this about?"\n'
        "- Where the source does not say, I tell you so."
    )


def _about(titles: Sequence[str]) -> str:
    return f"“{titles[0]}”" if len(titles) == 1 else f"the {len(titles)} sources" if titles else "a source"
