"""An Answer -> what was searched for it, as HTML."""

from html import escape

from page.library import Library
from page.strings import Strings
from qa.answer import Answer


def searched(answer: Answer | None, library: Library) -> str:
    """What the answerer was shown: the question as searched, and each passage with its score."""
    words = library.words
    if answer is None:
        return f'<p class="fn-hint">{escape(words["nothing_searched"])}</p>'
    cited = {citation.passage_id for citation in answer.citations}
    rows = "".join(
        f'<li class="fn-passage"><p class="fn-meta">{escape(library.shown(passage))}'
        f" · {escape(words['score'].format(score=f'{passage.score:.2f}'))} · "
        f"{escape(words['cited_passage' if passage.id in cited else 'uncited_passage'])}</p>"
        f'<blockquote dir="auto">{escape(passage.text.strip())}</blockquote></li>'
        for passage in answer.passages
    )
    return f'{searched_as(answer, words)}<ol class="fn-passages">{rows}</ol>'


def searched_as(answer: Answer, words: Strings) -> str:
    """The question as it was searched, where that is not what was typed."""
    if answer.standalone.split() == answer.question.split():
        return ""
    label = escape(words["searched_as"])
    return f'<p class="fn-meta" dir="auto">{label}: <q>{escape(answer.standalone)}</q></p>'
