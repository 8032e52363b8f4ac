"""The Gradio page: components and which handler each event calls."""

import base64
from collections.abc import AsyncIterator, Iterator
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from index.readers.web import is_address
from page.api import add_api
from page.examples import questions_for
from page.handlers import Conversation, pane, talk
from page.screen import Screen
from page.session import Desk, Visit, leave
from page.shelf import shelf
from page.sources import add_sources, on_shelf
from page.strings import Strings, is_right_to_left
from page.view import badge, searched
from qa.answer import Answer

FOLDER = Path(__file__).parent
SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "Consolas", "monospace"]
RELAY = "element.addEventListener('footnote', event => trigger('click', event.detail))"
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
Turns = tuple[Answer, ...]
AT_ONCE = 32  # questions answered side by side


def build(conversation: Conversation, model: str) -> gr.Blocks:
    """The page; its answers are written by `model` ("extractive": quoted)."""
    first = conversation.arrive(None)
    blocks: gr.Blocks
    with gr.Blocks(title="Footnote", fill_width=True, fill_height=True, analytics_enabled=False) as blocks:
        turns, desk = gr.State(()), gr.State(None, delete_callback=leave)
        top = _html("fn-top", _top(model, first.desk.library.words))
        with gr.Row(elem_id="fn-panes"):
            with gr.Column(scale=6, min_width=300, elem_id="fn-left"):
                left = _left(first)
            with gr.Column(scale=5, min_width=300, elem_id="fn-right"), gr.Tabs(elem_id="fn-tabs"):
                right = _right(first)
        made: list[Any] = [turns, desk, top, *left, *right, _html("fn-download", "")]
        parts = Parts._make(made)
        _answer_events(conversation, parts)
        _source_events(conversation, parts)

        def on_load(request: gr.Request) -> list[Any]:
            visit = conversation.arrive(request.headers.get("accept-language"))
            words = visit.desk.library.words
            empty = searched(None, visit.desk.library)
            head = [_top(model, words), _examples(visit), _tools(words)]
            named = [gr.update(value=words[key]) for key in ("ask", "stop", "add")]
            asked = [gr.update(placeholder=words[key]) for key in ("ask_placeholder", "add_address")]
            tabs = [gr.update(label=words[key]) for key in ("source", "searched", "sources")]
            return [*head, visit.desk, pane(visit, {}), empty, shelf(visit.desk), *named, *asked, *tabs]

        filled: list[Any] = [
            parts.top,
            parts.examples,
            parts.tools,
            desk,
            parts.pane,
            parts.looked,
            parts.shelf,
        ]
        filled += [parts.send, parts.stop, parts.take, parts.question, parts.address, *parts.tabs]
        blocks.load(on_load, None, filled, **QUIET)
        add_api(conversation, desk)
    return blocks


class Parts(NamedTuple):
    """The page's components, as the events need them."""

    turns: gr.State
    desk: gr.State
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
    download: gr.HTML

    @property
    def screen(self) -> list[Any]:
        """What a Screen fills, in its order."""
        return [
            self.turns,
            self.desk,
            self.question,
            self.talk,
            self.pane,
            self.looked,
            self.shelf,
            self.download,
        ]


def _left(visit: Visit) -> tuple[Any, ...]:
    words = visit.desk.library.words
    talk_html = _html("fn-talk", "")
    examples = _html("fn-examples", _examples(visit))
    with gr.Row(elem_id="fn-ask"):
        question = gr.Textbox(
            label=words["ask_label"],
            placeholder=words["ask_placeholder"],
            container=False,
            lines=1,
            max_lines=6,
            scale=8,
            autofocus=True,
            elem_id="fn-question",
        )
        send = gr.Button(words["ask"], variant="primary", scale=0, min_width=72, elem_id="fn-send")
        stop = gr.Button(words["stop"], scale=0, min_width=72, elem_id="fn-stop")
    return talk_html, examples, question, send, stop


def _right(visit: Visit) -> tuple[Any, ...]:
    words = visit.desk.library.words
    with gr.Tab(words["source"], id="source") as first:
        tools = _html("fn-tools", _tools(words))
        shown = _html("fn-pane", pane(visit, {}))
    with gr.Tab(words["searched"], id="searched") as second:
        looked = _html("fn-searched", searched(None, visit.desk.library))
    with gr.Tab(words["sources"], id="sources") as third:
        with gr.Column(elem_id="fn-adding"):
            files = gr.File(
                label=words["add_files"],
                show_label=False,
                container=False,
                file_count="multiple",
                height=120,
                elem_id="fn-files",
            )
            with gr.Row():
                address = gr.Textbox(
                    label=words["add_address"],
                    placeholder=words["add_address"],
                    container=False,
                    scale=8,
                    max_lines=1,
                    elem_id="fn-address",
                )
                take = gr.Button(words["add"], scale=0, min_width=72, elem_id="fn-add")
        held = _html("fn-shelf", shelf(visit.desk))
    return tools, shown, looked, files, address, take, held, [first, second, third]


def _answer_events(conversation: Conversation, parts: Parts) -> None:
    async def on_ask(text: str, turns: Turns, desk: Desk) -> AsyncIterator[list[Any]]:
        async for screen in conversation.ask(text, Visit(desk, turns)):
            yield _fill(screen)

    async def on_act(event: gr.EventData, turns: Turns, desk: Desk) -> AsyncIterator[list[Any]]:
        async for screen in conversation.act(_detail(event), Visit(desk, turns)):
            yield _fill(screen)

    def on_stop(turns: Turns, desk: Desk) -> list[Any]:
        return _fill(Screen(talk=talk(Visit(desk, turns), desk.library.words["stopped"])))

    def on_pane(event: gr.EventData, turns: Turns, desk: Desk) -> str:
        return pane(Visit(desk, turns), _detail(event))

    visit = [parts.turns, parts.desk]
    many: dict[str, Any] = {"concurrency_limit": AT_ONCE, **QUIET}
    asked = [parts.question.submit, parts.send.click]
    asking = gr.on(asked, on_ask, [parts.question, *visit], parts.screen, **many)
    acting = parts.talk.click(on_act, visit, parts.screen, **many)
    parts.stop.click(on_stop, visit, parts.screen, cancels=[asking, acting], **QUIET)
    parts.pane.click(on_pane, visit, parts.pane, **many)


def _source_events(conversation: Conversation, parts: Parts) -> None:
    def on_files(paths: list[str] | None, turns: Turns, desk: Desk) -> Iterator[list[Any]]:
        for screen in add_sources(paths or [], Visit(desk, turns), conversation.open_engine):
            yield [*_fill(screen), None]

    def on_address(text: str, turns: Turns, desk: Desk) -> Iterator[list[Any]]:
        text = text.strip()
        given = [text if is_address(text) else f"https://{text}"] if text else []
        for screen in add_sources(given, Visit(desk, turns), conversation.open_engine):
            yield [*_fill(screen), ""]

    def on_click(event: gr.EventData, turns: Turns, desk: Desk) -> Iterator[list[Any]]:
        for screen in on_shelf(_detail(event), Visit(desk, turns), conversation.open_engine):
            yield _fill(screen)

    visit = [parts.turns, parts.desk]
    parts.files.upload(on_files, [parts.files, *visit], [*parts.screen, parts.files], **QUIET)
    taken = [parts.take.click, parts.address.submit]
    gr.on(taken, on_address, [parts.address, *visit], [*parts.screen, parts.address], **QUIET)
    parts.shelf.click(on_click, visit, parts.screen, **QUIET)


def launch_options() -> dict[str, Any]:
    """What the page needs of `launch`: its style, script and fonts; nothing from another host."""
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return {
        "theme": gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=SANS, font_mono=MONO),
        "css": style,
        "head": f"<script>{script}</script>",
        "footer_links": [],
    }


def _html(elem_id: str, value: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, js_on_load=RELAY, apply_default_css=False)


def _fill(screen: Screen) -> list[Any]:
    """The screen's parts in the order of the page's; those left as they are are skipped."""
    saved = None
    if screen.download:
        name, content = screen.download
        data = base64.b64encode(content.encode("utf-8", "replace")).decode("ascii")
        link = f"data:application/octet-stream;base64,{data}"
        saved = f'<a download="{escape(name)}" href="{link}">{escape(name)}</a>'
    parts = [
        screen.turns,
        screen.desk,
        screen.question,
        screen.talk,
        screen.pane,
        screen.looked,
        screen.shelf,
        saved,
    ]
    return [gr.skip() if part is None else part for part in parts]


def _detail(event: gr.EventData) -> dict[str, Any]:
    data = event._data
    return data if isinstance(data, dict) else {}


def _top(model: str, words: Strings) -> str:
    direction = "rtl" if is_right_to_left(words) else "ltr"
    keep = "".join(
        f'<button type="button" class="fn-act" data-act="{act}">{escape(words[label])}</button>'
        for act, label in (("markdown", "export_markdown"), ("json", "export_json"), ("clear", "clear"))
    )
    return (
        f'<header class="fn-header" lang="{words["language"]}" dir="{direction}"><h1>Footnote</h1>'
        f'<p>{escape(words["tagline"])}</p><div class="fn-keep">{keep}</div>{badge(model, words)}</header>'
    )


def _examples(visit: Visit) -> str:
    words = visit.desk.library.words
    asked = "".join(
        f'<button type="button" class="fn-example" dir="auto">{escape(question)}</button>'
        for question in questions_for(visit.desk)
    )
    return f'<h2 dir="auto">{escape(words["empty_title"])}</h2><div class="fn-example-list">{asked}</div>'


def _tools(words: Strings) -> str:
    def button(act: str, sign: str) -> str:
        name = escape(words[act])
        named = f'aria-label="{name}" title="{name}"'
        return f'<button type="button" class="fn-tool" data-tool="{act}" {named}>{sign}</button>'

    find = escape(words["find"])
    return (
        f'<div class="fn-toolbar" role="toolbar" aria-label="{escape(words["source"])}">'
        f'<input type="search" class="fn-find" placeholder="{find}" aria-label="{find}">'
        f'<span class="fn-count" role="status"></span>'
        f"{button('find_previous', '↑')}{button('find_next', '↓')}"
        f'<button type="button" class="fn-tool fn-back" data-tool="back">{escape(words["back"])}</button>'
        "</div>"
    )
