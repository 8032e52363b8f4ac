"""Which handler each event of the page calls."""

import base64
import time
from collections.abc import AsyncIterator, Iterator
from html import escape
from typing import Any, NamedTuple

import gradio as gr

from index.readers.web import is_address
from page.handlers import Conversation
from page.keep import Keep
from page.screen import Screen
from page.session import Desk, Visit
from page.show import pane
from page.show import talk as show_talk
from page.sources import add_sources, on_shelf
from qa.talk.conversation import Conversation as Talk

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE = 32  # questions answered side by side


class Parts(NamedTuple):
    """The page's components, as the events need them."""

    conversation: gr.State
    desk: gr.State
    keep: gr.State
    top: gr.HTML
    talk: gr.HTML
    examples: gr.HTML
    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    tools: gr.HTML
    pane: gr.HTML
    looked: gr.HTML
    files: gr.File
    address: gr.Textbox
    take: gr.Button
    shelf: gr.HTML
    tabs: list[gr.Tab]
    kept: gr.HTML
    download: gr.HTML

    @property
    def screen(self) -> list[Any]:
        """What a Screen fills, in its order."""
        return [
            self.conversation,
            self.desk,
            self.question,
            self.talk,
            self.pane,
            self.looked,
            self.shelf,
            self.kept,
            self.download,
        ]


def answer_events(conversation: Conversation, parts: Parts) -> None:
    """Ask, stop, and the buttons of the conversation, of its source and of the list of conversations."""

    async def on_ask(
        text: str, talk: Talk, desk: Desk, keep: Keep, request: gr.Request
    ) -> AsyncIterator[list[Any]]:
        async for screen in conversation.ask(text, Visit(desk, talk, keep), str(request.session_hash)):
            yield _fill(screen)

    async def on_act(
        event: gr.EventData, talk: Talk, desk: Desk, keep: Keep, request: gr.Request
    ) -> AsyncIterator[list[Any]]:
        visit = Visit(desk, talk, keep)
        async for screen in conversation.act(_detail(event), visit, str(request.session_hash)):
            yield _fill(screen)

    async def on_stop(request: gr.Request) -> None:
        conversation.stop(str(request.session_hash))

    def on_kept(event: gr.EventData, talk: Talk, desk: Desk, keep: Keep) -> list[Any]:
        return _fill(conversation.keep(_detail(event), Visit(desk, talk, keep)))

    def on_pane(event: gr.EventData, talk: Talk, desk: Desk) -> str:
        return pane(Visit(desk, talk), _detail(event))

    visit = [parts.conversation, parts.desk, parts.keep]
    many: dict[str, Any] = {"concurrency_limit": AT_ONCE, **QUIET}
    asked = [parts.question.submit, parts.send.click]
    gr.on(asked, on_ask, [parts.question, *visit], parts.screen, **many)
    parts.talk.click(on_act, visit, parts.screen, **many)
    parts.stop.click(on_stop, None, None, queue=False, **QUIET)
    # A press while another is under way is not dropped, as Gradio would; those on what is kept go in order.
    in_order = {"trigger_mode": "multiple", **QUIET}
    parts.kept.click(on_kept, visit, parts.screen, concurrency_limit=1, **in_order)
    parts.pane.click(on_pane, visit[:2], parts.pane, concurrency_limit=AT_ONCE, **in_order)


def source_events(conversation: Conversation, parts: Parts) -> None:
    """Add sources, and the buttons beside each."""

    def on_files(paths: list[str] | None, talk: Talk, desk: Desk) -> Iterator[list[Any]]:
        for screen in add_sources(paths or [], Visit(desk, talk), conversation.open_engine):
            yield [*_fill(screen), None]

    def on_address(text: str, talk: Talk, desk: Desk) -> Iterator[list[Any]]:
        text = text.strip()
        given = [text if is_address(text) else f"https://{text}"] if text else []
        for screen in add_sources(given, Visit(desk, talk), conversation.open_engine):
            yield [*_fill(screen), ""]

    def on_change(talk: Talk, desk: Desk) -> str:
        return show_talk(Visit(desk, talk))  # a source read again may not say any more what is cited

    def on_click(event: gr.EventData, talk: Talk, desk: Desk) -> Iterator[list[Any]]:
        for screen in on_shelf(_detail(event), Visit(desk, talk), conversation.open_engine):
            yield _fill(screen)

    visit = [parts.conversation, parts.desk]
    uploaded = parts.files.upload(on_files, [parts.files, *visit], [*parts.screen, parts.files], **QUIET)
    taken = [parts.take.click, parts.address.submit]
    fetched = gr.on(taken, on_address, [parts.address, *visit], [*parts.screen, parts.address], **QUIET)
    clicked = parts.shelf.click(on_click, visit, parts.screen, **QUIET)
    for changed in (uploaded, fetched, clicked):
        changed.then(on_change, visit, parts.talk, **QUIET)


def _fill(screen: Screen) -> list[Any]:
    """The screen's parts in the order of the page's; those left as they are are skipped."""
    saved = None
    if screen.download:
        name, content = screen.download
        data = base64.b64encode(content.encode("utf-8", "replace")).decode("ascii")
        link = f"data:application/octet-stream;base64,{data}"
        at = time.time_ns()  # saved again, it is another download
        saved = f'<a download="{escape(name)}" href="{link}" data-at="{at}">{escape(name)}</a>'
    parts = [
        screen.conversation,
        screen.desk,
        screen.question,
        screen.talk,
        screen.pane,
        screen.looked,
        screen.shelf,
        None if screen.kept is None else told(screen.kept),
        saved,
    ]
    return [gr.skip() if part is None else part for part in parts]


def told(message: str) -> str:
    """What the browser is told, where talks.js reads it."""
    return f'<span data-told="{escape(message)}"></span>'


def _detail(event: gr.EventData) -> dict[str, Any]:
    data = event._data
    return data if isinstance(data, dict) else {}
