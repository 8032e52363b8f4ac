"""A page that asks who you are, in a real browser: the login, and two users who see nothing of each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE_MS, ask, chromium, in_a_browser, served

QUESTION = "How many containers of ammunition has Russia received?"

pytestmark = in_a_browser


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the page's store."""
    return tmp_path_factory.mktemp("login") / "store"


@pytest.fixture(scope="module")
def address(store: Path) -> Iterator[str]:
    """A page with two users, who stand in a file, and a store where their conversations are kept."""
    users = store.parent / "users"
    users.write_text("anna:geheim\nbert:auch geheim\n", encoding="utf-8")
    with served("--auth", str(users), "--store", str(store)) as at:
        yield at


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    with chromium() as started:
        yield started


def log_in(browser: Any, address: str, name: str, password: str) -> Any:
    """The page of a visitor with a browser of their own, after they gave a name and a password."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(address)
    page.get_by_label("username").fill(name, timeout=PATIENCE_MS)
    page.get_by_label("password").fill(password)
    page.get_by_role("button", name="Login").click()
    return page


def arrived(browser: Any, address: str, name: str, password: str) -> Any:
    """The same, for a visitor who is let in."""
    page = log_in(browser, address, name, password)
    page.wait_for_selector("#fn-question textarea", timeout=PATIENCE_MS)
    page.wait_for_selector("#fn-kept [data-told]", state="attached", timeout=PATIENCE_MS)
    return page


@pytest.mark.parametrize(("name", "password"), [("anna", "auch geheim"), ("carl", "geheim")])
def test_a_wrong_password_is_told_and_shows_nothing(
    browser: Any, address: str, name: str, password: str
) -> None:
    """No question box; a line says that it was wrong."""
    page = log_in(browser, address, name, password)
    page.wait_for_selector("text=Incorrect Credentials", timeout=PATIENCE_MS)
    assert page.locator("#fn-question").count() == 0
    assert page.request.get(f"{address}config").status == 401
    page.context.close()


def test_two_users_see_nothing_of_each_other(browser: Any, address: str, store: Path, note: Path) -> None:
    """Neither questions nor uploads; what was rated is kept on the server, and given to nobody."""
    anna = arrived(browser, address, "anna", "geheim")
    anna.get_by_role("tab", name="Documents").click()
    anna.set_input_files("#fn-files input[type=file]", str(note))
    anna.wait_for_selector(f"text={note.name}: ", timeout=PATIENCE_MS)
    ask(anna, "Who is the harbour master?")
    assert "Marta Ruiz" in anna.locator(".fn-text").inner_text()
    anna.locator("[data-rating=up]").click()
    bert = arrived(browser, address, "bert", "auch geheim")
    assert bert.locator(".fn-turn").count() == 0
    bert.get_by_role("tab", name="Documents").click()
    ask(bert, "Who is the harbour master?")
    assert bert.locator(".fn-silent").count() == 1
    for told in ("harbour_note", "Oldport", "Marta"):
        assert told not in bert.content()
    again = arrived(browser, address, "anna", "geheim")
    again.get_by_role("tab", name="Documents").click()
    assert "Oldport" not in again.locator("#fn-shelf").inner_text()
    kept = store / "feedback.jsonl"
    assert "Marta Ruiz" in kept.read_text(encoding="utf-8")
    for path in (kept, note, store / "chroma.sqlite3"):
        assert bert.request.get(f"{address}gradio_api/file={path}").status in {403, 404}
    for page in (anna, bert, again):
        page.context.close()


def test_an_address_in_our_own_network_is_refused(browser: Any, address: str, document: str) -> None:
    """Others visit this page, so it does not look into its own network for them; the line says what to do."""
    page = arrived(browser, address, "bert", "auch geheim")
    page.get_by_role("tab", name="Documents").click()
    for given in (document, "localhost:8000/x", "http://169.254.169.254/latest/meta-data/"):
        page.locator("#fn-address textarea, #fn-address input").first.fill(given)
        page.keyboard.press("Enter")
        page.wait_for_selector(f".fn-news.fn-bad:has-text('{given}')", timeout=PATIENCE_MS)
        assert "private network" in page.locator(".fn-news.fn-bad").inner_text()
    assert page.locator(".fn-source").count() == 1
    page.context.close()
