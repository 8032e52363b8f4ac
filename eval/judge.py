"""An optional judge: a model asked for a verdict word. Advisory: it gates nothing."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import pstdev
from typing import Literal

Vote = Literal["supported", "partial", "unsupported", "UNPARSEABLE"]

WORTH: Mapping[str, float] = {"supported": 1.0, "partial": 0.5, "unsupported": 0.0}
_AROUND = " \t\r\n\"'`*_.!“”‘’"
PROMPT = """Does the passage support the sentence? Judge by the passage alone, not by what you know.

supported: the passage says all of it
partial: the passage says some of it and contradicts none
unsupported: the passage contradicts it, or says none of it

Passage:
{evidence}

Sentence:
{claim}

Reply with one word: supported, partial or unsupported."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The votes of one claim; `score` (mean) and `spread` (standard deviation) of those that parsed, in 0..1.

    Both are None where no vote parsed: no opinion is not "unsupported".
    """

    votes: tuple[Vote, ...]
    score: float | None
    spread: float | None

    @property
    def unparseable(self) -> int:
        """How many votes were no verdict word."""
        return Counter(self.votes)["UNPARSEABLE"]


def parse_vote(reply: str) -> Vote:
    """The verdict that the whole reply is, once quotes, emphasis and full stop are trimmed; else UNPARSEABLE.

    A verdict word inside other words is none: "NOT_ATTEMPTED", "Not supported" or "No. The passage says ..."
    must not be read as their parts.
    """
    word = reply.strip(_AROUND).casefold()
    if word == "supported":
        return "supported"
    if word == "partial":
        return "partial"
    if word == "unsupported":
        return "unsupported"
    return "UNPARSEABLE"


def judge(claim: str, evidence: str, complete: Callable[[str], str], votes: int = 3) -> Judgement:
    """`votes` answers of the model to the same question, parsed strictly.

    Raises:
        ValueError: fewer than one vote is asked for.
    """
    if votes < 1:
        raise ValueError("a judge needs at least one vote")
    # Not str.format: a passage may hold braces of its own.
    prompt = PROMPT.replace("{claim}", claim, 1).replace("{evidence}", evidence, 1)
    found = tuple(parse_vote(complete(prompt)) for _ in range(votes))
    worth = [WORTH[vote] for vote in found if vote != "UNPARSEABLE"]
    if not worth:
        return Judgement(found, None, None)
    return Judgement(found, sum(worth) / len(worth), pstdev(worth))
