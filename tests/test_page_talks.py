"""Conversations in a real browser: kept, reopened, forked, stopped; skipped where there is none."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE_MS, TOP, ask, chromium, free_port, in_a_browser, serious, served, visit
from fakes import KEY, Stalls, serving

FIRST, SECOND = "Who did Kim meet on Friday?", "How many containers of ammunition has Russia received?"

pytestmark = in_a_browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over the bundled article, without a store of its own: the browser keeps conversations."""
    with served() as at:
        yield at


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A visitor of their own, who notes what goes wrong in the page."""
    context = browser.new_context(**getattr(request, "param", {}), locale="en-GB")
    opened = context.new_page()
    opened.broken = []
    opened.on("pageerror", lambda error: opened.broken.append(str(error)))
    visit(opened, address)
    yield opened
    assert opened.broken == []
    context.close()


def questions(page: Any) -> list[str]:
    """The questions shown."""
    found: list[str] = page.locator(".fn-turn .fn-question").all_inner_texts()
    return found


def chips(page: Any) -> list[str]:
    """The footnote numbers shown."""
    found: list[str] = page.locator(".fn-turn .fn-chip").all_inner_texts()
    return found


def wait_for_questions(page: Any, *wanted: str) -> None:
    """Wait until these are the questions shown, all answered."""
    page.wait_for_function(
        "wanted => !document.querySelector('.fn-pending') && JSON.stringify([...document.querySelectorAll("
        "'.fn-turn .fn-question')].map(h => h.textContent)) === JSON.stringify(wanted)",
        arg=list(wanted),
        timeout=PATIENCE_MS,
    )


def press(page: Any, selector: str, key: str = "Enter") -> None:
    """Reach a button by keyboard and press it."""
    page.locator(selector).first.focus()
    page.keyboard.press(key)


def drawer(page: Any) -> list[str]:
    """The titles in the drawer, opened by keyboard."""
    press(page, "[data-tool=talks]")
    page.wait_for_selector("#fn-talks[open]")
    found: list[str] = page.locator(".fn-kept-title").all_inner_texts()
    return found


def test_a_reload_loses_nothing(page: Any) -> None:
    """Same questions, same numbers, and a chip still lights its words."""
    ask(page, FIRST)
    ask(page, SECOND, 2)
    ask(page, FIRST, 3)
    numbers = chips(page)
    assert numbers[0] == numbers[-1] != numbers[1]
    page.reload()
    wait_for_questions(page, FIRST, SECOND, FIRST)
    assert chips(page) == numbers
    page.locator(".fn-chip").nth(1).click()
    page.wait_for_selector(f'.fn-lit.fn-active[data-n="{numbers[1]}"]', timeout=PATIENCE_MS)
    lit = "".join(page.locator(".fn-lit.fn-active").all_inner_texts())
    assert lit == page.locator(f'.fn-note[data-turn="1"][data-n="{numbers[1]}"] mark').inner_text()


def test_an_edit_by_keyboard_and_back(page: Any) -> None:
    """Escape leaves all as it was; Enter asks anew; the version before can be stepped back to."""
    ask(page, FIRST)
    ask(page, SECOND, 2)
    press(page, ".fn-turn [data-act=edit]")
    page.keyboard.press("Escape")
    assert page.locator(".fn-rewording:visible").count() == 0
    press(page, ".fn-turn [data-act=edit]")
    page.keyboard.type("What did the two countries sign in June?")
    page.keyboard.press("Enter")
    wait_for_questions(page, "What did the two countries sign in June?")
    assert page.locator(".fn-versions").inner_text().split() == ["‹", "2/2", "›"]
    press(page, '.fn-versions [data-by="-1"]')
    wait_for_questions(page, FIRST, SECOND)
    page.reload()
    wait_for_questions(page, FIRST, SECOND)
    assert page.locator(".fn-versions").first.inner_text().split() == ["‹", "1/2", "›"]


def test_the_drawer_by_keyboard(page: Any, browser: Any, address: str) -> None:
    """Listed, renamed, opened, deleted at the second press; a title stays text; another visitor has none."""
    ask(page, "<b>Who</b> did Kim meet on Friday?")
    press(page, "[data-act=new]")
    wait_for_questions(page)
    ask(page, SECOND)
    assert drawer(page) == [SECOND, "<b>Who</b> did Kim meet on Friday?"]
    press(page, ".fn-kept >> nth=1 >> [data-talks=rename]")
    page.keyboard.type("<img src=x onerror='window.evil=1'>Kim")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.fn-kept-title')[1].textContent.endsWith('Kim')")
    press(page, ".fn-kept >> nth=1 >> .fn-open")
    wait_for_questions(page, "<b>Who</b> did Kim meet on Friday?")
    assert page.locator("#fn-talks[open]").count() == 0
    assert page.evaluate("window.evil") is None
    other = browser.new_page()
    visit(other, address)
    assert drawer(other) == []
    other.close()
    drawer(page)
    press(page, ".fn-kept >> nth=1 >> [data-talks=delete]")
    assert page.locator(".fn-kept").count() == 2
    press(page, ".fn-sure")
    page.wait_for_function("document.querySelectorAll('.fn-kept').length === 1")
    page.keyboard.press("Escape")
    wait_for_questions(page)
    page.reload()
    page.wait_for_selector("#fn-kept [data-told]", state="attached", timeout=PATIENCE_MS)
    assert drawer(page) == [SECOND]


def test_a_second_window_follows(page: Any, address: str) -> None:
    """What is asked in one window appears in the other that shows the same conversation."""
    ask(page, FIRST)
    page.wait_for_function("sessionStorage.getItem('footnote-open')")
    second = page.context.new_page()
    visit(second, address)
    drawer(second)
    press(second, ".fn-open")
    wait_for_questions(second, FIRST)
    ask(second, SECOND, 2)
    wait_for_questions(page, FIRST, SECOND)


def test_a_source_read_again_changes_what_stands(page: Any, note: Path) -> None:
    """A file given anew under its name: what was cited of the old one says so at once."""
    give = "#fn-files input[type=file]"
    page.get_by_role("tab", name="Documents").click()
    page.set_input_files(give, [str(note)])
    page.wait_for_selector(".fn-source >> nth=1", timeout=PATIENCE_MS)
    ask(page, "Who is the harbour master?")
    assert "source changed" not in page.locator(".fn-note").first.inner_text()
    note.write_text(note.read_text("utf-8").replace("Marta Ruiz", "Ines Prado"), "utf-8")
    page.set_input_files(give, [str(note)])
    page.wait_for_selector(".fn-note >> text=source changed", timeout=PATIENCE_MS)


def test_saved_with_each_footnote_once(page: Any) -> None:
    """Markdown and JSON are what the drawer's conversation is, downloaded."""
    ask(page, FIRST)
    ask(page, FIRST, 2)
    with page.expect_download() as saved:
        page.click("[data-act=markdown]")
    text = Path(saved.value.path()).read_text("utf-8")
    assert re.findall(r"^\[\^(\d+)\]: “", text, re.MULTILINE) == sorted(set(chips(page)), key=int)
    with page.expect_download() as saved:
        page.click("[data-act=json]")
    assert len(json.loads(Path(saved.value.path()).read_text("utf-8"))["exchanges"]) == 2


def test_a_refusal_offers_what_can_be_asked(page: Any) -> None:
    """The nearest passages light up in the source; an offered question is asked at a press."""
    ask(page, "Who won the 1998 World Cup?")
    assert page.locator(".fn-near").count() == 3
    page.click(".fn-near >> nth=1 >> .fn-place")
    page.wait_for_function("document.querySelector('.fn-lit.fn-active')?.dataset.n === 'p1'")
    press(page, ".fn-about .fn-example")
    page.wait_for_selector(".fn-turn:not(.fn-pending) >> nth=1", timeout=PATIENCE_MS)
    assert questions(page)[1] == FIRST
    assert chips(page)


@pytest.mark.parametrize(
    "page",
    [
        {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
        {"color_scheme": "light", "viewport": {"width": 2560, "height": 1300}},
    ],
    indirect=True,
)
def test_versions_and_drawer_are_accessible(page: Any) -> None:
    """axe-core finds nothing serious, and nothing is wider than the screen."""
    ask(page, FIRST)
    press(page, ".fn-turn [data-act=edit]")
    assert serious(page) == []
    page.keyboard.type(SECOND)
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-versions", timeout=PATIENCE_MS)
    page.wait_for_timeout(300)
    assert serious(page) == []
    assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
    drawer(page)
    assert serious(page) == []


def test_the_page_is_light() -> None:
    """All that we add to Gradio's own weight is under 50 kB."""
    assert sum((TOP / "page" / name).stat().st_size for name in ("page.css", "page.js", "talks.js")) < 50_000


def log_in(page: Any, address: str, name: str) -> None:
    """Give a name and its password, "secret"."""
    page.goto(address)
    page.get_by_label("username").fill(name)
    page.get_by_label("password").fill("secret")
    page.get_by_role("button", name="Login").click()
    page.wait_for_selector("#fn-question textarea", timeout=PATIENCE_MS)
    page.wait_for_selector("#fn-kept [data-told]", state="attached", timeout=PATIENCE_MS)


def test_after_a_restart_a_changed_source_is_said(browser: Any, note: Path, tmp_path: Path) -> None:
    """Ada finds her conversation; its source has changed; asked again, today's words. Bob finds none."""
    store, port, users = str(tmp_path / "store"), free_port(), tmp_path / "users"
    users.write_text("ada:secret\nbob:secret\n")
    started = (str(note), "--store", store, "--auth", str(users))
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    with served(*started, port=port) as address:
        log_in(page, address, "ada")
        ask(page, "Who is the harbour master?")
        page.wait_for_function("sessionStorage.getItem('footnote-open')")
    note.write_text(note.read_text("utf-8").replace("Marta Ruiz", "Ines Prado"), "utf-8")
    with served(*started, port=port) as address:
        log_in(page, address, "ada")
        wait_for_questions(page, "Who is the harbour master?")
        assert "source changed" in page.locator(".fn-note .fn-place").first.inner_text()
        assert "Marta Ruiz" in page.locator(".fn-note mark").first.inner_text()
        page.click(".fn-again")
        page.wait_for_selector(".fn-versions", timeout=PATIENCE_MS)
        assert "Ines Prado" in page.locator(".fn-text").inner_text()
        assert page.locator(".fn-again").count() == 0
        context.clear_cookies()
        log_in(page, address, "bob")
        assert drawer(page) == []
    context.close()


def test_stop_leaves_what_was_finished(browser: Any, tmp_path: Path) -> None:
    """The model hangs in its second sentence: stopped, the first stands, checked and footnoted."""
    text = "Kim met the defence minister of Russia [1]. Then he said that the"
    with serving(Stalls(after=[f"{word} " for word in text.split()])) as fake:
        settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": fake.url, "FOOTNOTE_MODEL": "fake"}
        with served("--store", str(tmp_path / "store"), settings=settings) as address:
            page = browser.new_page()
            visit(page, address)
            page.fill("#fn-question textarea", "Whom did Kim Jong Un meet?")
            page.keyboard.press("Enter")
            page.wait_for_selector("text=Then he said that the", timeout=PATIENCE_MS)
            page.click("#fn-stop")
            page.wait_for_selector(".fn-turn:not(.fn-pending)", timeout=PATIENCE_MS)
            assert page.locator(".fn-text").inner_text().startswith("Kim met the defence minister of Russia")
            assert "Then he said" not in page.locator(".fn-text").inner_text()
            assert chips(page) == ["1"]
            assert "Stopped" in page.locator(".fn-warning").last.inner_text()
            page.close()
