"""Read a file into a Source: its title, its exact text, its sha256."""

import hashlib
import re
from pathlib import Path

from index.errors import SourceUnreadable
from index.passage import Source

ARTICLE = Path(__file__).parent / "article.md"  # the bundled article
MAX_BYTES = 20_000_000  # about 25,000 passages; above it one machine's patience ends
TEXT_SUFFIXES = {".txt", ".md", ".markdown", ".text", ""}


def read_source(path: str | Path, name: str | None = None) -> Source:
    """The source at `path`; its text is the file's own, decoded as UTF-8, nothing normalised away.

    `name` is what citations call it; without one, the absolute path.

    Raises:
        SourceUnreadable: missing, a folder, empty, too large, not text, not UTF-8; the message says what to do.
    """
    file = Path(path).expanduser()
    shown = str(path)
    try:
        if file.is_dir():
            raise SourceUnreadable(shown, "is a folder; name the files in it, for instance with *.txt")
        if file.stat().st_size > MAX_BYTES:
            raise SourceUnreadable(
                shown, f"is larger than {MAX_BYTES // 1_000_000} MB; split it and give the parts"
            )
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise SourceUnreadable(shown, "no such file; check the spelling and the folder") from error
    except OSError as error:
        raise SourceUnreadable(shown, f"cannot be read ({error.strerror}); check its permissions") from error
    text = _decode(shown, data)
    if not text.strip():
        raise SourceUnreadable(shown, "is empty; give a file that has text in it")
    return Source(
        name=name or str(file.resolve()),
        title=_title(text, file),
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _decode(shown: str, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceUnreadable(shown, "is UTF-16 text; save it as UTF-8 and try again")
    if b"\0" in data:
        raise SourceUnreadable(shown, "is not a text file; give a .txt or .md file in UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceUnreadable(
            shown,
            f"is not UTF-8 text (byte {error.start:,}), perhaps Latin-1; save it as UTF-8 and try again",
        ) from error


def _title(text: str, file: Path) -> str:
    """The first Markdown heading near the top, else the file's name in words."""
    match = re.search(r"^#{1,2}[ \t]+(\S.*?)[ \t]*#*\s*$", text[:2000], re.MULTILINE)
    if match and file.suffix.lower() in {".md", ".markdown"}:
        return match[1]
    return re.sub(r"[\s_]+", " ", file.stem).strip() or file.name
