"""What is taken along: an answer or a conversation with its footnotes; a judgement -> a line of feedback."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from page.library import Library
from qa.answer import Answer
from qa.talk.changed import Changed
from qa.talk.conversation import Conversation
from qa.talk.export import to_markdown

MAX_REASON = 2000  # characters of a reason kept


def answer_markdown(answer: Answer, library: Library) -> str:
    """The answer's text with its footnotes under it: each with its place and its quote."""
    notes = "\n".join(
        f"[{c.n}] {c.title}, {library.place(c.source, c.start, c.sha256)}: “{' '.join(c.quote.split())}”"
        for c in answer.citations
    )
    return f"{answer.text}\n\n{notes}".strip()


def conversation_markdown(talk: Conversation, library: Library, changed: Mapping[int, Changed]) -> str:
    """The conversation as it is shown, each footnote once, at the end, with its place in words."""
    return to_markdown(
        talk, tuple(changed.values()), lambda c: f"{c.title}, {library.place(c.source, c.start, c.sha256)}"
    )


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
