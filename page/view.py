"""An Answer -> the conversation's HTML. Every word of a document, a question or a model is escaped."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from page.actions import actions, rewording
from page.library import Library
from page.markup import blocks, inline, plain, sentence_places
from page.searched import searched_as
from page.silence import silence
from page.strings import Strings
from qa.answer import Answer, Citation, Sentence
from qa.talk.changed import Changed

CONTEXT = 140  # characters of its paragraph shown on each side of a quote
_MARKERS = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]?")

Located = tuple[int, int, bool, Sentence]


@dataclass(frozen=True, slots=True)
class Around:
    """What a turn is shown with: what became of its sources, what else was or could be asked in its place.

    `version` is (which, of how many) answers at its place; `choices` are the questions it may have meant.
    """

    changed: Mapping[int, Changed] = field(default_factory=dict)
    version: tuple[int, int] = (1, 1)
    choices: Sequence[str] = ()
    suggestions: Sequence[str] = ()


ALONE = Around()


def turn(answer: Answer, number: int, library: Library, around: Around = ALONE) -> str:
    """One question and its answer, with chips and footnotes, as an <article>."""
    if answer.status == "not_in_source":
        body = silence(answer, number, library, around.suggestions)
    else:
        body = _summary(answer, library.words) + _text(answer, number, library, around.changed)
        body += _footnotes(answer, number, library, around.changed)
    return (
        f'<article class="fn-turn" data-turn="{number}">'
        f'<h2 class="fn-question" dir="auto">{escape(answer.question)}</h2>'
        f"{rewording(answer, number, library.words)}{searched_as(answer, library.words)}"
        f'<div class="fn-answer">{_choices(around.choices, number, library.words)}{body}{_warnings(answer)}'
        f"{_stale(answer, number, library.words, around.changed)}</div>"
        f"{actions(answer, number, library, around.version)}</article>"
    )


def pending(question: str, text: str, words: Strings) -> str:
    """A question whose answer is still being made: the text so far, without the model's own markers."""
    shown = escape(_MARKERS.sub("", text)) or f'<span class="fn-hint">{escape(words["looking"])}</span>'
    return (
        f'<article class="fn-turn fn-pending" aria-busy="true">'
        f'<h2 class="fn-question" dir="auto">{escape(question)}</h2>'
        f'<div class="fn-text"><p class="fn-stream" dir="auto">{shown}</p></div></article>'
    )


def _text(answer: Answer, number: int, library: Library, changed: Mapping[int, Changed]) -> str:
    """The answer's text as paragraphs and lists; its markers are chips, doubtful sentences say why."""
    known = {citation.n: citation for citation in answer.citations}

    def chip(n: int) -> str:
        if n in known:
            return _chip(known[n], number, library, changed.get(n))
        why = library.words["unknown_marker"].format(n=n)
        return f'<span class="fn-nochip" title="{escape(why)}">[{n}]</span>'

    places = sentence_places(answer.text, [sentence.text for sentence in answer.sentences])
    located = [(*place, s) for place, s in zip(places, answer.sentences, strict=True) if place]
    html = []
    for kind, lines in blocks(answer.text):
        shown = [_line(answer.text, start, end, located, chip, library.words) for start, end in lines]
        if kind == "p":
            html.append(f'<p dir="auto">{shown[0]}</p>')
        else:
            html.append(f"<{kind}>" + "".join(f'<li dir="auto">{item}</li>' for item in shown) + f"</{kind}>")
    return f'<div class="fn-text">{"".join(html)}</div>'


def _line(
    text: str, start: int, end: int, located: Sequence[Located], chip: Callable[[int], str], words: Strings
) -> str:
    """One paragraph or list item: its sentences, each with what is to be said about it."""
    parts = []
    cursor = start
    for first, last, literal, sentence in located:
        if last <= cursor or first >= end:
            continue
        parts.append(inline(text[cursor : max(cursor, first)], chip))
        cut = min(last, end)
        piece = text[max(cursor, first) : cut]
        own = len(sentence.text) if literal else 0  # its own words hold brackets: those are no markers
        shown = plain(piece[:own]) + inline(piece[own:], chip)
        note = _verdict(sentence, words) if cut == last else ""
        parts.append(f'<span class="fn-sentence fn-{sentence.verdict}">{shown}</span>{note}')
        cursor = cut
    parts.append(inline(text[cursor:end], chip))
    return "".join(parts)


def _chip(citation: Citation, number: int, library: Library, change: Changed | None) -> str:
    place = library.cited(citation, change)
    label = library.words["footnote"].format(n=citation.n, place=place, quote=citation.quote)
    return (
        f'<button type="button" class="fn-chip{" fn-stale" if change else ""}" data-turn="{number}" '
        f'data-n="{citation.n}" aria-label="{escape(label)}">{citation.n}</button>'
    )


def _verdict(sentence: Sentence, words: Strings) -> str:
    """Nothing for a supported sentence; for another, why it is not."""
    if sentence.verdict == "supported":
        return ""
    return f' <span class="fn-verdict">{escape(words[sentence.verdict])}</span>'


def _summary(answer: Answer, words: Strings) -> str:
    supported = sum(sentence.verdict == "supported" for sentence in answer.sentences)
    total = len(answer.sentences)
    if supported == total:
        return ""
    line = words["supported_count"].format(supported=supported, total=total)
    return f'<p class="fn-summary">{escape(line)}</p>'


def _footnotes(answer: Answer, number: int, library: Library, changed: Mapping[int, Changed]) -> str:
    notes = "".join(_footnote(c, number, library, changed.get(c.n)) for c in answer.citations)
    return f'<ol class="fn-notes" aria-label="{escape(library.words["footnotes"])}">{notes}</ol>'


def _footnote(citation: Citation, number: int, library: Library, change: Changed | None) -> str:
    document = library.find(citation.source)
    start, end = (change.start, change.end) if change else (citation.start, citation.end)
    before = after = ""
    if document and start is not None and end is not None and document.text[start:end] == citation.quote:
        before, after = document.around(start, end, CONTEXT)
    target = f'data-turn="{number}" data-n="{citation.n}"'
    place = escape(library.cited(citation, change))
    return (
        f'<li class="fn-note" {target}><button type="button" class="fn-place" {target}>'
        f'<span class="fn-n">{citation.n}</span> {place}</button>'
        f'<blockquote dir="auto">{escape(before)}<mark>{escape(citation.quote)}</mark>{escape(after)}'
        "</blockquote></li>"
    )


def _warnings(answer: Answer) -> str:
    return "".join(f'<p class="fn-warning">{escape(warning)}</p>' for warning in answer.warnings)


def _choices(choices: Sequence[str], number: int, words: Strings) -> str:
    """What the question may have meant, each a button that asks it in its place."""
    buttons = "".join(
        f'<button type="button" class="fn-example" data-act="edit" data-turn="{number}" '
        f'data-question="{escape(choice)}" dir="auto">{escape(choice)}</button>'
        for choice in choices
    )
    if not buttons:
        return ""
    label = escape(words["which"])
    return (
        f'<div class="fn-choices" role="group" aria-label="{label}"><p class="fn-hint">{label}</p>'
        f'<div class="fn-example-list">{buttons}</div></div>'
    )


def _stale(answer: Answer, number: int, words: Strings, changed: Mapping[int, Changed]) -> str:
    """That a source has changed since, with a button that asks today's."""
    if not any(citation.n in changed for citation in answer.citations):
        return ""
    return (
        f'<p class="fn-warning">{escape(words["changed_since"])} <button type="button" '
        f'class="fn-act fn-again" data-act="retry" data-turn="{number}">'
        f"{escape(words['check_again'])}</button></p>"
    )
