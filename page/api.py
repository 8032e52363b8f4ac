"""The same functions for programs: named endpoints of Gradio's API. The tools of tools.py call them too."""

from collections.abc import Sequence
from functools import wraps
from typing import Any

import gradio as gr

from index.errors import FootnoteError
from page.handlers import Conversation
from page.session import Desk, add
from page.sources import read_address
from qa.standalone import Turn


def answered(desk: Desk, question: str, history: Sequence[Turn] | None) -> dict[str, Any]:
    """The contract's Answer as JSON.

    Raises:
        QuestionInvalid: the question is empty or too long, or the history holds no turns.
    """
    return desk.engine.ask(question, history or ()).to_json()


def listed(desk: Desk) -> list[dict[str, Any]]:
    """The documents of a desk: name, title, passages and whether questions go to it."""
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


def with_address(desk: Desk, address: str, conversation: Conversation) -> Desk:
    """The desk with what stands at `address`.

    Raises:
        SourceUnreadable: no http(s) address, or nothing that can be read stands there.
    """
    return add(desk, read_address(address, desk), conversation.open_engine)


def add_api(conversation: Conversation, state: gr.State) -> None:
    """Endpoints `ask`, `sources` and `add_source`; a caller's own sources are seen by that caller alone."""

    def ask(
        question: str, history: list[dict[str, str]] | None = None, desk: Desk | None = None
    ) -> dict[str, Any]:
        """Answer a question from the documents at hand, every sentence with the place it comes from.

        Args:
            question: What to find out, as a full sentence.
            history: Earlier turns, oldest first: [{"role": "user" or "assistant", "content": "..."}].
            desk: The caller's own sources; kept by the server.

        Returns:
            The answer: status "answered" or "not_in_source", text with [n] markers, and for each n a citation
            with the exact quote and its place (source, start, end).
        """
        return answered(desk or conversation.desk, question, history)

    def sources(desk: Desk | None = None) -> list[dict[str, Any]]:
        """List the documents that can be asked: name, title, passages and whether questions go to it."""
        return listed(desk or conversation.desk)

    def add_source(address: str, desk: Desk | None = None) -> tuple[list[dict[str, Any]], Desk]:
        """Add a web page, PDF or text by its http(s) address, for this caller only.

        Args:
            address: The address, beginning with http:// or https://.
            desk: The caller's own sources; kept by the server.

        Returns:
            The documents that can be asked now.
        """
        desk = with_address(desk or conversation.desk, address, conversation)
        return listed(desk), desk

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
