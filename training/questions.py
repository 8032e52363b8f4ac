"""The questions that were written for training, as they are searched for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.dataset import Evidence
from index.passage import Source
from index.sentences import Span, trimmed_sentences
from qa.quoting.layout import NOT_IN_SOURCE
from qa.standalone import Turn, standalone

WRITTEN = Path(__file__).parent / "written"
HELD_OUT = WRITTEN / "held_out"  # what the cross-encoder has not seen


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    """One of our own questions: the sentences that answer it, and the words that do, where they can be told.

    `text` is the question as typed or, within a talk, as it can be read alone.
    """

    text: str
    evidence: tuple[Evidence, ...]
    answer: Evidence | None


Written = tuple[Source, list[WrittenQuestion]]


def written(path: Path, selqa: Mapping[str, Source]) -> list[Written]:
    """The documents of a file with their questions; a row without a text of its own is about one of selqa's.

    A row: {"title", "sentences"} or {"doc"}, and "questions": [{"q", "s": numbers of sentences, "a": words}];
    it may have "talks": rows of such questions, each after the answers to those before it.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        name = f"{path.stem}-{number}"
        if "doc" in row:
            source = replace(selqa[row["doc"]], name=name)
            spans = trimmed_sentences(source.text)
        else:
            text, spans = _joined(row["sentences"])
            source = Source(name, row["title"], text, "")
        asked = [(one["q"], one) for one in row["questions"]]
        asked += [turn for talk in row.get("talks", ()) for turn in _turns(talk, source.text, spans)]
        found.append((source, [_question(name, source.text, spans, text, one) for text, one in asked]))
    return found


def _turns(
    talk: Sequence[Mapping[str, Any]], text: str, spans: Sequence[Span]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The questions of a talk, each as it can be read alone after the best sentences for those before."""
    history: list[Turn] = []
    for one in talk:
        yield standalone(one["q"], history), one
        start, end = spans[one["s"][0]] if one["s"] else (0, 0)
        said = f"{text[start:end]} [1]" if one["s"] else NOT_IN_SOURCE
        history += [{"role": "user", "content": one["q"]}, {"role": "assistant", "content": said}]


def _joined(sentences: Sequence[str]) -> tuple[str, list[Span]]:
    """The sentences as a text, and their spans; one that opens with line breaks opens a paragraph."""
    text, spans = "", []
    for sentence in sentences:
        text += " " if text and not sentence.startswith("\n") else ""
        spans.append((len(text) + len(sentence) - len(sentence.lstrip()), len(text) + len(sentence)))
        text += sentence
    return text, spans


def _question(
    name: str, text: str, spans: Sequence[Span], asked: str, row: Mapping[str, Any]
) -> WrittenQuestion:
    words = row["a"]
    evidence = tuple(Evidence(name, *spans[n]) for n in row["s"])
    start = text.find(words, evidence[0].start) if evidence and words else -1
    answer = Evidence(name, start, start + len(words)) if start >= 0 else None
    return WrittenQuestion(asked, evidence, answer)
