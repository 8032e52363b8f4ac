"""The Gradio page: its components, and what a visitor finds on arriving."""

import secrets
from pathlib import Path
from typing import Any

import gradio as gr

from page.api import add_api
from page.events import QUIET, Parts, answer_events, source_events, told
from page.frame import examples, header, tools
from page.handlers import Conversation
from page.keep import Keep
from page.searched import searched
from page.session import Visit, leave
from page.shelf import shelf
from page.show import pane
from qa.talk.conversation import start

FOLDER = Path(__file__).parent
SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "Consolas", "monospace"]
RELAY = "element.addEventListener('footnote', event => trigger('click', event.detail))"


def build(conversation: Conversation, model: str) -> gr.Blocks:
    """The page; its answers are written by `model` ("extractive": quoted)."""
    first = conversation.arrive(None)
    blocks: gr.Blocks
    with gr.Blocks(title="Footnote", fill_width=True, fill_height=True, analytics_enabled=False) as blocks:
        talk, keep = gr.State(start()), gr.State(Keep())
        desk = gr.State(None, delete_callback=leave)
        # Who holds this key reads the conversations kept under it: the browser keeps it, we compare.
        visitor = gr.BrowserState("", storage_key="footnote-visitor", secret="footnote")
        top = _html("fn-top", header(model, first.desk.library.words, first.keep.place))
        with gr.Row(elem_id="fn-panes"):
            with gr.Column(scale=6, min_width=300, elem_id="fn-left"):
                left = _left(first)
            with gr.Column(scale=5, min_width=300, elem_id="fn-right"), gr.Tabs(elem_id="fn-tabs"):
                right = _right(first)
        hidden = [_html("fn-kept", ""), _html("fn-download", "")]
        made: list[Any] = [talk, desk, keep, top, *left, *right, *hidden]
        parts = Parts._make(made)
        answer_events(conversation, parts)
        source_events(conversation, parts)

        def on_load(key: str | None, request: gr.Request) -> list[Any]:
            key = key or secrets.token_urlsafe(24)
            visit = conversation.arrive(request.headers.get("accept-language"), request.username, key)
            words = visit.desk.library.words
            empty = searched(None, visit.desk.library)
            kept = [key, start(), visit.keep, told(visit.keep.arrived())]
            head = [header(model, words, visit.keep.place), examples(visit), tools(words)]
            named = [gr.update(value=words[key]) for key in ("ask", "stop", "add")]
            boxes = (("ask_label", "ask_placeholder"), ("add_address", "add_address"))
            asked = [gr.update(label=words[name], placeholder=words[hint]) for name, hint in boxes]
            tabs = [gr.update(label=words[key]) for key in ("source", "searched", "sources")]
            return [
                *kept,
                *head,
                visit.desk,
                pane(visit, {}),
                empty,
                shelf(visit.desk),
                *named,
                *asked,
                *tabs,
            ]

        filled: list[Any] = [
            visitor,
            parts.conversation,
            parts.keep,
            parts.kept,
            parts.top,
            parts.examples,
            parts.tools,
            desk,
            parts.pane,
            parts.looked,
            parts.shelf,
        ]
        filled += [parts.send, parts.stop, parts.take, parts.question, parts.address, *parts.tabs]
        blocks.load(on_load, visitor, filled, **QUIET)
        add_api(conversation, desk)
    return blocks


def _left(visit: Visit) -> tuple[Any, ...]:
    words = visit.desk.library.words
    talk_html = _html("fn-talk", "")
    first = _html("fn-examples", examples(visit))
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
    return talk_html, first, question, send, stop


def _right(visit: Visit) -> tuple[Any, ...]:
    words = visit.desk.library.words
    with gr.Tab(words["source"], id="source") as first:
        bar = _html("fn-tools", tools(words))
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
    return bar, shown, looked, files, address, take, held, [first, second, third]


def launch_options() -> dict[str, Any]:
    """What the page needs of `launch`: its style, script and fonts; nothing from another host."""
    style, script, talks = (
        (FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "page.js", "talks.js")
    )
    return {
        "theme": gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=SANS, font_mono=MONO),
        "css": style,
        "head": f"<script>{script}</script><script>{talks}</script>",
        "footer_links": [],
    }


def _html(elem_id: str, value: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, js_on_load=RELAY, apply_default_css=False)
