"""A program's way in: the named endpoints, called by gradio_client over HTTP."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from page.handlers import Conversation
from page.layout import build, launch_options
from qa.engine import QueryEngine

QUESTION = "How many containers of ammunition has Russia received?"


@pytest.fixture(scope="module", params=[False, True], ids=["open", "guarded"])
def page(
    request: pytest.FixtureRequest, article_engine: QueryEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, bool]]:
    """A page's address, and whether it is one that others visit."""
    feedback = tmp_path_factory.mktemp("page") / "feedback.jsonl"
    conversation = Conversation(
        article_engine, partial(QueryEngine.open, model="none"), feedback, guarded=request.param
    )
    blocks = build(conversation, "extractive")
    blocks.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, **launch_options())
    yield blocks.local_url, request.param
    blocks.close()


def client(page: tuple[str, bool]) -> Client:
    """A caller of their own."""
    return Client(page[0], verbose=False, analytics_enabled=False)


def test_ask_takes_a_question_alone(page: tuple[str, bool]) -> None:
    """By place or by name, with a history or without: the contract's Answer comes back."""
    caller = client(page)
    turns = [{"role": "user", "content": "Who did Kim meet?"}, {"role": "assistant", "content": "Belousov."}]
    answers: list[dict[str, Any]] = [
        caller.predict(QUESTION, api_name="/ask"),
        caller.predict(QUESTION, None, api_name="/ask"),
        caller.predict(question=QUESTION, history=turns, api_name="/ask"),
    ]
    for answer in answers:
        assert answer["status"] == "answered"
        assert "10,000 containers" in answer["citations"][0]["quote"]
    assert answers[0]["passages"] == answers[1]["passages"]


def test_what_a_caller_adds_is_that_callers(page: tuple[str, bool], document: str) -> None:
    """Listed and asked by who added it, unknown to another; refused where the page is guarded."""
    mine, theirs = client(page), client(page)
    if page[1]:
        with pytest.raises(AppError, match="private network"):
            mine.predict(document, api_name="/add_source")
        return
    added = mine.predict(document, api_name="/add_source")
    assert added == mine.predict(api_name="/sources")
    assert document in {source["name"] for source in added}
    question = "Who is the harbour master of Oldport?"
    assert mine.predict(question, api_name="/ask")["citations"][0]["source"] == document
    assert document not in {source["name"] for source in theirs.predict(api_name="/sources")}
    assert document not in str(theirs.predict(question, api_name="/ask"))


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("/ask", ["  "], "type one"),
        ("/ask", ["Who?", "before"], "history must be a list"),
        ("/add_source", ["/etc/passwd"], "must begin with http"),
    ],
)
def test_what_goes_wrong_is_said_in_words(
    page: tuple[str, bool], name: str, given: list[str], words: str
) -> None:
    """Our own line, not a traceback."""
    with pytest.raises(AppError, match=words):
        client(page).predict(*given, api_name=name)


def test_only_three_endpoints_are_shown(page: tuple[str, bool]) -> None:
    """What the page itself calls is no interface."""
    shown = client(page).view_api(return_format="dict", print_info=False)
    assert isinstance(shown, dict)
    assert set(shown["named_endpoints"]) == {"/ask", "/sources", "/add_source"}


def test_a_file_of_the_server_is_not_read(page: tuple[str, bool], tmp_path: Path) -> None:
    """Gradio's file route gives nothing that nobody uploaded."""
    import httpx

    secret = tmp_path / "secret.txt"
    secret.write_text("geheim", encoding="utf-8")
    for path in (secret, Path("/etc/hostname")):
        answer = httpx.get(f"{page[0].rstrip('/')}/gradio_api/file={path}")
        assert answer.status_code in {403, 404}


def test_the_documented_program_runs(page: tuple[str, bool], capsys: pytest.CaptureFixture[str]) -> None:
    """The example of docs/page-api.md, with this page's address in it."""
    text = (Path(__file__).parent.parent / "docs" / "page-api.md").read_text(encoding="utf-8")
    program = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    exec(program.replace("http://127.0.0.1:7860/", page[0]), {})
    assert "10,000 containers" in capsys.readouterr().out
