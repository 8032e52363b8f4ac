"""An Answer -> the conversation's HTML. Every word of a document, a question or a model is escaped."""

import re
from collections.abc import Callable, Sequence
from html import escape

from page.export import answer_markdown
from page.library import Library
from page.markup import blocks, inline, plain, sentence_places
from page.strings import Strings
from qa.answer import Answer, Citation, Sentence

OFFLINE = "extractive"  # Answer.model where no model wrote
CONTEXT = 140  # characters of its paragraph shown on each side of a quote
HEADINGS = 4  # suggested after a refusal
_MARKERS = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]?")

Located = tuple[int, int, bool, Sentence]


def turn(answer: Answer, number: int, library: Library, last: bool = False) -> str:
    """One question and its answer, with chips and footnotes, as an <article>."""
    if answer.status == "not_in_source":
        body = _refusal(answer, number, library)
    else:
        body = _summary(answer, library.words) + _text(answer, number, library)
        body += _footnotes(answer, number, library)
    return (
        f'<article class="fn-turn" data-turn="{number}">'
        f'<h2 class="fn-question" dir="auto">{escape(answer.question)}</h2>'
        f'<div class="fn-answer">{body}{_warnings(answer)}</div>'
        f"{_actions(answer, number, library, last)}</article>"
    )


def pending(question: str, text: str, words: Strings) -> str:
    """A question whose answer is still being made: the text so far, without the model's own markers."""
    shown = escape(_MARKERS.sub("", text)) or f'<span class="fn-hint">{escape(words["looking"])}</span>'
    return (
        f'<article class="fn-turn fn-pending" aria-busy="true">'
        f'<h2 class="fn-question" dir="auto">{escape(question)}</h2>'
        f'<div class="fn-text"><p class="fn-stream" dir="auto">{shown}</p></div></article>'
    )


def badge(model: str, words: Strings) -> str:
    """Who writes the answers: nobody (quoting, offline), or which model."""
    offline = model == OFFLINE
    name = words["offline_badge"] if offline else words["model_badge"].format(model=model)
    why = words["offline_badge_why"] if offline else words["model_badge_why"]
    return f'<span class="fn-badge" title="{escape(why)}">{escape(name)}</span>'


def _text(answer: Answer, number: int, library: Library) -> str:
    """The answer's text as paragraphs and lists; its markers are chips, doubtful sentences say why."""
    known = {citation.n: citation for citation in answer.citations}

    def chip(n: int) -> str:
        if n in known:
            return _chip(known[n], number, library)
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


def _chip(citation: Citation, number: int, library: Library) -> str:
    place = library.place(citation.source, citation.start, citation.sha256)
    label = library.words["footnote"].format(n=citation.n, place=place, quote=citation.quote)
    return (
        f'<button type="button" class="fn-chip" data-turn="{number}" data-n="{citation.n}" '
        f'aria-label="{escape(label)}">{citation.n}</button>'
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


def _footnotes(answer: Answer, number: int, library: Library) -> str:
    notes = "".join(_footnote(citation, number, library) for citation in answer.citations)
    return f'<ol class="fn-notes" aria-label="{escape(library.words["footnotes"])}">{notes}</ol>'


def _footnote(citation: Citation, number: int, library: Library) -> str:
    document = library.find(citation.source)
    whole = document is not None and document.sha256 == citation.sha256
    before, after = document.around(citation.start, citation.end, CONTEXT) if document and whole else ("", "")
    target = f'data-turn="{number}" data-n="{citation.n}"'
    place = escape(library.place(citation.source, citation.start, citation.sha256))
    return (
        f'<li class="fn-note" {target}><button type="button" class="fn-place" {target}>'
        f'<span class="fn-n">{citation.n}</span> {place}</button>'
        f'<blockquote dir="auto">{escape(before)}<mark>{escape(citation.quote)}</mark>{escape(after)}'
        "</blockquote></li>"
    )


def _refusal(answer: Answer, number: int, library: Library) -> str:
    """One line that the source is silent, the passage nearest to the question, and what to ask instead."""
    words = library.words
    html = f'<p class="fn-silent">{escape(words["not_in_source"])}</p>'
    for passage in answer.passages[:1]:
        place = escape(library.place(passage.source, passage.start))
        html += (
            f'<p class="fn-nearest-label">{escape(words["nearest"])}: <button type="button" class="fn-place" '
            f'data-turn="{number}" data-n="p0">{place}</button></p>'
            f'<blockquote class="fn-nearest" dir="auto">{escape(passage.text.strip())}</blockquote>'
        )
    headings = _headings(answer, library)
    if headings:
        items = "".join(f'<li dir="auto">{escape(heading)}</li>' for heading in headings)
        html += f'<div class="fn-about"><p>{escape(words["it_speaks_of"])}</p><ul>{items}</ul></div>'
    return html


def _headings(answer: Answer, library: Library) -> list[str]:
    """The headings nearest to the question: what the sources do speak of."""
    found: dict[str, None] = {}
    for passage in answer.passages:
        document = library.find(passage.source)
        heading = document.passages[document.index_at(passage.start)].heading if document else ""
        if document and heading and heading != document.title:
            found.setdefault(heading)
    return list(found)[:HEADINGS]


def _warnings(answer: Answer) -> str:
    return "".join(f'<p class="fn-warning">{escape(warning)}</p>' for warning in answer.warnings)


def _actions(answer: Answer, number: int, library: Library, last: bool) -> str:
    """Copy, retry and edit, thumbs; and how the answer was made, behind a line that opens."""
    words = library.words
    copy = escape(answer_markdown(answer, library))

    def button(act: str, more: str = "") -> str:
        return (
            f'<button type="button" class="fn-act" data-act="{act}" data-turn="{number}"{more}>'
            f"{escape(words[act])}</button>"
        )

    buttons = button("copy", f' data-copy="{copy}"')
    buttons += button("retry") + button("edit") if last else ""
    rate = "".join(
        f'<button type="button" class="fn-act fn-thumb" data-act="rate" data-rating="{rating}" '
        f'data-turn="{number}" aria-pressed="false">{escape(words[rating])}</button>'
        for rating in ("up", "down")
    )
    form = (
        f'<form class="fn-reason" data-turn="{number}" hidden><input name="reason" maxlength="2000" '
        f'placeholder="{escape(words["reason"])}" aria-label="{escape(words["reason"])}">'
        f'<button class="fn-act">{escape(words["send_reason"])}</button></form>'
    )
    return (
        f'<div class="fn-actions">{buttons}{rate}<details class="fn-details"><summary>'
        f"{escape(words['details'])}</summary><p>{escape(_details(answer, words))}</p></details></div>{form}"
    )


def _details(answer: Answer, words: Strings) -> str:
    """The model, milliseconds per stage, tokens and what they cost, where there are some."""
    parts = [words["offline_badge"] if answer.model == OFFLINE else answer.model]
    parts += [f"{stage} {took:,.0f} ms" for stage, took in answer.timings_ms.items()]
    if sum(answer.tokens.values()):
        parts += [f"{count:,} {kind} tokens" for kind, count in answer.tokens.items()]
    if answer.cost_usd is not None:
        parts.append(f"${answer.cost_usd:.4f}")
    parts.append(words["confidence"].format(value=f"{answer.confidence:.2f}"))
    return " · ".join(parts)


def searched(answer: Answer | None, library: Library) -> str:
    """What the answerer was shown: the question as searched, and each passage with its score."""
    words = library.words
    if answer is None:
        return f'<p class="fn-hint">{escape(words["nothing_searched"])}</p>'
    cited = {citation.passage_id for citation in answer.citations}
    rows = "".join(
        f'<li class="fn-passage"><p class="fn-meta">{escape(library.place(passage.source, passage.start))}'
        f" · {escape(words['score'].format(score=f'{passage.score:.2f}'))} · "
        f"{escape(words['cited_passage' if passage.id in cited else 'uncited_passage'])}</p>"
        f'<blockquote dir="auto">{escape(passage.text.strip())}</blockquote></li>'
        for passage in answer.passages
    )
    return f'{_searched_as(answer, words)}<ol class="fn-passages">{rows}</ol>'


def _searched_as(answer: Answer, words: Strings) -> str:
    if answer.standalone.strip() == answer.question.strip():
        return ""
    label = escape(words["searched_as"])
    return f'<p class="fn-meta" dir="auto">{label}: <q>{escape(answer.standalone)}</q></p>'
