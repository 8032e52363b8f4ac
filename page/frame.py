"""What stands around conversation and source: header, drawer, first questions, tools, as HTML."""

from html import escape

from page.actions import OFFLINE
from page.examples import questions_for
from page.keep import Place
from page.session import Visit
from page.strings import Strings, is_right_to_left


def header(model: str, words: Strings, place: Place) -> str:
    """The page's name, the list of conversations, what the one shown can be saved as, and who answers."""
    direction = "rtl" if is_right_to_left(words) else "ltr"
    keep = "".join(
        f'<button type="button" class="fn-act" data-act="{act}">{escape(words[label])}</button>'
        for act, label in (("markdown", "export_markdown"), ("json", "export_json"), ("new", "new"))
    )
    earlier = (
        '<button type="button" class="fn-act" data-tool="talks" aria-haspopup="dialog">'
        f"{escape(words['talks'])}</button>"
    )
    return (
        f'<header class="fn-header" lang="{words["language"]}" dir="{direction}"><h1>Footnote</h1>'
        f'<p>{escape(words["tagline"])}</p><div class="fn-keep">{keep}</div>{earlier}{_badge(model, words)}'
        f"</header>{_talks(place, words)}"
    )


def _badge(model: str, words: Strings) -> str:
    """Who writes the answers: nobody (quoting, offline), or which model."""
    offline = model == OFFLINE
    name = words["offline_badge"] if offline else words["model_badge"].format(model=model)
    why = words["offline_badge_why"] if offline else words["model_badge_why"]
    return f'<span class="fn-badge" title="{escape(why)}">{escape(name)}</span>'


def _talks(place: Place, words: Strings) -> str:
    """The drawer of earlier conversations; talks.js fills it, a copy of its template for each."""

    def button(act: str, more: str = "") -> str:
        return f'<button type="button" class="fn-act" data-talks="{act}"{more}>{escape(words[act])}</button>'

    sure = f' data-sure="{escape(words["delete_sure"])}"'
    direction = "rtl" if is_right_to_left(words) else "ltr"
    return (
        f'<dialog id="fn-talks" lang="{words["language"]}" dir="{direction}" aria-labelledby="fn-talks-name">'
        f'<div class="fn-talks-head"><h2 id="fn-talks-name">{escape(words["talks"])}</h2>'
        f"{button('close')}</div>"
        f'<ul class="fn-talk-list" data-full="{escape(words["browser_full"])}"></ul>'
        f'<p class="fn-hint fn-no-talks">{escape(words["no_talks"])}</p>'
        f'<p class="fn-hint">{escape(words[f"kept_{place}"])}</p>'
        '<template><li class="fn-kept"><button type="button" class="fn-open" data-talks="open">'
        '<span class="fn-kept-title" dir="auto"></span> <time class="fn-meta"></time></button>'
        f'<div class="fn-actions">{button("rename")}{button("delete", sure)}</div>'
        f'<form class="fn-rename" hidden><input name="title" maxlength="200" dir="auto" '
        f'aria-label="{escape(words["title"])}">'
        f'<button class="fn-act">{escape(words["rename"])}</button></form></li></template></dialog>'
    )


def examples(visit: Visit) -> str:
    """What stands where no question has been asked: a few to begin with."""
    words = visit.desk.library.words
    asked = "".join(
        f'<button type="button" class="fn-example" dir="auto">{escape(question)}</button>'
        for question in questions_for(visit.desk)
    )
    return f'<h2 dir="auto">{escape(words["empty_title"])}</h2><div class="fn-example-list">{asked}</div>'


def tools(words: Strings) -> str:
    """The bar over the source: find, step through, back to the answer."""

    def button(act: str, sign: str) -> str:
        name = escape(words[act])
        named = f'aria-label="{name}" title="{name}"'
        return f'<button type="button" class="fn-tool" data-tool="{act}" {named}>{sign}</button>'

    find = escape(words["find"])
    return (
        f'<div class="fn-toolbar" role="toolbar" aria-label="{escape(words["source"])}">'
        f'<input type="search" class="fn-find" placeholder="{find}" aria-label="{find}">'
        f'<span class="fn-count" role="status"></span>'
        f"{button('find_previous', '↑')}{button('find_next', '↓')}"
        f'<button type="button" class="fn-tool fn-back" data-tool="back">{escape(words["back"])}</button>'
        "</div>"
    )
