"""An http(s) address -> its bytes and what they are."""

import http.client
import ipaddress
import socket
import urllib.error
import urllib.request
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from index.errors import SourceUnreadable

TIMEOUT_S = 20.0  # for each wait on the network
WHOLE_S = 60.0  # for all of a body, however steadily it trickles
_CHUNK = 65_536
_AGENT = "Mozilla/5.0 (compatible; Footnote)"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes, its media type in lower case, and the charset it names, if any."""

    data: bytes
    media_type: str
    charset: str | None


class NotPublic(OSError):
    """A host that stands in a private network, or on this machine."""


def is_address(path: str) -> bool:
    """Whether `path` is an http(s) address and not a file."""
    return path.lower().startswith(("http:", "https:"))  # urlsplit would raise at a malformed one


def fetch(address: str, max_bytes: int, public_only: bool = False) -> Fetched:
    """What `address` gives, redirects followed.

    With `public_only`, hosts of private networks and this machine are not asked, whether named, resolved to
    or redirected to; proxies are then not used, as it would be they who look the name up.

    Raises:
        SourceUnreadable: no such host, no route, an HTTP error, too slow or large, not public.
    """
    try:
        request = urllib.request.Request(_ascii(address), headers={"User-Agent": _AGENT})
        with _opener(public_only).open(request, timeout=TIMEOUT_S) as reply:
            data = _read(reply, max_bytes + 1)
            headers = reply.headers
    except urllib.error.HTTPError as error:
        raise SourceUnreadable(
            address, f"the server answers {error.code} ({error.reason}); open it in a browser to see why"
        ) from error
    except (TimeoutError, urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise SourceUnreadable(address, _why(error)) from error
    if len(data) > max_bytes:
        raise SourceUnreadable(
            address, f"is larger than {max_bytes // 1_000_000} MB; download it and split it"
        )
    return Fetched(data, headers.get_content_type().lower(), headers.get_content_charset())


def _read(reply: Any, most: int) -> bytes:
    """Up to `most` bytes of the body; http.client tells a body that ends too soon only when all is read."""
    data = bytearray()
    end = monotonic() + WHOLE_S
    while len(data) < most and (part := reply.read1(min(_CHUNK, most - len(data)))):
        data += part
        if monotonic() > end:
            raise TimeoutError
    if len(data) < most and reply.length:
        raise http.client.IncompleteRead(bytes(data), reply.length)
    return bytes(data)


def _opener(public_only: bool) -> urllib.request.OpenerDirector:
    """What opens http and https and nothing else, so that no redirect leads to a file or an FTP server."""
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.UnknownHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
        _Handler(public_only),
    ]
    for handler in handlers if public_only else [urllib.request.ProxyHandler(), *handlers]:
        opener.add_handler(handler)
    return opener


class _Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, *given: Any) -> urllib.request.Request | None:
        fp.close()  # whose body would be read to its end, however long
        return super().redirect_request(req, fp, *given)


class _Handler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens both kinds of address by the connections below."""

    def __init__(self, public_only: bool) -> None:
        super().__init__()
        self._plain, self._secure = (_PublicHTTP, _PublicHTTPS) if public_only else _ANY

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._plain, req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._secure, req)


class _PublicHTTP(http.client.HTTPConnection):
    """A connection to the very address that was looked at: a second look-up could give another one."""

    def connect(self) -> None:
        first, *others = public_addresses(self.host, self.port)
        try:
            self.sock = socket.create_connection((first, self.port), self.timeout)
        except OSError:
            if not others:
                raise
            self.sock = socket.create_connection((others[-1], self.port), self.timeout)


class _PublicHTTPS(http.client.HTTPSConnection, _PublicHTTP):
    """The same with TLS on top: HTTPSConnection wraps the socket of the next class."""


_ANY = (http.client.HTTPConnection, http.client.HTTPSConnection)


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses that `host` resolves to, IPv4 and IPv6.

    Raises:
        NotPublic: one of them, or an IPv4 address it stands for, belongs to a private network, to this
            machine or to no single host.
        OSError: there are none.
    """
    found = [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not all(_is_public(one) for one in _meant(ipaddress.ip_address(address.partition("%")[0]))):
            raise NotPublic(f"{host} is not a public address")
    return list(dict.fromkeys(found))


def _meant(address: Address) -> list[Address]:
    """The address, and the IPv4 address inside it where it is a mapped, a 6to4 or a NAT64 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    inner = [address.ipv4_mapped, address.sixtofour]
    inner.append(ipaddress.IPv4Address(address.packed[-4:]) if address in _NAT64 else None)
    within: list[Address] = [one for one in inner if one is not None]
    return [address, *within] if address.ipv4_mapped is None else within


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast


def _ascii(address: str) -> str:
    """The address with everything outside ASCII encoded, as it goes over the wire."""
    parts = urlsplit(address.strip())
    host = (parts.hostname or "").encode("idna").decode("ascii")
    if not host:
        raise ValueError("no host")
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{parts.port}" if parts.port else ""
    path, query = (
        quote(parts.path, safe="/%:@!$&'()*+,;=~-._"),
        quote(parts.query, safe="/%:@!$&'()*+,;=~-._?"),
    )
    return urlunsplit((parts.scheme, netloc, path or "/", query, ""))


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (NotPublic, "stands in a private network, which this page does not read; download it and add the file"),
    (TimeoutError, "did not answer in time; try again, or download it and give the file"),
    (socket.gaierror, "no such host, or no network; check the address, or download it and give the file"),
    (ConnectionRefusedError, "nobody answers there; check the address"),
    (ValueError, "is not an address that can be opened; copy it from the browser's address bar"),
    (http.client.InvalidURL, "is not an address that can be opened; copy it from the browser's address bar"),
)


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, str) and reason.startswith("unknown url type"):
        return "leads to something that is not a web page; give another address"
    for kind, why in _REASONS:
        if isinstance(reason, kind):
            return why
    return f"cannot be reached ({reason}); download it and give the file"
