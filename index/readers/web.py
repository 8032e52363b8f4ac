"""An http(s) address -> its bytes and what they are."""

import http.client
import socket
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from index.errors import SourceUnreadable

TIMEOUT_S = 20.0  # for each wait on the network
_AGENT = "Mozilla/5.0 (compatible; Footnote)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes, its media type in lower case, and the charset it names, if any."""

    data: bytes
    media_type: str
    charset: str | None


def is_address(path: str) -> bool:
    """Whether `path` is an http(s) address and not a file."""
    return urlsplit(path).scheme.lower() in {"http", "https"}


def fetch(address: str, max_bytes: int) -> Fetched:
    """What `address` gives, redirects followed.

    Raises:
        SourceUnreadable: no such host, no route, an HTTP error, too slow or larger than `max_bytes`.
    """
    try:
        request = urllib.request.Request(_ascii(address), headers={"User-Agent": _AGENT})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
            if not is_address(reply.url):
                raise SourceUnreadable(
                    address, "leads to something that is not a web page; give another address"
                )
            data = reply.read(max_bytes + 1)
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


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"did not answer within {TIMEOUT_S:.0f} seconds; try again, or download it and give the file"
    if isinstance(reason, socket.gaierror):
        return "no such host, or no network; check the address, or download it and give the file"
    if isinstance(reason, ConnectionRefusedError):
        return "nobody answers there; check the address"
    if isinstance(reason, ValueError | http.client.InvalidURL):
        return "is not an address that can be opened; copy it from the browser's address bar"
    return f"cannot be reached ({reason}); download it and give the file"
