"""An event on the page -> new HTML."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from index.errors import FootnoteError
from page.library import Library
from page.pane import lit_spans, source_pane
from page.strings import Strings
from page.view import searched, turn
from qa.answer import Answer
from qa.engine import QueryEngine

Turns = tuple[Answer, ...]


class Handlers:
    """What the page does, for one engine; a visitor's turns come in and go out with each call."""

    def __init__(self, engine: QueryEngine, words: Strings) -> None:
        self.engine = engine
        self.library = Library(engine.store, tuple(engine.store.names()), words)
        self.words = words

    def ask(self, question: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
        """(question box, conversation, source pane, what was searched, turns) after one more question."""
        try:
            answer = self.engine.ask(question, history(turns))
        except FootnoteError as error:
            yield (
                question,
                self.conversation(turns, str(error)),
                self.first_pane(turns),
                self.passages(turns),
                turns,
            )
            return
        turns = (*turns, answer)
        yield "", self.conversation(turns), self.first_pane(turns), self.passages(turns), turns

    def conversation(self, turns: Turns, problem: str = "") -> str:
        """All turns, oldest first, and a line about what went wrong with the last question."""
        html = "".join(turn(answer, n, self.library) for n, answer in enumerate(turns))
        if problem:
            html += f'<p class="fn-problem" role="alert">{escape(problem)}</p>'
        return html

    def first_pane(self, turns: Turns) -> str:
        """The source of the last answer's first citation or nearest passage; before any, the first source."""
        return self.pane(turns, len(turns) - 1, None)

    def pane(self, turns: Turns, number: int, key: str | None, around: int | None = None) -> str:
        """The source that footnote `key` of turn `number` points into, its words lit."""
        if not 0 <= number < len(turns):
            return source_pane(self.library.find(self.library.names[0]), [], None, self.words, around)
        answer = turns[number]
        shown: Sequence[Any] = answer.citations or answer.passages[:1]
        chosen = next(
            (one for one in shown if str(getattr(one, "n", "p0")) == key), shown[0] if shown else None
        )
        if chosen is None:
            return self.pane(turns, -1, None, around)
        lit = lit_spans(answer, chosen.source)
        active = str(getattr(chosen, "n", "p0"))
        return source_pane(self.library.find(chosen.source), lit, active, self.words, around, number)

    def passages(self, turns: Turns) -> str:
        """What the last answer was given to read."""
        return searched(turns[-1] if turns else None, self.library)


def history(turns: Turns) -> list[dict[str, str]]:
    """The talk so far, as the engine reads it."""
    return [
        {"role": role, "content": content}
        for answer in turns
        for role, content in (("user", answer.question), ("assistant", answer.text))
    ]
