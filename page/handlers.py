"""An event on the page -> what changes on it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from index.errors import FootnoteError
from page.export import conversation_json, conversation_markdown, keep_feedback
from page.pane import lit_spans, source_pane
from page.screen import Screen
from page.session import Desk, Open, Visit, shared_desk
from page.strings import spoken
from page.view import pending, searched, turn
from qa.answer import Answer
from qa.engine import QueryEngine
from qa.events import TextDelta

Detail = Mapping[str, Any]  # what page.js tells with a click
NO_TURN = -1


class Conversation:
    """What the page does with a visitor's questions; the visit comes in and goes out with each call."""

    def __init__(self, engine: QueryEngine, open_engine: Open, feedback: Path) -> None:
        self.desk: Desk = shared_desk(engine, spoken(None))
        self.open_engine = open_engine
        self._feedback = feedback

    def arrive(self, languages: str | None) -> Visit:
        """A new visit, in the first of the browser's languages that the page speaks."""
        return Visit(replace(self.desk, library=self.desk.library.speaking(spoken(languages))))

    async def ask(self, question: str, visit: Visit) -> AsyncIterator[Screen]:
        """The question at once, the answer as it is made, and at the end all that belongs to it."""
        words = visit.desk.library.words
        before = talk(visit)
        yield Screen(question="", talk=before + pending(question, "", words))
        text = ""
        try:
            async for event in visit.desk.engine.stream(question, visit.history):
                if isinstance(event, Answer):
                    yield self.answered(replace(visit, turns=(*visit.turns, event)))
                elif isinstance(event, TextDelta):
                    text += event.text
                    yield Screen(talk=before + pending(question, text, words))
        except FootnoteError as error:
            yield Screen(question=question, talk=talk(visit, str(error)))

    def answered(self, visit: Visit) -> Screen:
        """Everything on the page that follows from the visit's turns."""
        last = visit.turns[-1] if visit.turns else None
        return Screen(
            turns=visit.turns,
            talk=talk(visit),
            pane=pane(visit, {"turn": len(visit.turns) - 1}),
            looked=searched(last, visit.desk.library),
        )

    async def act(self, detail: Detail, visit: Visit) -> AsyncIterator[Screen]:
        """What a button of the conversation asks for: retry, edit, rate, clear, save."""
        act, number = detail.get("act"), int(detail.get("turn", NO_TURN))
        known = visit.turns[number] if 0 <= number < len(visit.turns) else None
        if act == "clear":
            yield self.answered(replace(visit, turns=()))
        elif act == "markdown":
            yield Screen(download=("conversation.md", conversation_markdown(visit.turns, visit.desk.library)))
        elif act == "json":
            yield Screen(download=("conversation.json", conversation_json(visit.turns)))
        elif known is None:
            return
        elif act == "rate" and detail.get("rating") in {"up", "down"}:
            reason = str(detail.get("reason", ""))
            await asyncio.to_thread(keep_feedback, self._feedback, known, detail["rating"], reason)
        elif act in {"retry", "edit"}:
            shorter = replace(visit, turns=visit.turns[:number])
            yield replace(self.answered(shorter), question=known.question)
            if act == "retry":
                async for screen in self.ask(known.question, shorter):
                    yield screen


def talk(visit: Visit, problem: str = "") -> str:
    """All turns, oldest first, and a line about what went wrong with the last question."""
    last = len(visit.turns) - 1
    html = "".join(turn(answer, n, visit.desk.library, n == last) for n, answer in enumerate(visit.turns))
    return html + (f'<p class="fn-problem" role="alert">{escape(problem)}</p>' if problem else "")


def pane(visit: Visit, detail: Detail) -> str:
    """The source that a footnote points into, or the one asked for by name, its cited words lit."""
    library = visit.desk.library
    number, key, around = int(detail.get("turn", NO_TURN)), detail.get("key"), detail.get("around")
    answer = visit.turns[number] if 0 <= number < len(visit.turns) else None
    shown = [(str(c.n), c.source) for c in answer.citations] if answer else []
    if answer and not shown:
        shown = [("p0", passage.source) for passage in answer.passages[:1]]
    active, name = next((one for one in shown if one[0] == key), shown[0] if shown else (None, None))
    if "name" in detail:
        active, name = None, str(detail["name"])
    name = name if name in visit.desk.names else visit.desk.names[0]
    document = library.find(name)
    if document is None:
        return ""
    lit = lit_spans(answer, name) if answer else []
    return source_pane(document, lit, active, library.words, around, number)
