"""What is fetched from an address, and what a page that others reach does not fetch."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from index.errors import SourceUnreadable, StoreUnusable
from index.place import check_place
from index.readers import web
from index.readers.web import fetch
from index.source import read_source

PUBLIC = (
    "93.184.215.14"  # where the fake resolver puts public.test; connections to it come to the fake server
)


class Handler(BaseHTTPRequestHandler):
    """A page, a redirect wherever the query says, and a body that ends too soon."""

    def do_GET(self) -> None:
        path, _, target = self.path.partition("?")
        body = b"The harbour was dredged in 1998."
        if path == "/to":
            self.send_response(302)
            self.send_header("Location", target)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body) + (path == "/short")))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A resolver that knows these names only, and a network in which PUBLIC is the server above."""
    known = {"public.test": PUBLIC, "localhost": "127.0.0.1"}
    connect = socket.create_connection

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        shown = known.get(host, host)
        if ":" in shown:
            return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (shown, port, 0, 0))]
        number = socket.inet_ntoa(socket.inet_aton(shown))  # 0x7f.1 and the like, as the system reads them
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    def reach(address: tuple[str, int], *rest: Any, **named: Any) -> socket.socket:
        host = known.get(address[0], address[0])
        return connect(("127.0.0.1" if host == PUBLIC else host, address[1]), *rest, **named)

    monkeypatch.setattr(web.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(web.socket, "create_connection", reach)
    return known


PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "2130706433", "0x7f.1", "[::1]", "[::]", "[fe80::1]",
    "[fd00::1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:c0a8:101::]", "localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_a_host_that_is_not_public_is_refused_before_it_is_asked(
    host: str, names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every spelling of a private, local or link-local address: one line, and no connection."""
    asked: list[Any] = []
    monkeypatch.setattr(web.socket, "create_connection", lambda *given, **_: asked.append(given))
    with pytest.raises(SourceUnreadable, match="private network"):
        fetch(f"http://{host}:9/", 1000, public_only=True)
    assert asked == []


@pytest.mark.parametrize("inner", ["10.0.0.7", "169.254.169.254", "::1", "fd12::1"])
def test_a_name_that_resolves_into_a_private_network_is_refused(names: dict[str, str], inner: str) -> None:
    """It is the resolved address that counts, not how the name looks."""
    names["intranet.test"] = inner
    with pytest.raises(SourceUnreadable, match="private network"):
        fetch("http://intranet.test/", 1000, public_only=True)


def test_one_private_address_among_public_ones_is_refused(
    names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with two addresses is as private as either."""
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 80)) for host in (PUBLIC, "10.0.0.7")]
    monkeypatch.setattr(web.socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(SourceUnreadable, match="private network"):
        fetch("http://public.test/", 1000, public_only=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_a_redirect_into_a_private_network_is_refused(names: dict[str, str], port: int, host: str) -> None:
    """A public page may not lead the server where its visitor may not go."""
    with pytest.raises(SourceUnreadable, match="private network"):
        fetch(f"http://public.test:{port}/to?http://{host}:{port}/", 1000, public_only=True)


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:text/plain,x"])
@pytest.mark.parametrize("public_only", [True, False])
def test_a_redirect_to_what_is_no_web_page_is_refused(
    names: dict[str, str], port: int, target: str, public_only: bool
) -> None:
    """Neither the page nor the command line follows one to a file or an FTP server."""
    with pytest.raises(SourceUnreadable):
        fetch(f"http://public.test:{port}/to?{target}", 1000, public_only)


def test_a_public_address_is_read_and_its_redirects_followed(names: dict[str, str], port: int) -> None:
    """What is public is fetched as ever, media type and charset told."""
    got = fetch(f"http://public.test:{port}/to?http://public.test:{port}/page", 1000, public_only=True)
    assert (got.data, got.media_type, got.charset) == (
        b"The harbour was dredged in 1998.",
        "text/plain",
        "utf-8",
    )


def test_the_command_line_reads_what_its_user_names(port: int) -> None:
    """Without `public_only` this machine's own server is read."""
    assert fetch(f"http://127.0.0.1:{port}/", 1000).data.startswith(b"The harbour")


def test_size_and_an_early_end_are_told(port: int) -> None:
    """More than allowed is refused, and so is half a page."""
    with pytest.raises(SourceUnreadable, match="larger"):
        fetch(f"http://127.0.0.1:{port}/", 10)
    with pytest.raises(SourceUnreadable, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{port}/short", 1000)


def test_a_trickling_body_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole body has a time limit too, not only each wait."""
    monkeypatch.setattr(web, "WHOLE_S", -1.0)
    with pytest.raises(SourceUnreadable, match="in time"):
        fetch(f"http://127.0.0.1:{port}/", 1000)


def test_a_malformed_address_is_said_to_be_one() -> None:
    """Half a bracket is no traceback, of a source or of a store."""
    with pytest.raises(SourceUnreadable, match="is not an address"):
        read_source("http://[::1")
    with pytest.raises(StoreUnusable):
        check_place("http://[::1")
