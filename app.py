"""The chat page: `app.py [SOURCE ...]` serves it until interrupted; exit 2 for bad usage or input."""

import argparse
import os
import socket
import sys

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported: nothing leaves this machine

from index.errors import FootnoteError


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
    parser.add_argument("--host", metavar="H", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", metavar="P", type=int, default=7860)
    return parser


def _serve(options: argparse.Namespace) -> None:
    _check_port(options.host, options.port)
    print("Footnote is getting ready ...", file=sys.stderr, flush=True)
    from functools import partial
    from pathlib import Path

    from platformdirs import user_data_path

    from qa.engine import QueryEngine

    open_engine = partial(QueryEngine.open, model=options.model)
    engine = open_engine(*options.sources, store=options.store)
    from page.handlers import Conversation
    from page.layout import build, launch_options

    place = Path(engine.store.place)
    kept = place if place.is_dir() else user_data_path("footnote")  # the store may be a server
    conversation = Conversation(engine, open_engine, kept / "feedback.jsonl")
    blocks = build(conversation, "extractive")
    blocks.launch(
        server_name=options.host,
        server_port=options.port,
        quiet=True,
        ssr_mode=False,
        prevent_thread_lock=True,
        **launch_options(),
    )
    print(f"Footnote is at http://{options.host}:{options.port}", flush=True)
    blocks.block_thread()


class PortTaken(FootnoteError):
    """The address cannot be listened on."""


def _check_port(host: str, port: int) -> None:
    """Raise PortTaken before the slow part where nothing can listen at `host`:`port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise PortTaken(
                f"port {port} on {host} cannot be used ({error}); choose another with --port"
            ) from error


if __name__ == "__main__":
    sys.exit(main())
