"""A conversation -> Markdown or JSON to keep; a judgement -> a line of feedback."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from page.library import Library
from qa.answer import Answer

MAX_REASON = 2000  # characters of a reason kept


def answer_markdown(answer: Answer, library: Library) -> str:
    """The answer's text with its footnotes under it: each with its place and its quote."""
    notes = "\n".join(
        f"[{c.n}] {c.title}, {library.place(c.source, c.start, c.sha256)}: “{' '.join(c.quote.split())}”"
        for c in answer.citations
    )
    return f"{answer.text}\n\n{notes}".strip()


def conversation_markdown(turns: Sequence[Answer], library: Library) -> str:
    """The whole conversation, a heading for each question."""
    parts = [
        f"## {' '.join(answer.question.split())}\n\n{answer_markdown(answer, library)}\n" for answer in turns
    ]
    return "\n".join(parts)


def conversation_json(turns: Sequence[Answer]) -> str:
    """The whole conversation: a list of the contract's Answers."""
    return json.dumps([answer.to_json() for answer in turns], ensure_ascii=False, indent=2)


def keep_feedback(file: Path, answer: Answer, rating: str, reason: str) -> None:
    """Append one line of JSON to `file`: when, up or down, why, and the whole Answer."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "rating": rating,
        "reason": reason.strip()[:MAX_REASON],
        "answer": answer.to_json(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
