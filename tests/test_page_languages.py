"""The page in a language that runs from right to left, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import ask, chromium, in_a_browser, serious, served, visit

from page.strings import LANGUAGES

pytestmark = in_a_browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A page over the bundled article."""
    with served() as at:
        yield at


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    with chromium() as started:
        yield started


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740), (2560, 1440)])
def test_arabic_runs_from_right_to_left(browser: Any, address: str, width: int, height: int) -> None:
    """Panes, buttons and fields are mirrored and named in Arabic; what is quoted keeps its own direction."""
    words = LANGUAGES["ar"]
    page = browser.new_context(locale="ar-EG", viewport={"width": width, "height": height}).new_page()
    visit(page, address)
    ask(page, "How many containers of ammunition has Russia received?")

    def direction(selector: str) -> str:
        found: str = page.evaluate("s => getComputedStyle(document.querySelector(s)).direction", selector)
        return found

    page.wait_for_selector("html[lang=ar][dir=rtl]")
    for mirrored in (".fn-actions", ".fn-toolbar", ".fn-find", "#fn-question textarea", ".fn-note"):
        assert direction(mirrored) == "rtl"
    for quoted in (".fn-question", ".fn-text p", ".fn-note blockquote", ".fn-document p"):
        assert direction(quoted) == "ltr"
    assert words["ask_label"] in page.locator("#fn-question label").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tools = [tool.bounding_box() for tool in page.locator(".fn-toolbar > :visible").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in tools)
    if width > 800:
        left, right = (page.locator(f"#fn-{side}").bounding_box()["x"] for side in ("left", "right"))
        assert left > right
    assert serious(page) == []
    page.context.close()
