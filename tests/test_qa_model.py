"""The writing answerer against a real server on loopback: every reply, every failure, in bounded time."""

import asyncio
import logging
import time
from typing import Any, get_type_hints

import pytest
from fakes import KEY, Fails, FakeServer, Raw, Says, Stalls, chunk, completion, serving
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from qa import model
from qa.errors import ModelFailed, SettingsInvalid
from qa.model import ChatModel
from qa.settings import OPENAI_MODEL, Settings
from qa.writing.reply import Reply


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries are under test, patience is not."""
    monkeypatch.setattr(model, "PAUSES_S", (0.01, 0.02))


def reply(fake: FakeServer, **changes: Any) -> Reply:
    """The whole reply of the fake model."""
    return asyncio.run(ChatModel(fake.settings(**changes)).reply("Say it."))


def streamed(fake: FakeServer, **changes: Any) -> list[str | Reply]:
    """Its reply in pieces, and whole at the end."""

    async def collect() -> list[str | Reply]:
        return [part async for part in ChatModel(fake.settings(**changes)).stream("Say it.")]

    return asyncio.run(collect())


def test_reply_with_the_servers_token_counts() -> None:
    """Text and usage come back as sent; the key goes into the header and nowhere else."""
    with serving(Says("Kim left [1].")) as fake:
        assert reply(fake) == Reply("Kim left [1].", False, {"prompt": 321, "completion": 13})
    assert fake.requests == [
        {"model": "fake", "messages": [{"role": "user", "content": "Say it."}], "temperature": 0}
    ]
    assert fake.headers[0]["authorization"] == f"Bearer {KEY}"


def test_streamed_reply_comes_in_pieces_and_whole_with_token_counts() -> None:
    """The pieces join to the reply; usage is asked for and read from the last chunk."""
    with serving(Says("Kim met Belousov on Friday [1].")) as fake:
        *pieces, last = streamed(fake)
    assert len(pieces) > 2
    assert last == Reply("Kim met Belousov on Friday [1].", False, {"prompt": 321, "completion": 31})
    assert "".join(map(str, pieces)) == last.text
    assert fake.requests[0]["stream"] is True
    assert fake.requests[0]["stream_options"] == {"include_usage": True}


def test_token_counts_are_estimates_where_the_server_has_none() -> None:
    """Estimates say that they are."""
    with serving(Says("Kim left [1].", usage=False)) as fake:
        assert reply(fake).tokens["estimated"] == 1
        assert streamed(fake)[-1].tokens["completion"] > 0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Says("<think>Hm [2].</think>Kim left [1]."), "Kim left [1]."),
        (Says("Kim left [1].", parts=True), "Kim left [1]."),
        (Says("Kim left [1].", as_json=True), "Kim left [1]."),
        (Says("Kim left [1].", finish=None), "Kim left [1]."),
    ],
)
def test_servers_differ(step: Says, text: str) -> None:
    """Reasoning in the text, content in parts, JSON for a stream, no finish reason: all are read."""
    with serving(step) as fake:
        assert reply(fake).text == text
        *pieces, last = streamed(fake)
    assert isinstance(last, Reply)
    assert last.text == text
    assert "".join(map(str, pieces)) == text


def test_truncated_reply_says_so() -> None:
    """finish_reason "length" is kept."""
    with serving(Says("Kim left and", finish="length")) as fake:
        assert reply(fake).truncated
        assert streamed(fake)[-1].truncated  # type: ignore[union-attr]


def test_server_that_refuses_optional_fields_is_asked_plainly() -> None:
    """A 400 is followed by the plainest request; the model remembers."""
    with serving(Says("Kim left."), known=set()) as fake:
        chat = ChatModel(fake.settings())
        assert asyncio.run(chat.reply("Q")).text == "Kim left."
        assert asyncio.run(chat.reply("Q")).text == "Kim left."
    assert [set(body) for body in fake.requests] == [
        {"model", "messages", "temperature"},
        {"model", "messages"},
        {"model", "messages"},
    ]


def test_without_a_name_the_servers_first_chat_model_is_taken() -> None:
    """/v1/models is asked once; an embedding model is passed over."""
    with serving(Says("Kim left.")) as fake:
        chat = ChatModel(fake.settings(model=None))
        asyncio.run(chat.reply("Q"))
        asyncio.run(chat.reply("Q"))
        assert chat.name == "small-model"
    assert [body["model"] for body in fake.requests] == ["small-model", "small-model"]


def test_without_a_name_at_openai_a_small_model_is_taken() -> None:
    """A key alone is enough."""
    assert ChatModel(Settings(api_key="k")).name == OPENAI_MODEL


@pytest.mark.parametrize("failures", [[Fails(429)], [Fails(500), Fails(503)], [Fails(502)]])
def test_passing_failures_are_tried_again(failures: list[Fails]) -> None:
    """Too many requests and a server's own faults pass."""
    with serving(*failures, Says("Kim left.")) as fake:
        assert reply(fake).text == "Kim left."
    assert len(fake.requests) == len(failures) + 1


FAILURES = {
    "401": (Fails(401, f"Incorrect API key provided: {KEY}"), "refused the key", 1),
    "403": (Fails(403), "refused the key", 1),
    "404 model": (Fails(404, f"model 'fake' not found for {KEY}"), "was not found", 1),
    "400": (Fails(400, "context too long"), "context too long", 2),
    "429 for ever": (Fails(429), "too many requests", 3),
    "429, come back in an hour": (Fails(429, retry_after="3600"), "too many requests", 1),
    "429, quota spent": (Fails(429, code="insufficient_quota"), "quota", 1),
    "500 for ever": (Fails(500, f"at {KEY}"), "HTTP 500", 3),
    "stall": (Stalls(), "did not", 1),
    "empty": (Says(""), "empty reply", 1),
    "blank": (Says(" \n "), "empty reply", 1),
    "only reasoning": (Says("<think>Kim left"), "no answer", 1),
    "punctuation": (Says("..."), "no answer", 1),
    "noise": (Says("\x00\x01\ufffd\x02 k \x03"), "no answer", 1),
    "HTML": (Raw(b"<html>Kim left</html>", "text/html"), "broke off", 1),
    "HTML as JSON": (Raw(b"<html>Kim left</html>"), "no chat completion", 1),
    "a list": (Raw(b"[1]"), "no chat completion", 1),
    "no choices": (Raw(b'{"choices": []}'), "empty reply", 1),
    "null content": (
        Raw(b'{"choices": [{"message": {"content": null, "tool_calls": []}}]}'),
        "empty reply",
        1,
    ),
    "wrong types": (Raw(b'{"choices": [7], "usage": 3}'), "empty reply", 1),
    "bad encoding": (Raw(b'{"choices": "\xff\xfe"}'), "reply", 1),
    "error in the body": (Raw(b'{"error": {"message": "overloaded"}}'), "error", 1),
}


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_is_said_in_words_without_the_key(
    name: str, streams: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """One sentence, in bounded time, after as many tries as are worth it; the key is nowhere."""
    step, said, tries = FAILURES[name]
    with caplog.at_level(logging.DEBUG), serving(step) as fake:
        began = time.monotonic()
        with pytest.raises(ModelFailed, match=said) as failed:
            (streamed if streams else reply)(fake, timeout_s=0.5 if isinstance(step, Stalls) else 20)
        assert time.monotonic() - began < 30
    assert len(fake.requests) == tries
    assert KEY not in str(failed.value)
    assert "\n" not in str(failed.value)
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "step",
    [
        Says("Kim met Belousov on Friday [1].", breaks_off_after=3),
        Says("Kim met Belousov on Friday [1].", closes_quietly=True),
        Stalls(after=["Kim met ", "Belousov"]),
        Raw(b'data: {"choices": [{"delta": {"content": "Kim"}}]}\n\ndata: {"cho', "text/event-stream"),
        Raw(b'data: {"error": {"message": "out of memory"}}\n\n', "text/event-stream"),
    ],
)
def test_a_broken_stream_fails(step: Any) -> None:
    """However it breaks, half a reply is not passed off as a whole one."""
    with serving(step) as fake, pytest.raises(ModelFailed):
        streamed(fake, timeout_s=0.5)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "http://localhost:9"])
def test_no_route_fails(url: str) -> None:
    """Nobody listens there."""
    chat = ChatModel(Settings(model="fake", base_url=url, timeout_s=5))
    with pytest.raises(ModelFailed, match="could not be reached"):
        asyncio.run(chat.reply("Q"))


def test_a_list_without_chat_models_fails() -> None:
    """The message says what to set."""
    with serving(Says("x"), models=["bge-m3"]) as fake, pytest.raises(ModelFailed, match="FOOTNOTE_MODEL"):
        reply(fake, model=None)


def test_closing_the_stream_hangs_up() -> None:
    """Stop means stop: the server sees the connection go."""

    async def stop_early(fake: FakeServer) -> None:
        parts = ChatModel(fake.settings()).stream("Q")
        await anext(parts)
        await parts.aclose()  # type: ignore[attr-defined]

    with serving(Says("Kim met Belousov. " * 200, pause_s=0.01)) as fake:
        asyncio.run(stop_early(fake))
        assert fake.hung_up.wait(5)


@pytest.mark.parametrize(
    ("streams", "published"),
    [(False, CompletionCreateParamsNonStreaming), (True, CompletionCreateParamsStreaming)],
)
def test_requests_keep_to_the_published_schema(streams: bool, published: Any) -> None:
    """Every field sent is OpenAI's, with OpenAI's type: checked with the openai package's own definitions."""
    with serving(Says("Kim left [1].")) as fake:
        (streamed if streams else reply)(fake)
    strict = TypeAdapter(with_config(ConfigDict(extra="forbid", strict=False))(published))
    strict.validate_python(fake.requests[0])
    assert set(fake.requests[0]) <= set(get_type_hints(published))
    with pytest.raises(ValidationError):
        strict.validate_python(fake.requests[0] | {"temperature": "warm"})


def test_the_fake_server_keeps_to_the_published_schema() -> None:
    """What the tests answer with is what OpenAI's own types accept."""
    body = {"model": "fake"}
    ChatCompletion.model_validate(completion(Says("x"), body))
    ChatCompletionChunk.model_validate(chunk(body, {"content": "x"}))


def test_settings_come_from_the_environment_and_hide_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPENAI_* and FOOTNOTE_* are read; a key is never in what is printed."""
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:11434/v1")
    monkeypatch.setenv("FOOTNOTE_MODEL", "small")
    monkeypatch.setenv("FOOTNOTE_PRICE_IN", "0.5")
    monkeypatch.setenv("FOOTNOTE_STRICT", "true")
    settings = Settings.from_environment()
    assert (settings.api_key, settings.model, settings.strict, settings.price_in) == (KEY, "small", True, 0.5)
    assert settings.writes
    assert not settings.choose("none").writes
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_TIMEOUT_S", "soon"),
        ("FOOTNOTE_PRICE_IN", "-1"),
        ("OPENAI_BASE_URL", "localhost"),
        ("OPENAI_API_KEY", "sk-ä"),
    ],
)
def test_a_bad_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The message names the variable and never a key."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=name) as bad:
        Settings.from_environment()
    assert "\n" not in str(bad.value)
    assert "ä" not in str(bad.value)


def test_a_model_without_a_way_to_it_is_refused() -> None:
    """Naming a model where there is neither key nor server is a slip, said at once."""
    with pytest.raises(SettingsInvalid, match="OPENAI_API_KEY"):
        Settings().choose("gpt-5.4-mini")


def test_cost_is_counted_where_prices_are_set() -> None:
    """USD per million tokens, read and written."""
    assert Settings(price_in=1.0, price_out=2.0).cost_usd(1000, 500) == pytest.approx(0.002)
    assert Settings().cost_usd(1000, 500) is None
