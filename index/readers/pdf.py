"""PDF -> text, page by page."""

import io
import logging
from itertools import accumulate

from index.errors import SourceUnreadable
from index.readers.extracted import MALFORMED, PAGE_BREAK, Extracted, storable

SCANNED_CHARS = (
    12  # letters and digits a page; below it the pages are pictures, whatever a stamp on them says
)


def read_pdf(shown: str, data: bytes) -> Extracted:
    """The text of a PDF, each page ended by a form feed; hyphens at line ends stay as they stand.

    Raises:
        SourceUnreadable: damaged, locked with a password, or a scan without text.
    """
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends silently is no news to the reader
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceUnreadable(shown, "is locked with a password; save a copy without one and give that")
        pages = [storable(page.extract_text()).strip() for page in reader.pages]
        title = storable(str((reader.metadata and reader.metadata.title) or "")).strip()
    except (DependencyError, FileNotDecryptedError) as error:
        raise SourceUnreadable(shown, "is encrypted; save a copy without a password and give that") from error
    except (PyPdfError, *MALFORMED) as error:
        raise SourceUnreadable(shown, "is a damaged PDF; open it and save it anew") from error
    if sum(char.isalnum() for page in pages for char in page) < SCANNED_CHARS * max(1, len(pages)):
        raise SourceUnreadable(
            shown,
            "has no text, only pictures of pages; run text recognition (OCR) on it first",
        )
    parts = [f"{page}\n{PAGE_BREAK}\n" for page in pages]
    starts = tuple(accumulate(map(len, parts[:-1]), initial=0))
    return Extracted("".join(parts), title, starts)
