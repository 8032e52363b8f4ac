"""An Answer -> the conversation's HTML. Every word of a document, question or model is escaped."""

from collections.abc import Callable
from html import escape

from page.library import Library
from page.markup import blocks, inline, plain, sentence_ends
from page.strings import Strings
from qa.answer import Answer, Citation, Sentence

OFFLINE = "extractive"  # Answer.model where no model wrote
CONTEXT = 160  # characters of its paragraph shown on each side of a quote


def turn(answer: Answer, number: int, library: Library) -> str:
    """One question and its answer, with chips and footnotes, as an <article>."""
    body = (
        _refusal(answer, number, library)
        if answer.status == "not_in_source"
        else (
            _summary(answer, library.words)
            + _text(answer, number, library)
            + _footnotes(answer, number, library)
        )
    )
    return (
        f'<article class="fn-turn" data-turn="{number}">'
        f'<h2 class="fn-question" dir="auto">{escape(answer.question)}</h2>'
        f'<div class="fn-answer">{body}{_warnings(answer)}</div></article>'
    )


def badge(model: str, words: Strings) -> str:
    """Who writes the answers: nobody (quoting, offline), or which model."""
    offline = model == OFFLINE
    name = words["offline_badge"] if offline else words["model_badge"].format(model=model)
    why = words["offline_badge_why"] if offline else words["model_badge_why"]
    return f'<span class="fn-badge" tabindex="0" title="{escape(why)}">{escape(name)}</span>'


def _text(answer: Answer, number: int, library: Library) -> str:
    """The answer's text as paragraphs and lists; its markers are chips, doubtful sentences say why."""
    known = {citation.n: citation for citation in answer.citations}

    def chip(n: int) -> str:
        if n not in known:
            why = library.words["unknown_marker"].format(n=n)
            return f'<span class="fn-nochip" title="{escape(why)}">[{n}]</span>'
        return _chip(known[n], number, library)

    places = sentence_ends(answer.text, [sentence.text for sentence in answer.sentences])
    located = [(*place, s) for place, s in zip(places, answer.sentences, strict=True) if place]
    html = []
    for kind, lines in blocks(answer.text):
        rendered = [_line(answer.text, start, end, located, chip, library.words) for start, end in lines]
        if kind == "p":
            html.append(f'<p dir="auto">{rendered[0]}</p>')
        else:
            html.append(
                f"<{kind}>" + "".join(f'<li dir="auto">{item}</li>' for item in rendered) + f"</{kind}>"
            )
    return f'<div class="fn-text">{"".join(html)}</div>'


def _line(
    text: str,
    start: int,
    end: int,
    located: list[tuple[int, int, bool, Sentence]],
    chip: Callable[[int], str],
    words: Strings,
) -> str:
    parts = []
    cursor = start
    for first, last, literal, sentence in located:
        if last <= cursor or first >= end:
            continue
        parts.append(inline(text[cursor : max(cursor, first)], chip))
        cut = min(last, end)
        piece = text[max(cursor, first) : cut]
        if literal:  # its own words hold brackets: only those after them are markers
            own = len(sentence.text)
            shown = plain(piece[:own]) + inline(piece[own:], chip)
        else:
            shown = inline(piece, chip)
        note = _verdict(sentence, words) if cut == last else ""
        parts.append(f'<span class="fn-sentence fn-{sentence.verdict}">{shown}</span>{note}')
        cursor = cut
    parts.append(inline(text[cursor:end], chip))
    return "".join(parts)


def _chip(citation: Citation, number: int, library: Library) -> str:
    place = library.place(citation.source, citation.start)
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
    return (
        f'<ol class="fn-notes" aria-label="{escape(library.words["footnotes"])}">{notes}</ol>'
        if notes
        else ""
    )


def _footnote(citation: Citation, number: int, library: Library) -> str:
    before, after = library.find(citation.source).around(citation.start, citation.end, CONTEXT)
    show = library.words["show_in_source"].format(n=citation.n)
    return (
        f'<li class="fn-note" data-turn="{number}" data-n="{citation.n}">'
        f'<button type="button" class="fn-place" data-turn="{number}" data-n="{citation.n}" '
        f'aria-label="{escape(show)}"><span class="fn-n">{citation.n}</span> '
        f"{escape(library.place(citation.source, citation.start))}</button>"
        f'<blockquote dir="auto">{escape(before)}<mark>{escape(citation.quote)}</mark>{escape(after)}'
        "</blockquote></li>"
    )


def _refusal(answer: Answer, number: int, library: Library) -> str:
    """One line that the source is silent, and the passage nearest to the question."""
    nearest = ""
    if answer.passages:
        passage = answer.passages[0]
        place = library.place(passage.source, passage.start)
        nearest = (
            f'<p class="fn-nearest-label">{escape(library.words["nearest"])} · '
            f'<button type="button" class="fn-place" data-turn="{number}" data-passage="0">{escape(place)}'
            f'</button></p><blockquote class="fn-nearest" dir="auto">'
            f"{escape(passage.text.strip())}</blockquote>"
        )
    return f'<p class="fn-silent">{escape(answer.text or library.words["not_in_source"])}</p>{nearest}'


def _warnings(answer: Answer) -> str:
    return "".join(f'<p class="fn-warning" role="note">{escape(warning)}</p>' for warning in answer.warnings)


def searched(answer: Answer | None, library: Library) -> str:
    """What the answerer was shown: the question as searched, and each passage with its score."""
    if answer is None:
        return f'<p class="fn-hint">{escape(library.words["nothing_searched"])}</p>'
    cited = {citation.passage_id for citation in answer.citations}
    rows = "".join(
        f'<li class="fn-passage" dir="auto"><p class="fn-meta">'
        f"{escape(library.place(passage.source, passage.start))}"
        f" · {escape(library.words['score'].format(score=f'{passage.score:.2f}'))} · "
        f"{escape(library.words['cited_passage' if passage.id in cited else 'uncited_passage'])}</p>"
        f"<blockquote>{escape(passage.text.strip())}</blockquote></li>"
        for passage in answer.passages
    )
    return f'{_searched_as(answer, library.words)}<ol class="fn-passages">{rows}</ol>'


def _searched_as(answer: Answer, words: Strings) -> str:
    if answer.standalone.strip() == answer.question.strip():
        return ""
    label = escape(words["searched_as"])
    return f'<p class="fn-meta" dir="auto">{label}: <q>{escape(answer.standalone)}</q></p>'
