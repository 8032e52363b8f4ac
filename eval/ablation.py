"""Source ablation: take away what an answer cites, index again, ask again; it must change or be refused.

What is still said word for word, though it stands nowhere in the documents any more, comes from the model's
memory or from a stale index. Two ways: *cut* the cited spans, and *alter* the numbers in them.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from eval.dataset import AnswersSet, Question
from eval.probe import Found, OpenEngine, Track, overlap, said
from index.passage import Source
from qa.answer import Answer, Citation

SAME = 0.9  # of the words: from here on an answer says the same
_NUMBER = re.compile(r"\d+")


def ablate(dataset: AnswersSet, open_engine: OpenEngine, track: Track = iter) -> Found:
    """Each question that is answered, asked again with its cited spans cut, and with their numbers altered.

    Measures: `cut_same_rate` (still says it, though no document does: 0 is good), `cut_refused_rate`,
    `altered_stale_rate` (still gives the old number: 0 is good).
    """
    found = Found()
    engine = open_engine(dataset.docs)
    answers = [(q, engine.ask(q.question, q.history, id=q.id)) for q in dataset.questions]
    for question, before in track(answers):
        found.model = before.model
        if before.citations:
            _cut(found, dataset, question, before, open_engine)
            _alter(found, dataset, question, before, open_engine)
    found.note = (
        "an answer that only quotes cannot come from memory: here the probe shows that the index is not stale"
        if found.model == "extractive"
        else "what is still said comes from the model's memory"
    )
    return found


def _cut(found: Found, dataset: AnswersSet, question: Question, before: Answer, engine: OpenEngine) -> None:
    docs = changed(dataset.docs, before.citations, lambda quote: "")
    after = engine(docs).ask(question.question, question.history, id=question.id)
    elsewhere = any(overlap(said(before), line) >= SAME for doc in docs for line in doc.text.split("\n"))
    same = after.status == "answered" and overlap(said(before), said(after)) >= SAME and not elsewhere
    refused = after.status == "not_in_source"
    row = _row(question, "cut", before, after)
    found.add(row, cut_same_rate=same, cut_refused_rate=refused)


def _alter(found: Found, dataset: AnswersSet, question: Question, before: Answer, engine: OpenEngine) -> None:
    """Only where a cited span has a number that the answer gives."""
    numbers = {n for c in before.citations for n in _NUMBER.findall(c.quote)} & set(
        _NUMBER.findall(said(before))
    )
    if not numbers:
        return
    docs = changed(dataset.docs, before.citations, altered)
    after = engine(docs).ask(question.question, question.history, id=question.id)
    left = numbers & set(_NUMBER.findall(said(after)))
    gone = {n for n in left if not any(n in _NUMBER.findall(doc.text) for doc in docs)}
    found.add(_row(question, "altered", before, after), altered_stale_rate=bool(gone))


def _row(question: Question, way: str, before: Answer, after: Answer) -> Mapping[str, str]:
    return {
        "id": f"{question.id}/{way}",
        "question": question.question,
        "before": said(before),
        "after": said(after) or after.text,
    }


def altered(quote: str) -> str:
    """The text with every digit another one; no number keeps its value or gains a leading zero."""
    return _NUMBER.sub(lambda match: "".join(str((int(d) + 2) % 9 + 1) for d in match[0]), quote)


def changed(
    docs: Sequence[Source], citations: Sequence[Citation], change: Callable[[str], str]
) -> list[Source]:
    """The documents with each cited span replaced by what `change` makes of it; the rest as it was."""
    made = []
    for doc in docs:
        text = doc.text
        spans = sorted({(c.start, c.end) for c in citations if c.source == doc.name}, reverse=True)
        for start, end in spans:
            text = text[:start] + change(text[start:end]) + text[end:]
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        made.append(replace(doc, text=text, sha256=digest) if spans else doc)
    return [doc for doc in made if doc.text.strip()]
