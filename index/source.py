"""Read a file or an address into a Source: its title, its exact text, its sha256."""

import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

from index.errors import SourceUnreadable
from index.passage import Source
from index.readers.docx import read_docx
from index.readers.extracted import Extracted, storable
from index.readers.html import read_html
from index.readers.pdf import read_pdf
from index.readers.web import Fetched, fetch, is_address

ARTICLE = Path(__file__).parent / "article.md"  # the bundled article
MAX_BYTES = 20_000_000  # about 25,000 passages; above it one machine's patience ends
SUFFIX_OF = {  # what an address calls its content -> how a file of it ends
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
}


def read_source(path: str | Path, name: str | None = None, public_only: bool = False) -> Source:
    """The source at `path`, a file or an http(s) address.

    The text of .txt and .md is the file's own, decoded as UTF-8, nothing normalised away; .pdf, .docx and
    .html are read into text once, and that text is what citations point into. `name` is what citations call
    it; without one, the absolute path or the address. The sha256 is the file's; of an address, the text's.
    With `public_only`, an address into a private network or this machine is refused.

    Raises:
        SourceUnreadable: missing, a folder, empty, too large, of no kind we read, damaged or out of reach;
            the message says what to do.
    """
    shown = str(path)
    if not shown.strip():
        raise SourceUnreadable("the source", "has no name; give a file or an address")
    if is_address(shown):
        fetched = fetch(shown, MAX_BYTES, public_only)
        extracted = _of_address(shown, fetched)
        sha256 = hashlib.sha256(extracted.text.encode()).hexdigest()
        stem = Path(urlsplit(shown).path).stem or urlsplit(shown).netloc
    else:
        file = Path(path).expanduser()
        data = _read_bytes(shown, file)
        extracted = _extract(shown, data, file.suffix.lower())
        sha256 = hashlib.sha256(data).hexdigest()
        stem = file.stem
    if not extracted.text.strip():
        raise SourceUnreadable(shown, "is empty; give a file that has text in it")
    return Source(
        name=name or (shown if is_address(shown) else str(Path(path).expanduser().resolve())),
        title=" ".join(extracted.title.split()) or re.sub(r"[\s_]+", " ", stem).strip() or shown,
        text=extracted.text,
        sha256=sha256,
        page_starts=extracted.page_starts,
    )


def _read_bytes(shown: str, file: Path) -> bytes:
    try:
        if file.is_dir():
            raise SourceUnreadable(shown, "is a folder; name the files in it, for instance with *.txt")
        if file.stat().st_size > MAX_BYTES:
            raise SourceUnreadable(
                shown, f"is larger than {MAX_BYTES // 1_000_000} MB; split it and give the parts"
            )
        return file.read_bytes()
    except FileNotFoundError as error:
        raise SourceUnreadable(shown, "no such file; check the spelling and the folder") from error
    except OSError as error:
        raise SourceUnreadable(shown, f"cannot be read ({error.strerror}); check its permissions") from error


def _of_address(address: str, fetched: Fetched) -> Extracted:
    """The text of what an address gave, by its media type; by its path's ending where that says nothing."""
    suffix = SUFFIX_OF.get(fetched.media_type, "")
    if not suffix and not fetched.media_type.startswith("text/"):
        suffix = Path(urlsplit(address).path).suffix.lower()
    if not suffix and fetched.charset:
        try:
            text = fetched.data.decode(fetched.charset)
        except (LookupError, UnicodeDecodeError) as error:
            raise SourceUnreadable(address, f"is not the {fetched.charset} text it says it is") from error
        return Extracted(storable(text))
    return _extract(address, fetched.data, suffix)


def _extract(shown: str, data: bytes, suffix: str) -> Extracted:
    """The text in `data`, by what it begins with, then by the file's ending."""
    if data.startswith(b"%PDF-") or suffix == ".pdf":
        return read_pdf(shown, data)
    if suffix in {".docx", ".doc"}:
        return read_docx(shown, data)
    if suffix in {".html", ".htm", ".xhtml"}:
        return read_html(shown, data, shown if is_address(shown) else None)
    text = _decode(shown, data)
    return Extracted(text, _first_heading(text) if suffix in {".md", ".markdown"} else "")


def _decode(shown: str, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceUnreadable(shown, "is UTF-16 text; save it as UTF-8 and try again")
    if b"\0" in data:
        raise SourceUnreadable(shown, "is not a text file; give .txt, .md, .pdf, .docx or .html")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceUnreadable(
            shown,
            f"is not UTF-8 text (byte {error.start:,}), perhaps Latin-1; save it as UTF-8 and try again",
        ) from error


def _first_heading(text: str) -> str:
    """The first Markdown heading near the top; empty where there is none."""
    match = re.search(r"^#{1,2}[ \t]+(\S.*?)[ \t]*#*\s*$", text[:2000], re.MULTILINE)
    return match[1] if match else ""
