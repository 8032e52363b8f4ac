"""A visit -> what is shown of it: the talk, the source pane, and the whole Screen."""

from collections.abc import Mapping
from html import escape
from typing import Any

from page.examples import questions_for
from page.keep import shown
from page.pane import lit_spans, source_pane
from page.screen import Screen
from page.searched import searched
from page.session import Visit
from page.silence import NEAREST
from page.view import Around, turn
from qa.answer import Answer
from qa.talk.conversation import alternatives

Detail = Mapping[str, Any]  # what page.js tells with a click
NO_TURN = -1
SUGGESTED = 3  # examples offered after a refusal


def whole(visit: Visit, problem: str = "", kept: str | None = None) -> Screen:
    """Everything on the page that follows from the visit's conversation."""
    last = visit.turns[-1] if visit.turns else None
    return Screen(
        conversation=visit.talk,
        talk=talk(visit, problem),
        pane=pane(visit, {"turn": len(visit.turns) - 1}),
        looked=searched(last, visit.desk.library),
        kept=shown(visit.talk) if kept is None else kept,
    )


def talk(visit: Visit, problem: str = "") -> str:
    """All turns, oldest first, and a line about what went wrong with the last question."""
    library, changed = visit.desk.library, visit.changed
    branch = visit.talk.branch()
    asked = {exchange.answer.question for exchange in branch}
    suggestions = [question for question in questions_for(visit.desk) if question not in asked][:SUGGESTED]
    parts = []
    for number, exchange in enumerate(branch):
        beside = [other.id for other in alternatives(visit.talk, exchange.id)]
        version = beside.index(exchange.id) + 1, len(beside)
        choices = exchange.answer.choices if number == len(branch) - 1 else ()
        parts.append(turn(exchange.answer, number, library, Around(changed, version, choices, suggestions)))
    return "".join(parts) + (f'<p class="fn-problem" role="alert">{escape(problem)}</p>' if problem else "")


def pane(visit: Visit, detail: Detail) -> str:
    """The source that a footnote points into, or the one asked for by name, its cited words lit."""
    library = visit.desk.library
    number, key, around = int(detail.get("turn", NO_TURN)), detail.get("key"), detail.get("around")
    answer = visit.turns[number] if 0 <= number < len(visit.turns) else None
    places = _places(answer)
    active, name = next((one for one in places if one[0] == key), places[0] if places else (None, None))
    if "name" in detail:
        active, name = None, str(detail["name"])
    name = name if name in visit.desk.names else visit.desk.names[0]
    document = library.find(name)
    if document is None:
        return ""
    lit = lit_spans(answer, document, visit.changed) if answer else []
    return source_pane(document, lit, active, library.words, around, number)


def _places(answer: Answer | None) -> list[tuple[str, str]]:
    """(key, source) of what can be lit for an answer: its footnotes, or the passages nearest to it."""
    if answer is None:
        return []
    if answer.citations:
        return [(str(c.n), c.source) for c in answer.citations]
    return [(f"p{rank}", passage.source) for rank, passage in enumerate(answer.passages[:NEAREST])]
