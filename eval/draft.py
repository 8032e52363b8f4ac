"""A user's document -> a draft of an answers layout: questions by rule or model, each tied to its span.

The rules are plain on purpose: a draft saves typing spans, not thinking. Each row says
`"reviewed": false`: reword the question, write the short answer, set it to true.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.dataset import DatasetInvalid
from eval.saved import write_rows
from eval.unanswerable import far, near
from index.passage import Source
from index.sentences import Span, sentence_spans, trim

SHORTEST, LONGEST = 20, 400  # characters of a sentence worth asking about
_SUBJECT = r"(?P<subject>(?:The|A|An)(?: [\w'’-]+){1,4}?|[A-Z][\w-]*(?: [A-Z][\w-]*){0,3})"
_COPULA = re.compile(
    rf"^{_SUBJECT} (?P<verb>is|are|was|were|has been|have been) (?P<rest>[^,;:]{{8,}}[^,;:.])\.$"
)
_COUNT = re.compile(r"\b(?P<number>\d[\d,.]*\d|\d) (?P<noun>[a-z]{3,}s)\b")
_DATE = re.compile(
    r"\b(?:(?:January|February|March|April|May|June|July|August|September|October|November|December) )?"
    r"(?:1[5-9]|20)\d\d\b"
)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]++(?: [A-Z][\w-]++)++(?![\w'’])")  # no possessive


@dataclass(frozen=True, slots=True)
class Draft:
    """A question about a span of the source; without one, a question that it does not answer."""

    question: str
    span: Span | None
    answers: tuple[str, ...]
    tag: str


def drafts(source: Source) -> Iterator[Draft]:
    """Every question the rules can make of a source, in order; none is asked twice."""
    asked = set()
    for span in sentence_spans(source.text):
        start, end = trim(source.text, span)
        sentence = source.text[start:end]
        if SHORTEST <= len(sentence) <= LONGEST and not sentence.startswith(("#", "|", "*")):
            for question, answers, tag in _questions(" ".join(sentence.split())):
                if question not in asked:
                    asked.add(question)
                    yield Draft(question, (start, end), answers, tag)


def _questions(sentence: str) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """(question, short answers, tag) for each rule that fits."""
    if match := _COUNT.search(sentence):
        where = _topic(sentence, match.start())
        yield f"How many {match['noun']} {where}?", (match["number"],), "how-many"
    if match := _DATE.search(sentence):
        yield f"What happened in {match[0]}?", (), "when"
    if match := _NAME.search(sentence):
        yield f"What is said about {match[0]}?", (), "who"
    if match := _COPULA.match(sentence):
        verb, *more = match["verb"].split()
        rest = " ".join([*more, match["rest"]])
        yield f"{verb.capitalize()} {_lower(match['subject'])} {rest}?", ("yes",), "yes-no"


def _topic(sentence: str, number_at: int) -> str:
    """What the count is about, as far as a rule can tell: the sentence's first name, else nothing."""
    match = _NAME.search(sentence)
    return (
        f"are mentioned together with {match[0]}" if match and match.start() != number_at else "are mentioned"
    )


def _lower(subject: str) -> str:
    first, _, rest = subject.partition(" ")
    return f"{first.lower()} {rest}" if first in {"The", "A", "An"} else subject


def unanswerable(source: Source, asked: Sequence[Draft], wanted: int) -> list[Draft]:
    """Up to `wanted` questions that the source does not answer: half near what is asked, half far from it."""
    known = {draft.question for draft in asked}
    close = [q for q in dict.fromkeys(near([d.question for d in asked], source.text)) if q not in known]
    wide = list(far(source.text))
    count = min(len(close), wanted // 2)
    step = len(close) / count if count else 0.0
    chosen = [(close[int(i * step)], "near") for i in range(count)]
    chosen += [(question, "far") for question in wide[: wanted - wanted // 2]]
    return [Draft(question, None, (), tag) for question, tag in chosen]


def spread(found: Sequence[Draft], wanted: int) -> list[Draft]:
    """At most `wanted` of them, evenly from beginning to end."""
    step = max(1.0, len(found) / wanted)
    return [found[int(i * step)] for i in range(min(wanted, len(found)))]


def write_draft(source: Source, folder: Path, chosen: Sequence[Draft]) -> None:
    """Write docs/ and questions.jsonl for `source`.

    Raises:
        DatasetInvalid: there is nothing to ask.
    """
    if not any(draft.span for draft in chosen):
        raise DatasetInvalid(f"{source.name}: the rules find nothing to ask; write questions.jsonl by hand")
    doc = f"{Path(source.name).stem}.txt"
    (folder / "docs").mkdir(parents=True)
    # Bytes, not text: a line end that is changed would move every span after it.
    (folder / "docs" / doc).write_bytes(source.text.encode("utf-8"))
    write_rows(folder / "questions.jsonl", (_row(n, doc, source, d) for n, d in enumerate(chosen, 1)))


def refuse_filled(folder: Path, advice: str) -> None:
    """See that nothing would be overwritten.

    Raises:
        DatasetInvalid: `folder` holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DatasetInvalid(f"{folder}: is there and not empty; {advice}")


def _row(number: int, doc: str, source: Source, draft: Draft) -> dict[str, Any]:
    start, end = draft.span or (0, 0)
    span = {"doc": doc, "start": start, "end": end, "quote": source.text[start:end]}
    return {
        "id": f"draft-{number:03}",
        "question": draft.question,
        "history": [],
        "answerable": draft.span is not None,
        "evidence": [span] if draft.span else [],
        "answers": list(draft.answers),
        "tags": ["draft", draft.tag],
        "reviewed": False,
    }
