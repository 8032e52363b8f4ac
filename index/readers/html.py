"""HTML -> the article in it."""

import re
from typing import Any

from index.errors import SourceUnreadable
from index.readers.extracted import MALFORMED, Extracted, storable

_EMPHASIS = re.compile(r"(\*{1,3})(?=\S)([^*\n]+)(?<=\S)\1")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!<>|~-])")  # Markdown's escapes; we keep plain characters
_NOT_TEXT = ("script", "style", "noscript", "template", "head")


def read_html(shown: str, data: bytes, address: str | None = None) -> Extracted:
    """The main text of a page, without menus and adverts; all of its text where no main part stands out.

    Headings, list items and tables are kept as Markdown, emphasis is not.

    Raises:
        SourceUnreadable: there is no text in it.
    """
    import lxml.html
    from lxml.etree import LxmlError

    try:
        tree = lxml.html.fromstring(data)
        title = " ".join((tree.findtext(".//title") or "").split())
        text = _ESCAPED.sub(r"\1", _EMPHASIS.sub(r"\2", _main(data, address))) or _whole(tree)
    except (LxmlError, *MALFORMED) as error:
        raise SourceUnreadable(shown, "is HTML that cannot be read; save the page as text instead") from error
    if not text.strip():
        raise SourceUnreadable(
            shown, "has no text of its own; if a script writes the page, save it as a PDF and give that"
        )
    return Extracted(storable(f"{text.strip()}\n"), storable(title))


def _main(data: bytes, address: str | None) -> str:
    """The article in a page, as Markdown; empty where none stands out."""
    import trafilatura

    found = trafilatura.extract(
        data,
        url=address,
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        favor_recall=True,
        with_metadata=False,
    )
    return found or ""


def _whole(tree: Any) -> str:
    for element in list(tree.iter(*_NOT_TEXT)):
        element.drop_tree()
    return "\n\n".join(piece.strip() for piece in tree.itertext() if piece.strip())
