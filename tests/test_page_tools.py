"""An assistant's way in: every tool called by a real MCP client, over HTTP."""

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="no mcp here: uv sync --extra mcp")

import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from page.handlers import Conversation
from page.layout import build, launch_options
from page.tools import PATH, app_options, mcp_server
from qa.engine import QueryEngine

USERS = [("anna", "geheim"), ("bert", "streng")]


def served(engine: QueryEngine, folder: Path, guarded: bool) -> Any:
    """The page with its MCP server, as the door serves it."""
    conversation = Conversation(
        engine, partial(QueryEngine.open, model="none"), folder / "f.jsonl", guarded=guarded
    )
    users = USERS if guarded else None
    options = app_options(mcp_server(conversation, "127.0.0.1"), users)
    blocks = build(conversation, "extractive")
    blocks.launch(
        prevent_thread_lock=True,
        quiet=True,
        auth=users,
        app_kwargs=options,
        ssr_mode=False,
        **launch_options(),
    )
    return blocks


@pytest.fixture(scope="module")
def page(article_engine: QueryEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that stands open on this machine."""
    blocks = served(article_engine, tmp_path_factory.mktemp("open"), guarded=False)
    yield blocks.local_url.rstrip("/")
    blocks.close()


@pytest.fixture(scope="module")
def guarded_page(article_engine: QueryEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that asks for a password."""
    blocks = served(article_engine, tmp_path_factory.mktemp("guarded"), guarded=True)
    yield blocks.local_url.rstrip("/")
    blocks.close()


def calls(page: str, *wanted: tuple[str, dict[str, Any]], headers: dict[str, str] | None = None) -> list[Any]:
    """What a session gives for these calls, one after the other; the tools themselves for "tools"."""

    async def run() -> list[Any]:
        async with (
            httpx.AsyncClient(headers=headers, timeout=60) as web,
            streamable_http_client(f"{page}{PATH}/", http_client=web) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return [
                (await session.list_tools()).tools
                if name == "tools"
                else await session.call_tool(name, given)
                for name, given in wanted
            ]

    return asyncio.run(run())


def test_the_tools_say_what_they_take_and_give(page: str) -> None:
    """Three tools; only the question and the address are required; each parameter is described."""
    (tools,) = calls(page, ("tools", {}))
    assert {tool.name: tool.inputSchema.get("required", []) for tool in tools} == {
        "ask": ["question"],
        "sources": [],
        "add_source": ["address"],
    }
    for tool in tools:
        assert tool.description
        assert all(given["description"] for given in tool.inputSchema["properties"].values())


def test_ask_gives_the_answer_as_json(page: str) -> None:
    """The text is the contract's Answer, and so is the structured content; history is optional."""
    question = {"question": "How many containers of ammunition has Russia received?"}
    turns = [{"role": "user", "content": "Who did Kim meet?"}, {"role": "assistant", "content": "Belousov."}]
    alone, after = calls(page, ("ask", question), ("ask", {**question, "history": turns}))
    answer = json.loads(alone.content[0].text)
    assert answer == alone.structuredContent
    assert answer["status"] == "answered"
    assert "10,000 containers" in answer["citations"][0]["quote"]
    assert json.loads(after.content[0].text)["citations"]


def test_a_session_keeps_what_it_adds_and_no_other_sees_it(page: str, document: str) -> None:
    """Added, listed and asked in one session; another one knows nothing of it."""
    question = ("ask", {"question": "Who is the harbour master of Oldport?"})
    added, listed, asked = calls(page, ("add_source", {"address": document}), ("sources", {}), question)
    assert document in {source["name"] for source in json.loads(added.content[0].text)["sources"]}
    assert json.loads(listed.content[0].text) == json.loads(added.content[0].text)
    assert json.loads(asked.content[0].text)["citations"][0]["source"] == document
    others, theirs = calls(page, ("sources", {}), question)
    assert document not in others.content[0].text
    assert document not in theirs.content[0].text


def test_what_goes_wrong_is_said_in_words(page: str) -> None:
    """An empty question, an address that is none, a place nobody answers at: our own line, no traceback."""
    wrong = calls(
        page,
        ("ask", {"question": " "}),
        ("add_source", {"address": "/etc/passwd"}),
        ("add_source", {"address": "http://127.0.0.1:9/"}),
    )
    assert all(result.isError for result in wrong)
    for result, words in zip(wrong, ("type one", "must begin with http", "nobody answers"), strict=True):
        assert words in result.content[0].text


def basic(name: str, password: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_a_guarded_page_guards_its_tools(guarded_page: str, document: str) -> None:
    """Without the right name and password, 401; with them, the tools, but no look into our own network."""
    for headers in (
        {},
        basic("anna", "streng"),
        basic("nobody", ""),
        {"Authorization": "Basic x"},
        {"Authorization": "Bearer geheim"},
    ):
        for path in (PATH, f"{PATH}/"):
            assert httpx.post(f"{guarded_page}{path}", headers=headers, json={}).status_code == 401
    asked, added = calls(
        guarded_page,
        ("ask", {"question": "Who did Kim Jong Un meet?"}),
        ("add_source", {"address": document}),
        headers=basic("anna", "geheim"),
    )
    assert json.loads(asked.content[0].text)["citations"]
    assert added.isError
    assert "private network" in added.content[0].text


def test_another_site_may_not_use_the_tools(page: str) -> None:
    """A foreign Host (DNS rebinding) or Origin is turned away."""
    for headers in ({"Host": "evil.test"}, {"Origin": "https://evil.test"}):
        answer = httpx.post(
            f"{page}{PATH}/", headers=headers, json={"jsonrpc": "2.0", "id": 1, "method": "ping"}
        )
        assert answer.status_code in {403, 421}


def test_the_documented_client_runs(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The example of docs/page-api.md, with this page's address in it."""
    text = (Path(__file__).parent.parent / "docs" / "page-api.md").read_text(encoding="utf-8")
    program = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[1]
    exec(program.replace("http://127.0.0.1:7860", page), {})
    assert capsys.readouterr().out.startswith("answered ")
