"""The answerer that writes: one message to any OpenAI-compatible server, its reply whole or as it comes.

The `openai` client sends the request; the body is read here line by line, since servers differ: some ignore
`stream`, some leave out `finish_reason`, and only the closing [DONE] tells an ended reply from a broken one.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any
from urllib.parse import urlsplit

import httpx
from openai import AsyncAPIResponse, AsyncOpenAI, OpenAIError
from openai.resources.chat import AsyncCompletions  # else loaded amid the first request, for a second

from qa.errors import ModelFailed
from qa.settings import OPENAI, OPENAI_MODEL, Settings
from qa.writing.failures import may_pass, pause_s, reason
from qa.writing.prompt import estimate_tokens
from qa.writing.reply import Reply, is_text, visible, visible_so_far

PAUSES_S = (0.5, 2.0)  # before the second and the third try
CONNECT_S = 5.0
_NO_CHAT = (
    "embed",
    "rerank",
    "whisper",
    "tts",
    "moderation",
    "bge-",
    "minilm",
)  # other kinds a server may list


class ChatModel:
    """A model behind OpenAI's chat completions; it needs no tools, no JSON mode and no system role."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._plain = False  # whether the server refused the optional fields
        default = OPENAI_MODEL if self._base_url == OPENAI else None
        self._chosen = settings.model or default  # None: the server is asked which it has
        self.name = self._chosen or f"at {urlsplit(self._base_url).hostname}"

    @property
    def _base_url(self) -> str:
        return (self._settings.base_url or OPENAI).rstrip("/")

    async def reply(self, prompt: str, within_s: float | None = None) -> Reply:
        """The whole reply; `within_s`: the time left for it, where it is not all that the settings allow.

        Raises:
            ModelFailed: no usable reply within the time allowed; the message says why, without the key.
        """
        async with aclosing(self._parts(prompt, False, within_s)) as parts:
            async for part in parts:
                if isinstance(part, Reply):
                    return part
        raise ModelFailed("gave an empty reply")

    def stream(self, prompt: str, within_s: float | None = None) -> AsyncGenerator[str | Reply, None]:
        """The reply as it comes, without its reasoning, and at the end as a whole; closing it hangs up.

        Raises:
            ModelFailed: as `reply`.
        """
        return self._parts(prompt, True, within_s)

    async def _parts(
        self, prompt: str, stream: bool, within_s: float | None
    ) -> AsyncGenerator[str | Reply, None]:
        raw = shown = ""
        finish: str | None = None
        usage: Mapping[str, Any] = {}
        allowed_s = self._settings.timeout_s if within_s is None else within_s
        deadline = asyncio.get_running_loop().time() + allowed_s
        async with aclosing(self._messages(prompt, stream)) as messages:
            while (message := await self._next(messages, deadline)) is not None:
                text, ended, counted = _read(message)
                raw, finish, usage = raw + text, ended or finish, counted or usage
                so_far = visible_so_far(raw)
                if stream and so_far.startswith(shown) and len(so_far) > len(shown):
                    yield so_far[len(shown) :]
                    shown = so_far
        final = visible(raw).strip()
        if not is_text(final):
            raise ModelFailed("gave an empty reply" if not raw.strip() else "gave a reply that is no answer")
        yield Reply(final, finish == "length", _tokens(usage, prompt, raw))

    async def _next(
        self, messages: AsyncGenerator[Mapping[str, Any], None], deadline: float
    ) -> Mapping[str, Any] | None:
        """The next message; None at the end. Whatever goes wrong comes out as ModelFailed."""
        try:
            async with asyncio.timeout_at(deadline):
                return await anext(messages, None)
        except TimeoutError as error:
            raise ModelFailed(f"did not finish within {self._settings.timeout_s:g} seconds") from error
        except (OpenAIError, httpx.HTTPError, json.JSONDecodeError, UnicodeError) as error:
            raise ModelFailed(reason(error, self._settings.api_key)) from None

    async def _messages(self, prompt: str, stream: bool) -> AsyncGenerator[Mapping[str, Any], None]:
        """The server's messages in order: one completion, or the chunks of a stream."""
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(self._client())
            if self._chosen is None:
                self._chosen = self.name = await _first_model(client)
            response = await self._send(stack, client.chat.completions, prompt, stream)
            if "json" in response.headers.get("content-type", ""):
                yield _object(await response.text())
                return
            ended = False
            async for line in response.iter_lines():
                data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
                if data == "[DONE]":
                    return
                if data:
                    message = _object(data)
                    ended = ended or bool(_read(message)[1])
                    yield message
            if not ended:
                raise ModelFailed("broke off in the middle of its reply")

    def _client(self) -> AsyncOpenAI:
        limits = httpx.Timeout(self._settings.timeout_s, connect=min(CONNECT_S, self._settings.timeout_s))
        key = self._settings.api_key or "none"  # servers at home ask for none, the client does
        return AsyncOpenAI(api_key=key, base_url=self._base_url, max_retries=0, timeout=limits)

    async def _send(
        self, stack: AsyncExitStack, completions: AsyncCompletions, prompt: str, stream: bool
    ) -> AsyncAPIResponse[Any]:
        """The server's response, after as many tries as are worth it."""
        pauses = iter(PAUSES_S)
        while True:
            try:
                return await stack.enter_async_context(
                    completions.with_streaming_response.create(
                        model=self._chosen or self.name,
                        messages=[{"role": "user", "content": prompt}],
                        extra_body=self._options(stream),
                    )
                )
            except OpenAIError as error:
                if not self._plain and getattr(error, "status_code", None) in {400, 422}:
                    self._plain = True  # perhaps it knows no temperature, or no stream_options
                    continue
                wait = pause_s(error, next(pauses, None)) if may_pass(error) else None
                if wait is None:
                    raise
                await asyncio.sleep(wait)

    def _options(self, stream: bool) -> dict[str, Any]:
        """The optional fields: as plain as can be for a server that refused them once."""
        options: dict[str, Any] = {} if self._plain else {"temperature": 0}
        if stream:
            options["stream"] = True
            if not self._plain:
                options["stream_options"] = {"include_usage": True}
        return options


async def _first_model(client: AsyncOpenAI) -> str:
    listed = [model.id for model in (await client.models.list()).data or ()]
    for name in listed:
        if not any(kind in name.lower() for kind in _NO_CHAT):
            return name
    raise ModelFailed("lists no model; name one in FOOTNOTE_MODEL")


def _object(data: str) -> Mapping[str, Any]:
    message = json.loads(data)
    if not isinstance(message, dict):
        raise ModelFailed("answered with something that is no chat completion")
    if message.get("error"):
        raise ModelFailed("reported an error in the middle of its reply")
    return message


def _read(message: Mapping[str, Any]) -> tuple[str, str | None, Mapping[str, Any]]:
    """(text, finish reason, usage) of a completion or a chunk; what a server leaves out is empty."""
    usage = message.get("usage")
    choices = message.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    held = choice.get("delta") or choice.get("message") or {}
    content = held.get("content") if isinstance(held, dict) else None
    if isinstance(content, list):  # parts, as in a request
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(text for text in texts if isinstance(text, str))
    return (
        content if isinstance(content, str) else "",
        choice.get("finish_reason"),
        usage if isinstance(usage, dict) else {},
    )


def _tokens(usage: Mapping[str, Any], prompt: str, reply: str) -> dict[str, int]:
    """The server's own counts, else estimates that say so."""
    counts = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if isinstance(counts[0], int) and isinstance(counts[1], int):
        return {"prompt": counts[0], "completion": counts[1]}
    return {"prompt": estimate_tokens(prompt), "completion": estimate_tokens(reply), "estimated": 1}
