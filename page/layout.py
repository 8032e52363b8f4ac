"""The Gradio page: components and which handler each event calls."""

from pathlib import Path
from typing import Any

import gradio as gr

from page.examples import ARTICLE_QUESTIONS
from page.handlers import Handlers, Turns
from page.strings import ENGLISH
from page.view import badge
from qa.engine import QueryEngine

FOLDER = Path(__file__).parent
SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "Consolas", "monospace"]


def theme() -> gr.themes.Base:
    """Gradio's plain theme in the system's own fonts, so that no font is fetched."""
    return gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=SANS, font_mono=MONO)


def build(engine: QueryEngine, model: str) -> gr.Blocks:
    """The page over `engine`, whose answers are written by `model` ("extractive": quoted)."""
    words = ENGLISH
    handlers = Handlers(engine, words)
    relay = "element.addEventListener('footnote', event => trigger('click', event.detail))"
    blocks: gr.Blocks
    with gr.Blocks(title="Footnote", fill_width=True, fill_height=True, analytics_enabled=False) as blocks:
        turns = gr.State(())
        gr.HTML(
            f'<header class="fn-header"><h1>Footnote</h1><p>{words["tagline"]}</p>'
            f"{badge(model, words)}</header>",
            elem_id="fn-top",
            apply_default_css=False,
        )
        with gr.Row(elem_id="fn-panes"):
            with gr.Column(scale=6, min_width=320, elem_id="fn-left"):
                talk = gr.HTML("", elem_id="fn-talk", js_on_load=relay, apply_default_css=False)
                gr.HTML(_examples(words), elem_id="fn-examples", js_on_load=relay, apply_default_css=False)
                with gr.Row(elem_id="fn-ask"):
                    question = gr.Textbox(
                        label=words["ask_label"],
                        placeholder=words["ask_placeholder"],
                        show_label=False,
                        lines=1,
                        max_lines=6,
                        container=False,
                        scale=8,
                        autofocus=True,
                        elem_id="fn-question",
                    )
                    send = gr.Button(
                        words["ask"], variant="primary", scale=0, min_width=72, elem_id="fn-send"
                    )
            with gr.Column(scale=5, min_width=320, elem_id="fn-right"), gr.Tabs(elem_id="fn-tabs"):
                with gr.Tab(words["source"], id="source"):
                    pane = gr.HTML(
                        handlers.first_pane(()), elem_id="fn-pane", js_on_load=relay, apply_default_css=False
                    )
                with gr.Tab(words["searched"], id="searched"):
                    looked = gr.HTML(handlers.passages(()), elem_id="fn-searched", apply_default_css=False)
        outputs = [question, talk, pane, looked, turns]

        def on_pane(event: gr.EventData, turns: Turns) -> str:
            detail = _detail(event)
            return handlers.pane(
                turns, detail.get("turn", len(turns) - 1), detail.get("key"), detail.get("around")
            )

        gr.on(
            [question.submit, send.click],
            handlers.ask,
            [question, turns],
            outputs,
            show_progress="hidden",
            api_visibility="private",
        )
        for element in (talk, pane):
            element.click(on_pane, turns, pane, show_progress="hidden", api_visibility="private")
    return blocks


def launch_options() -> dict[str, Any]:
    """What the page needs of `launch`: its style, script and fonts; nothing from another host."""
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    return {
        "theme": theme(),
        "css": (FOLDER / "page.css").read_text(encoding="utf-8"),
        "head": f"<script>{script}</script>",
        "footer_links": [],
    }


def _detail(event: gr.EventData) -> dict[str, Any]:
    data = event._data
    return data if isinstance(data, dict) else {}


def _examples(words: Any) -> str:
    buttons = "".join(f'<button type="button" class="fn-example">{q}</button>' for q in ARTICLE_QUESTIONS)
    return f'<h2>{words["empty_title"]}</h2><div class="fn-example-list">{buttons}</div>'
