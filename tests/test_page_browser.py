"""The page in a real browser; skipped where there is none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from browsing import ask, chromium, in_a_browser, serious, served
from fakes import pdf_of

QUESTION = "How many containers of ammunition has Russia received?"

pytestmark = in_a_browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over the bundled article, started as a user starts it."""
    with served("--store", str(tmp_path_factory.mktemp("page") / "store")) as at:
        yield at


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A visitor of their own, who notes every address that is asked."""
    context = browser.new_context(**getattr(request, "param", {}), locale="en-GB")
    opened = context.new_page()
    opened.asked = []
    opened.on("request", lambda sent: opened.asked.append(sent.url))
    opened.goto(address)
    opened.wait_for_selector("#fn-question textarea", timeout=60_000)
    yield opened
    context.close()


def test_a_chip_lights_its_quote_in_view(page: Any) -> None:
    """Ask, click the chip: the lit words are the footnote's and can be seen; no other host was asked."""
    ask(page, QUESTION)
    page.click(".fn-chip >> nth=0")
    page.wait_for_function("document.querySelector('.fn-lit.fn-active') !== null")
    page.wait_for_timeout(1200)
    lit = page.locator(".fn-lit.fn-active").all_inner_texts()
    assert "".join(lit) == page.locator(".fn-note mark >> nth=0").inner_text()
    box = page.locator(".fn-lit.fn-active >> nth=0").bounding_box()
    assert 0 <= box["y"] <= page.viewport_size["height"]
    others = [url for url in page.asked if not url.startswith(("http://127.0.0.1", "data:", "blob:"))]
    assert others == []


def test_a_question_asked_before_the_page_is_ready_waits(browser: Any, address: str) -> None:
    """The first word between page and server is late: the question is asked once it has come."""
    page = browser.new_page()
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/queue/join*", hold)
    page.goto(address)
    page.fill("#fn-question textarea", QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert len(held) == 1  # that a visitor came; no question yet
    held[0].continue_()
    page.unroute("**/queue/join*")
    page.wait_for_selector(".fn-turn:not(.fn-pending) .fn-chip", timeout=60_000)
    assert page.locator(".fn-question").all_inner_texts() == [QUESTION]
    page.close()


def test_by_keyboard_alone(page: Any) -> None:
    """Enter asks; Tab reaches the chip, whose focus shows the quote; Enter lights it."""
    ask(page, QUESTION)
    page.locator(".fn-chip >> nth=0").focus()
    assert page.locator(".fn-card").inner_text().count("\n") >= 1
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-lit.fn-active")
    page.keyboard.press("Escape")
    assert page.locator(".fn-card").is_hidden()


def test_silence_is_said_in_one_line(page: Any) -> None:
    """No chip, the nearest passage, and the question box ready again."""
    ask(page, "Who won the 1998 World Cup?")
    assert page.locator(".fn-silent").inner_text() == "The source does not say."
    assert page.locator(".fn-chip").count() == 0
    assert page.locator(".fn-nearest").count() == 3
    assert page.locator(".fn-nearest").first.is_visible()


def test_uploads_and_a_broken_file(page: Any, browser: Any, address: str, note: Path, tmp_path: Path) -> None:
    """One is read, the other says why not; another visitor sees neither."""
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    evil = tmp_path / "evil.md"
    evil.write_text(
        "# <script>window.evil = 1</script>\n\nThe tide table <img src=x onerror='window.evil=1'> is old."
    )
    page.get_by_role("tab", name="Documents").click()
    page.set_input_files("#fn-files input[type=file]", [str(note), str(broken), str(evil)])
    page.wait_for_selector("text=evil.md: ", timeout=60_000)
    page.wait_for_selector(".fn-news.fn-bad")
    page.wait_for_selector(".fn-source >> nth=2")
    ask(page, "Who is the harbour master?")
    assert "Marta Ruiz" in page.locator(".fn-text").inner_text()
    ask(page, "<script>window.evil = 1</script> tide table?", 2)
    assert page.evaluate("window.evil") is None
    other = browser.new_page()
    other.goto(address)
    other.wait_for_selector("#fn-question textarea", timeout=60_000)
    ask(other, "Who is the harbour master?")
    assert other.locator(".fn-silent").count() == 1
    other.close()


def test_every_kind_of_file_is_read_and_walked_through(page: Any, tmp_path: Path) -> None:
    """Each is asked, and answers; a footnote into a PDF shows its page."""
    (tmp_path / "tide.pdf").write_bytes(pdf_of("The tide gauge was set in 1901.", "The gauge broke in 1950."))
    (tmp_path / "crane.html").write_text(
        "<article><h1>The crane</h1><p>The crane lifts 30 tons.</p></article>"
    )
    (tmp_path / "ferry.txt").write_text("The ferry takes 25 minutes.")
    letter = docx.Document()
    letter.add_heading("A letter", 1)
    letter.add_paragraph("The market opens on Saturdays at eight.")
    letter.save(str(tmp_path / "letter.docx"))
    names = ["crane.html", "ferry.txt", "letter.docx", "tide.pdf"]
    page.get_by_role("tab", name="Documents").click()
    page.set_input_files("#fn-files input[type=file]", [str(tmp_path / name) for name in names])
    for name in names:
        page.wait_for_selector(f"text={name}: ", timeout=60_000)
    for number, (question, answer) in enumerate(
        {
            "How many tons does the crane lift?": "30",
            "How long does the ferry take?": "25",
            "When does the market open?": "Saturdays",
            "When did the tide gauge break?": "1950",
        }.items()
    ):
        ask(page, question, number + 1)
        assert answer in page.locator(".fn-text").last.inner_text()
    assert page.locator(".fn-page").last.inner_text().endswith("2")


@pytest.mark.parametrize("page", [{"viewport": {"width": 360, "height": 740}}], indirect=True)
def test_a_narrow_screen_scrolls_one_way(page: Any) -> None:
    """Nothing is wider than the screen; a chip leads down to the source and a button back."""
    ask(page, QUESTION)
    assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
    assert page.locator(".fn-question").bounding_box()["y"] < 740
    page.click(".fn-chip >> nth=0")
    page.wait_for_timeout(1500)
    assert 0 <= page.locator(".fn-lit.fn-active >> nth=0").bounding_box()["y"] <= 740
    page.locator(".fn-back").click()


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}, {"color_scheme": "light"}], indirect=True)
def test_axe_finds_nothing_serious(page: Any) -> None:
    """Contrast, names, roles: axe-core, light and dark, with an answer on the page."""
    ask(page, QUESTION)
    page.wait_for_timeout(500)
    assert serious(page) == []
