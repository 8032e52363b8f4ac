"""What a reader makes of a file."""

from dataclasses import dataclass

PAGE_BREAK = "\f"  # ends a page in an extracted text, as in pdftotext's: any offset's page can be counted

# What malformed files make parsers raise, beside the parsers' own errors.
MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a document, as it will be cited; `page_starts` as in Source. An empty title is unknown."""

    text: str
    title: str = ""
    page_starts: tuple[int, ...] = ()


def storable(text: str) -> str:
    """`text` without what no UTF-8 file can hold: NUL characters and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
