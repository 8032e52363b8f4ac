"""The same functions for programs: named endpoints, and tools of an MCP server where one is asked for."""

from functools import wraps
from typing import Any

import gradio as gr

from index.errors import FootnoteError
from index.readers.web import is_address
from index.source import read_source
from page.handlers import Conversation
from page.session import Desk, add


def add_api(conversation: Conversation, state: gr.State) -> None:
    """Endpoints `ask`, `sources` and `add_source`; a caller's own sources are seen by that caller alone."""

    def ask(question: str, history: list[dict[str, str]] | None, desk: Desk | None) -> dict[str, Any]:
        """Answer a question from the documents at hand, every sentence with the place it comes from.

        Args:
            question: What to find out, as a full sentence.
            history: Earlier turns, oldest first: [{"role": "user" or "assistant", "content": "..."}].
            desk: The caller's own sources; kept by the server.

        Returns:
            The answer: status "answered" or "not_in_source", text with [n] markers, and for each n a citation
            with the exact quote and its place (source, start, end).
        """
        desk = desk or conversation.desk
        return desk.engine.ask(question, history or []).to_json()

    def sources(desk: Desk | None) -> list[dict[str, Any]]:
        """List the documents that can be asked: name, title, passages and whether questions go to it."""
        desk = desk or conversation.desk
        found = [(name, desk.library.find(name)) for name in desk.names]
        return [
            {
                "name": name,
                "title": document.title,
                "passages": len(document.passages),
                "used": name not in desk.unused,
            }
            for name, document in found
            if document is not None
        ]

    def add_source(address: str, desk: Desk | None) -> tuple[list[dict[str, Any]], Desk]:
        """Add a web page, PDF or text by its http(s) address, for this caller only.

        Args:
            address: The address, beginning with http:// or https://.
            desk: The caller's own sources; kept by the server.

        Returns:
            The documents that can be asked now.
        """
        if not is_address(address):
            raise gr.Error("an address begins with http:// or https://", print_exception=False)
        desk = add(desk or conversation.desk, read_source(address), conversation.open_engine)
        return sources(desk), desk

    with gr.Group(visible=False):
        question = gr.Textbox(label="question")
        history = gr.JSON(label="history")
        address = gr.Textbox(label="address")
        answer = gr.JSON(label="answer")
        held = gr.JSON(label="sources")
        for function, given, out in (
            (ask, [question, history, state], answer),
            (sources, [state], held),
            (add_source, [address, state], [held, state]),
        ):
            gr.Button(visible=False).click(
                _told(function), given, out, api_name=function.__name__, concurrency_limit=16
            )


def _told(function: Any) -> Any:
    """The function with our errors turned into Gradio's, which callers are shown as they are."""

    @wraps(function)
    def wrapped(*given: Any) -> Any:
        try:
            return function(*given)
        except FootnoteError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return wrapped
