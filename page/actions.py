"""An Answer -> the buttons under it, and how it was made, as HTML."""

from html import escape

from page.export import answer_markdown
from page.library import Library
from page.strings import Strings
from qa.answer import Answer
from qa.question import LONGEST_QUESTION

OFFLINE = "extractive"  # Answer.model where no model wrote


def actions(answer: Answer, number: int, library: Library, version: tuple[int, int] = (1, 1)) -> str:
    """Other versions, copy, retry, edit, thumbs; and how the answer was made, behind a line that opens."""
    words = library.words
    copy = escape(answer_markdown(answer, library))

    def button(act: str, more: str = "") -> str:
        return (
            f'<button type="button" class="fn-act" data-act="{act}" data-turn="{number}"{more}>'
            f"{escape(words[act])}</button>"
        )

    buttons = button("copy", f' data-copy="{copy}"')
    buttons += button("retry") + button("edit")
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
        f'<div class="fn-actions">{_versions(number, version, words)}'
        f'{buttons}{rate}<details class="fn-details"><summary>'
        f"{escape(words['details'])}</summary><p>{escape(_details(answer, words))}</p></details></div>{form}"
    )


def _versions(number: int, version: tuple[int, int], words: Strings) -> str:
    """The way to the other answers at this place: what was asked before an edit or a retry."""
    which, count = version
    if count < 2:
        return ""

    def step(by: int, key: str, sign: str) -> str:
        name = escape(words[key])
        off = "" if 1 <= which + by <= count else " disabled"
        return (
            f'<button type="button" class="fn-act" data-act="branch" data-turn="{number}" data-by="{by}" '
            f'aria-label="{name}" title="{name}"{off}>{sign}</button>'
        )

    return (
        f'<span class="fn-versions" role="group" aria-label="{escape(words["versions"])}">'
        f"{step(-1, 'earlier_version', '‹')} {which}/{count} {step(1, 'later_version', '›')}</span>"
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


def rewording(answer: Answer, number: int, words: Strings) -> str:
    """The question to be put otherwise; page.js shows it in the question's place."""
    return (
        f'<form class="fn-rewording" data-turn="{number}" hidden><textarea name="question" rows="2" '
        f'dir="auto" maxlength="{LONGEST_QUESTION}" aria-label="{escape(words["ask_label"])}">'
        f"{escape(answer.question)}</textarea>"
        f'<p class="fn-hint">{escape(words["edit_forks"])}</p><div class="fn-actions">'
        f'<button class="fn-act">{escape(words["ask"])}</button><button type="button" class="fn-act" '
        f'data-tool="cancel">{escape(words["cancel"])}</button></div></form>'
    )
