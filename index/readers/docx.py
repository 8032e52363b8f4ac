"""Word's .docx -> text; headings, list items and tables as Markdown, so that places have names."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import SourceUnreadable
from index.readers.extracted import MALFORMED, Extracted, storable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

UNPACKED_BYTES = 300_000_000  # what a .docx may unfold to; above it, it is a bomb or not for one machine
_OLD_WORD = b"\xd0\xcf\x11\xe0"
_HEADING = re.compile(r"(?:heading|überschrift|titre|título)\s*(\d)", re.IGNORECASE)


def read_docx(shown: str, data: bytes) -> Extracted:
    """The text of a Word document in reading order; headers, footers and comments are left out.

    Raises:
        SourceUnreadable: not a .docx, or one that unfolds to more than 300 MB.
    """
    if data.startswith(_OLD_WORD):
        raise SourceUnreadable(
            shown, "is an old Word file (.doc) or locked; save it as .docx without a password"
        )
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_BYTES:
                raise SourceUnreadable(shown, "unfolds to more than 300 MB; split it and give the parts")
        document = docx.Document(io.BytesIO(data))
        blocks = [block for block in _blocks(document) if block.strip()]
        title = str(document.core_properties.title or "").strip() or _title(blocks)
    except (zipfile.BadZipFile, OSError, NotImplementedError, *MALFORMED) as error:
        raise SourceUnreadable(shown, "is not a Word document; save it as .docx and try again") from error
    return Extracted(storable("".join(f"{block}\n\n" for block in blocks)), storable(title))


def _title(blocks: list[str]) -> str:
    """The heading that the document opens with; empty where it opens otherwise."""
    return blocks[0].lstrip("# ") if blocks and blocks[0].startswith("#") else ""


def _blocks(document: "Document") -> Iterator[str]:
    from docx.table import Table

    for item in document.iter_inner_content():
        yield _table(item) if isinstance(item, Table) else _paragraph(item)


def _paragraph(paragraph: "Paragraph") -> str:
    text = str(paragraph.text).strip()
    style = str(paragraph.style.name if paragraph.style is not None else "")
    if not text:
        return ""
    if style == "Title":
        return f"# {text}"
    heading = _HEADING.match(style)
    if heading:
        return f"{'#' * min(6, int(heading[1]) + 1)} {text}"
    return f"- {text}" if style.startswith("List") else text


def _table(table: "Table") -> str:
    return "\n".join(
        "| " + " | ".join(" ".join(str(cell.text).split()) for cell in row.cells) + " |" for row in table.rows
    )
