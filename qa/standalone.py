"""Question + history -> the question to search for."""

import re
from collections.abc import Mapping, Sequence

Turn = Mapping[str, str]  # {"role": "user" | "assistant", "content": ...}

_LEANS = re.compile(
    r"^(and|but|or|so|why|how so|what about|how about|when was that|no,)\b|"
    r"\b(he|she|it|they|him|her|them|his|its|their|this|that|these|those|there|one|ones)\b",
    re.IGNORECASE,
)
_SHORT = 4  # words: a question this short rarely stands alone


def standalone(question: str, history: Sequence[Turn] = ()) -> str:
    """The question as it is searched: a follow-up that leans on the talk takes the last question along."""
    asked = [turn["content"] for turn in history if turn.get("role") == "user" and turn.get("content")]
    if asked and (len(question.split()) <= _SHORT or _LEANS.search(question)):
        return f"{asked[-1].strip()} {question.strip()}"
    return question.strip()
