"""The same functions for assistants: an MCP server (Model Context Protocol, streamable HTTP).

Not Gradio's own (`mcp_server=True`): it answers in Python's notation instead of JSON, lets all callers share
one session and so each other's sources, and stands outside the password that guards the page.
"""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from secrets import compare_digest
from typing import Annotated, Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from mcp.server.fastmcp import Context, FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import FootnoteError
from page.api import answered, listed, with_address
from page.handlers import Conversation
from page.session import Desk

P = ParamSpec("P")
T = TypeVar("T")
Session = Context[Any, Any, Any]

PATH = "/gradio_api/mcp"  # where Gradio would serve its own
INSTRUCTIONS = """\
Footnote answers questions from the user's own documents and gives, for every sentence, the exact quote it
rests on. Use `ask` for any question those documents may answer, instead of answering from memory; call
`sources` first where it is unclear what they are about. Report what `ask` says and keep its footnotes: the
quote and where it stands. Where the status is not_in_source, tell the user that the documents do not say."""
ASK = """\
Answer a question from the documents this server holds (see `sources`), every sentence with its place in
them. Ask one thing at a time, in a sentence that can be understood by itself, or pass the turns before it
as history. The result holds `status` ("answered", or "not_in_source": the documents do not say), `text`
with [1] markers, and `citations`: for each marker n the verbatim quote, the title and source, and its span
start..end in characters. `sentences` tell how well each is supported, `confidence` (0..1) how sure it is
that the documents hold the answer; `passages` are the nearest ones, also where there is no answer."""
SOURCES = """\
List the documents that questions go to: name (as citations call it), title, number of passages, and whether
it is in use. Call it to find out whether `ask` can help."""
ADD_SOURCE = """\
Read a web page, PDF, .docx, .md or text from an http(s) address, so that `ask` can answer from it for the
rest of this session; no other caller sees it. Takes some seconds. The result lists all documents to be
asked now."""


def mcp_server(conversation: Conversation, host: str) -> FastMCP[None]:
    """A server with the tools `ask`, `sources` and `add_source`; what a session adds goes when it ends.

    `host` is where the page listens: on a local one, only local names of it are answered (no DNS rebinding).
    """
    server: FastMCP[None] = FastMCP(
        "Footnote", INSTRUCTIONS, host=host, streamable_http_path="/", log_level="ERROR", json_response=True
    )
    desks: WeakKeyDictionary[Any, Desk] = WeakKeyDictionary()

    def desk_of(context: Session) -> Desk:
        return desks.get(context.session, conversation.desk)

    async def ask(
        context: Session,
        question: Annotated[str, Field(description="What to find out, as one full sentence.")],
        history: Annotated[
            list[dict[str, str]] | None,
            Field(
                description='Turns so far, oldest first: {"role": "user" or "assistant", "content": "..."}.'
            ),
        ] = None,
    ) -> dict[str, Any]:
        return await _told(answered, desk_of(context), question, history)

    async def sources(context: Session) -> dict[str, Any]:
        return {"sources": await _told(listed, desk_of(context))}

    async def add_source(
        context: Session,
        address: Annotated[str, Field(description="Where it is, beginning with http:// or https://.")],
    ) -> dict[str, Any]:
        desk = await _told(with_address, desk_of(context), address, conversation)
        desks[context.session] = desk
        return {"sources": await _told(listed, desk)}

    asks = ToolAnnotations(readOnlyHint=True, openWorldHint=False)
    adds = ToolAnnotations(readOnlyHint=False, destructiveHint=False, idempotentHint=True, openWorldHint=True)
    server.add_tool(ask, title="Ask the documents", description=ASK, annotations=asks)
    server.add_tool(sources, title="List the documents", description=SOURCES, annotations=asks)
    server.add_tool(
        add_source, title="Add a document by its address", description=ADD_SOURCE, annotations=adds
    )
    return server


def app_options(server: FastMCP[None], users: Sequence[tuple[str, str]] | None) -> dict[str, Any]:
    """What makes Gradio's app serve `server` too; where there are `users`, with their passwords only."""
    app: ASGIApp = server.streamable_http_app()
    if users is not None:
        app = _Guarded(app, dict(users))
    routes = [Route(path, _Endpoint(app)) for path in (PATH, f"{PATH}/")]
    return {"routes": routes, "lifespan": lambda _: server.session_manager.run()}


async def _told(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """The function's result, made beside the event loop; our errors as an assistant is shown them."""
    try:
        return await asyncio.to_thread(function, *given, **named)
    except FootnoteError as error:
        raise ToolError(str(error)) from error


class _Endpoint:
    """The server's one place, wherever its app is mounted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "path": "/", "root_path": ""}, receive, send)


class _Guarded:
    """An app that answers only requests with the name and password of a user (HTTP Basic, RFC 7617)."""

    def __init__(self, app: ASGIApp, passwords: Mapping[str, str]) -> None:
        self._app = app
        self._passwords = passwords

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._knows(dict(scope["headers"]).get(b"authorization", b"")):
            await self._app(scope, receive, send)
            return
        asked = {"WWW-Authenticate": 'Basic realm="Footnote"'}
        refusal = PlainTextResponse("A name and a password are needed (HTTP Basic).", 401, asked)
        await refusal(scope, receive, send)

    def _knows(self, header: bytes) -> bool:
        scheme, _, token = header.partition(b" ")
        try:
            name, _, password = base64.b64decode(token).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        expected = self._passwords.get(name)
        # Compared for an unknown name as well: how long it takes tells nothing.
        same = compare_digest(password.encode(), (expected or "").encode())
        return scheme.lower() == b"basic" and expected is not None and same
