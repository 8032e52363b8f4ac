"""The chat page: `app.py [SOURCE ...]` serves it until interrupted; exit 2 for bad usage or input."""

import argparse
import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported: nothing leaves this machine

from index.errors import FootnoteError
from index.place import check_place

if TYPE_CHECKING:
    from page.handlers import Conversation
    from qa.settings import Settings

Users = list[tuple[str, str]]  # names and passwords

LOCAL = {"127.0.0.1", "localhost", "::1"}


def main(arguments: list[str] | None = None) -> int:
    """Serve the page; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        _serve(options)
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="app.py", description="Ask your documents; every sentence footnoted."
    )
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="files or addresses; none: the bundled article"
    )
    parser.add_argument("--store", metavar="S", help="a folder, or the URL of a Chroma server")
    parser.add_argument("--model", metavar="M", help="the model that writes answers; none: quote the source")
    parser.add_argument("--strict", action="store_true", help="leave out what the source does not support")
    parser.add_argument("--host", metavar="H", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", metavar="P", type=int, default=7860)
    parser.add_argument(
        "--auth", metavar="USER:PASSWORD", help="ask for a name and password; or a file of such lines"
    )
    parser.add_argument("--mcp", action="store_true", help="offer the same functions as an MCP server")
    return parser


def _serve(options: argparse.Namespace) -> None:
    _check_port(options.host, options.port)
    users = _users(options.auth) if options.auth else None
    if users is None and options.host not in LOCAL:
        print(
            f"footnote: anyone who reaches {options.host}:{options.port} can ask and read; "
            "set --auth USER:PASSWORD to keep them out",
            file=sys.stderr,
        )
    if options.mcp and find_spec("mcp") is None:
        raise BadUsage("--mcp needs the package mcp: run `uv sync --extra mcp`, or start without it")
    print("Footnote is getting ready ...", file=sys.stderr, flush=True)
    # On this machine alone an address is its user's business, as on the command line. Where others visit,
    # this machine must not look into its own network for them.
    conversation = _open(options, guarded=users is not None or options.host not in LOCAL)
    from page.layout import build, launch_options

    blocks = build(conversation, _writer(conversation.desk.engine.settings))
    try:
        blocks.launch(
            server_name=options.host,
            server_port=options.port,
            quiet=True,
            auth=users,
            app_kwargs=_beside(conversation, options.host, users) if options.mcp else {},
            run_history=False,  # Gradio would keep questions in the browser, for the next one who sits there
            strict_cors=True,
            ssr_mode=False,
            prevent_thread_lock=True,
            **launch_options(),
        )
    except OSError as error:  # taken since we looked
        raise BadUsage(f"port {options.port} is in use; choose another with --port") from error
    at = f"http://{options.host}:{options.port}"
    print(f"Footnote is at {at}", flush=True)
    if options.mcp:
        print(f"Its MCP server is at {at}/gradio_api/mcp/", flush=True)
    blocks.block_thread()


def _open(options: argparse.Namespace, guarded: bool) -> "Conversation":
    """The sources read, and the engine over them; what can be wrong is found before the slow imports."""
    from index.source import read_source
    from qa.settings import Settings

    settings = Settings.from_environment().choose(options.model)
    check_place(options.store or settings.store)
    sources = [read_source(path) for path in options.sources]
    from functools import partial

    from platformdirs import user_data_path

    from page.handlers import Conversation
    from qa.engine import QueryEngine

    open_engine = partial(QueryEngine.open, settings=settings, strict=options.strict or None)
    engine = open_engine(*sources, store=options.store)
    place = Path(engine.store.place)
    kept = place if place.is_dir() else user_data_path("footnote")  # the store may be a server
    named = place.is_dir() and bool(options.store or settings.store)
    talks = kept / "conversations" if named else None  # else each browser keeps its own
    return Conversation(engine, open_engine, kept / "feedback.jsonl", talks=talks, guarded=guarded)


def _beside(conversation: "Conversation", host: str, users: Users | None) -> dict[str, Any]:
    """What makes the page's app an MCP server too."""
    from page.tools import app_options, mcp_server

    return app_options(mcp_server(conversation, host), users)


def _writer(settings: "Settings") -> str:
    """Who writes the answers, for the badge: a model or its server, or nobody ("extractive")."""
    if not settings.writes:
        return "extractive"
    return settings.model or urlsplit(settings.base_url or "").hostname or "OpenAI"


class BadUsage(FootnoteError):
    """An argument that cannot be used; the message says what to do."""


def _users(given: str) -> Users:
    """(name, password) pairs of `given`: one pair, or a file with one pair a line.

    Raises:
        BadUsage: the file cannot be read, there is no colon, or nothing on one side of it.
    """
    try:
        lines = Path(given).read_text(encoding="utf-8").splitlines() if Path(given).is_file() else [given]
    except (OSError, ValueError) as error:
        raise BadUsage(
            f"{given}: cannot be read ({error}); give a UTF-8 file, one USER:PASSWORD a line"
        ) from error
    lines = [line.strip() for line in lines if line.strip()]
    pairs = [(name, password) for name, _, password in (line.partition(":") for line in lines)]
    if not pairs or not all(name and password for name, password in pairs):
        raise BadUsage("--auth takes USER:PASSWORD, or a file with one such pair a line")
    return pairs


def _check_port(host: str, port: int) -> None:
    """Raise BadUsage before the slow part where nothing can listen at `host`:`port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise BadUsage(
                f"port {port} on {host} cannot be used ({error}); choose another with --port"
            ) from error


if __name__ == "__main__":
    sys.exit(main())
