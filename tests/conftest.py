"""What several tests share: a private home for caches and stores, and no way out of this machine."""

import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.embed import MiniLM
from qa.engine import QueryEngine


class ConnectionLeaked(RuntimeError):
    """Something tried to reach another machine."""


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_way_out() -> Iterator[None]:
    """Every connection and every look-up of a name that is not this machine's raises."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex", "sendto"):
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, *given: object, real: object = real) -> object:
            if not _is_local(given[-1]):
                raise ConnectionLeaked(f"a connection to {given[-1]} was tried")
            return real(self, *given)  # type: ignore[operator]

        patch.setattr(socket.socket, name, guarded)
    look_up = socket.getaddrinfo

    def guarded_look_up(host: object, *rest: object, **named: object) -> object:
        if not _is_local((host.decode() if isinstance(host, bytes) else host or "", 0)):
            raise ConnectionLeaked(f"the name {host!r} was looked up")
        return look_up(host, *rest, **named)  # type: ignore[arg-type]

    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default store of a test is its own; the built graph in the cache is shared."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "FOOTNOTE_"))]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    """The real embedding model."""
    return MiniLM()


@pytest.fixture(scope="session")
def article_engine(tmp_path_factory: pytest.TempPathFactory) -> QueryEngine:
    """An engine over the bundled article."""
    return QueryEngine.open(store=str(tmp_path_factory.mktemp("article")))


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """A small document of a user's."""
    path = tmp_path / "harbour_note.md"
    path.write_text(
        "# The harbour of Oldport\n\nThe harbour was dredged in 1998. It takes 40 ships a day.\n\n"
        "## Staff\n\nMarta Ruiz has been harbour master since 2015. Before that she sailed tankers.\n",
        encoding="utf-8",
    )
    return path


class _Harbour(BaseHTTPRequestHandler):
    """A small document, whatever is asked."""

    def do_GET(self) -> None:
        body = b"Marta Ruiz has been harbour master of Oldport since 2015. The harbour was dredged in 1998."
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def document() -> Iterator[str]:
    """An address on this machine with a small document."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Harbour)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/harbour.txt"
    server.shutdown()
    server.server_close()
