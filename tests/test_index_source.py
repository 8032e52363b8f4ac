"""Every kind of source gives its text or one line that says what to do."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fakes import pdf_of

from index.chunk import chunk
from index.errors import SourceUnreadable
from index.source import read_source

PAGE = (
    "<html><head><title>Old port</title></head><body><nav><a href='/'>Home</a></nav><article>"
    "<h1>The harbour</h1><p>The harbour of Oldport was <b>dredged</b> in 1998 &lt;twice&gt;.</p>"
    "<h2>Staff</h2><p>Marta Ruiz has been harbour master since 2015.</p></article>"
    "<script>alert('never text')</script></body></html>"
)


@pytest.fixture
def site() -> Iterator[str]:
    """A small web site on this machine."""
    replies = {
        "/page": (200, "text/html; charset=utf-8", PAGE.encode()),
        "/note.txt": (200, "text/plain; charset=latin-1", "Caf\xe9 in Oldport.".encode("latin-1")),
        "/report": (200, "application/pdf", pdf_of("The harbour was dredged in 1998.")),
        "/gone": (404, "text/plain", b"no"),
        "/big": (200, "text/plain", b"x" * 21_000_000),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = replies[self.path]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                return

        def log_message(self, *_: object) -> None:
            """Nothing: tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def refusal(path: Path | str) -> str:
    """What reading `path` complains about, in one line."""
    with pytest.raises(SourceUnreadable) as caught:
        read_source(path)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def test_a_pdf_knows_where_its_pages_start(tmp_path: Path) -> None:
    """Text page by page; a page of pictures keeps its number, so that later pages keep theirs."""
    pytest.importorskip("pypdf")
    path = tmp_path / "harbour.pdf"
    path.write_bytes(
        pdf_of("The harbour of Oldport was dredged in 1998.", "", "Marta Ruiz is harbour master.")
    )
    source = read_source(path)
    first, second, third = (source.text[start:] for start in source.page_starts)
    assert first.startswith("The harbour of Oldport was dredged in 1998.\n\f")
    assert second.startswith("\n\f")
    assert third == "Marta Ruiz is harbour master.\n\f\n"
    assert "".join(passage.text for passage in chunk(source)) == source.text


def test_a_scan_is_told_apart_from_a_text(tmp_path: Path) -> None:
    """Pages of pictures are not an empty document: the way out is text recognition."""
    pytest.importorskip("pypdf")
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf_of("", ""))
    assert "OCR" in refusal(path)


def test_a_locked_pdf_asks_for_an_open_copy(tmp_path: Path) -> None:
    """A password is neither guessed nor asked for."""
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of("Secret.")))
    writer.encrypt("password", algorithm="RC4-128")
    path = tmp_path / "locked.pdf"
    writer.write(path)
    assert "password" in refusal(path)


@pytest.mark.parametrize("name", ["broken.pdf", "broken.docx", "old.doc"])
def test_a_file_that_is_not_what_it_says_is_refused(tmp_path: Path, name: str) -> None:
    """Whatever stands in it, no traceback."""
    pytest.importorskip("pypdf")
    pytest.importorskip("docx")
    path = tmp_path / name
    path.write_bytes(b"\xd0\xcf\x11\xe0 old" if name == "old.doc" else b"PK\x03\x04 not really")
    assert "save it" in refusal(path)


def test_a_word_file_keeps_headings_lists_and_tables(tmp_path: Path) -> None:
    """In reading order, as Markdown, so that a passage knows the heading above it."""
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("Harbour plan", 0)
    document.add_heading("Ships", 1)
    document.add_paragraph("It takes 40 ships a day.")
    document.add_paragraph("tugs", style="List Bullet")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "1998", "dredged"
    document.save(str(tmp_path / "plan.docx"))
    source = read_source(tmp_path / "plan.docx")
    assert source.title == "Harbour plan"
    assert source.text == (
        "# Harbour plan\n\n## Ships\n\nIt takes 40 ships a day.\n\n- tugs\n\n| 1998 | dredged |\n\n"
    )


def test_html_gives_the_article_without_menus_and_scripts(tmp_path: Path) -> None:
    """Headings stay as Markdown; entities are decoded; what is not text is gone."""
    pytest.importorskip("trafilatura")
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    text = read_source(path).text
    assert "The harbour of Oldport was dredged in 1998 <twice>." in text
    assert "## Staff" in text
    assert "alert" not in text
    assert "Home" not in text


def test_an_address_is_read_by_its_media_type(site: str) -> None:
    """A page, a text in another charset, a PDF without a suffix; each is named by its address."""
    pytest.importorskip("trafilatura")
    pytest.importorskip("pypdf")
    page = read_source(f"{site}/page")
    assert page.name == f"{site}/page"
    assert "Marta Ruiz" in page.text
    assert read_source(f"{site}/note.txt").text == "Café in Oldport."
    assert read_source(f"{site}/report").page_starts == (0,)


def test_an_address_that_fails_says_why(site: str) -> None:
    """HTTP errors, size, nobody there, no address at all."""
    assert "404" in refusal(f"{site}/gone")
    assert "20 MB" in refusal(f"{site}/big")
    assert "nobody answers" in refusal("http://127.0.0.1:9/")
    assert "address bar" in refusal("http:///nothing")


def test_text_files_are_taken_as_they_stand(tmp_path: Path) -> None:
    """Line ends, blanks and control characters of a .txt are its own."""
    path = tmp_path / "old_notes.txt"
    path.write_bytes(b"One.\r\n\r\n  Two\tthree.\n")
    source = read_source(path)
    assert source.text == "One.\r\n\r\n  Two\tthree.\n"
    assert source.title == "old notes"
