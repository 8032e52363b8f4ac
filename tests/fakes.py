"""A scripted OpenAI-compatible server on loopback: real HTTP, real SSE, every reply and every failure."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qa.settings import Settings

KEY = "sk-a-key-that-no-one-may-ever-see-1234567890"


@dataclass(frozen=True)
class Says:
    """A reply, whole or as a stream of `pieces`."""

    text: str
    finish: str | None = "stop"
    usage: bool = True
    pause_s: float = 0.0  # between two chunks
    breaks_off_after: int | None = None  # chunks, then the connection is gone
    closes_quietly: bool = False  # ends the body properly, but without finish reason or [DONE]
    as_json: bool = False  # whatever was asked for
    parts: bool = False  # content as a list of parts


@dataclass(frozen=True)
class Fails:
    """An error as servers report it."""

    status: int
    message: str = "no"
    code: str | None = None
    retry_after: str | None = None


@dataclass(frozen=True)
class Raw:
    """Any body at all."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Stalls:
    """Takes the request and keeps silent, before or after some chunks."""

    after: Sequence[str] = ()


Step = Says | Fails | Raw | Stalls


@dataclass
class FakeServer:
    """What the server does next, and what it was asked; the last step is repeated for ever."""

    script: list[Step]
    models: list[str] = field(default_factory=lambda: ["text-embedder-embed", "small-model"])
    known: set[str] | None = None  # the optional fields it understands; None: all
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)

    def settings(self, **changes: Any) -> Settings:
        values = {"model": "fake", "base_url": self.url, "api_key": KEY, "timeout_s": 5.0} | changes
        return Settings(**values)

    def next_step(self) -> Step:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def serving(*script: Step, **options: Any) -> Iterator[FakeServer]:
    """A server on a free port that follows `script`."""
    fake = FakeServer(list(script), **options)

    class Handler(_Handler):
        server_state = fake

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.stopping.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server_state: FakeServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            listed = [{"id": name, "object": "model"} for name in self.server_state.models]
            self._json(200, {"object": "list", "data": listed})
        else:
            self._json(404, {"error": {"message": "no such path"}})

    def do_POST(self) -> None:
        fake = self.server_state
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        fake.requests.append(body)
        fake.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.path != "/v1/chat/completions":
            return self._json(404, {"error": {"message": "no such path"}})
        optional = set(body) - {"model", "messages", "stream"}
        if fake.known is not None and optional - fake.known:
            return self._json(400, {"error": {"message": f"unsupported: {sorted(optional - fake.known)}"}})
        step = fake.next_step()
        try:
            self._follow(step, body)
        except (BrokenPipeError, ConnectionResetError):
            fake.hung_up.set()
            self.close_connection = True
        return None

    def _follow(self, step: Step, body: dict[str, Any]) -> None:
        match step:
            case Fails():
                error = {"message": step.message, "code": step.code, "type": "error"}
                extra = {"retry-after": step.retry_after} if step.retry_after else {}
                self._json(step.status, {"error": error}, extra)
            case Raw():
                self._send(200, step.body, step.content_type)
            case Stalls():
                if step.after:
                    self._open_stream()
                    for text in step.after:
                        self._event(chunk(body, {"content": text}))
                self._wait()
            case Says() if body.get("stream") and not step.as_json:
                self._stream(step, body)
            case Says():
                self._json(200, completion(step, body))

    def _stream(self, step: Says, body: dict[str, Any]) -> None:
        self._open_stream()
        self._event(chunk(body, {"role": "assistant", "content": ""}))
        for count, piece in enumerate(pieces(step.text)):
            if step.breaks_off_after == count:
                self.close_connection = True
                self.connection.close()
                return
            self._event(chunk(body, {"content": piece}))
            time.sleep(step.pause_s)
        if not step.closes_quietly:
            self._event(chunk(body, {}, step.finish))
            if step.usage and (body.get("stream_options") or {}).get("include_usage"):
                self._event({**chunk(body, {}), "choices": [], "usage": _usage(step.text)})
            self._write(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _wait(self) -> None:
        """Silent until the client hangs up or the test ends."""
        self.connection.settimeout(0.05)
        while not self.server_state.stopping.is_set():
            try:
                if not self.connection.recv(1):
                    self.server_state.hung_up.set()
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        self.close_connection = True

    def _open_stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def _event(self, data: dict[str, Any]) -> None:
        self._write(b"data: " + json.dumps(data).encode() + b"\n\n")

    def _write(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _json(self, status: int, data: Any, extra: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(data).encode(), "application/json", extra)

    def _send(self, status: int, data: bytes, content_type: str, extra: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(data)))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def pieces(text: str) -> list[str]:
    """The text in pieces of a few characters, as a stream brings it."""
    return [text[i : i + 7] for i in range(0, len(text), 7)]


def _usage(text: str) -> dict[str, int]:
    return {"prompt_tokens": 321, "completion_tokens": len(text), "total_tokens": 321 + len(text)}


def chunk(body: dict[str, Any], delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """A chunk of a stream, as published."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": body["model"],
        "choices": [choice],
    }


def completion(step: Says, body: dict[str, Any]) -> dict[str, Any]:
    """A whole completion, as published."""
    content: Any = [{"type": "text", "text": step.text}] if step.parts else step.text
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": content},
        "finish_reason": step.finish,
    }
    done: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [choice],
    }
    return done | ({"usage": _usage(step.text)} if step.usage else {})


def pdf_of(*pages: str) -> bytes:
    """A PDF whose pages hold these lines; an empty one holds a drawing and no text."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for text in pages:
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET" if text else "10 10 100 100 re f"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode()
