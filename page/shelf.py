"""A visitor's sources -> the list in the sources tab."""

from collections.abc import Sequence
from html import escape

from page.session import Desk
from page.strings import Strings


def shelf(desk: Desk, news: Sequence[tuple[str, str]] = ()) -> str:
    """The sources with their switches and buttons, under the news of what was just added: (kind, line)."""
    words = desk.library.words
    lines = "".join(f'<p class="fn-news fn-{kind}" dir="auto">{escape(line)}</p>' for kind, line in news)
    rows = "".join(_row(desk, name, words) for name in desk.names)
    return f'<div role="status">{lines}</div><ul class="fn-shelf">{rows}</ul>'


def _row(desk: Desk, name: str, words: Strings) -> str:
    document = desk.library.find(name)
    if document is None:
        return ""
    used = name not in desk.unused
    kept = "mine" if name in desk.own else "shared"
    size = words["size"].format(passages=len(document.passages), characters=f"{len(document.text):,}")
    value = escape(name)

    def button(act: str) -> str:
        return (
            f'<button type="button" class="fn-act" data-shelf="{act}" data-name="{value}" '
            f'aria-label="{escape(words[act])}: {escape(document.title)}">{escape(words[act])}</button>'
        )

    buttons = button("show") + (button("reread") if "/" in name else "")
    buttons += button("remove") if kept == "mine" else ""
    return (
        f'<li class="fn-source"><label><input type="checkbox" data-shelf="use" data-name="{value}"'
        f'{" checked" if used else ""}> <span dir="auto">{escape(document.title)}</span></label>'
        f'<p class="fn-meta">{escape(words[kept])} · {escape(size)}</p>'
        f'<div class="fn-actions">{buttons}</div></li>'
    )
