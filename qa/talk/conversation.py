"""A conversation: questions and whole answers in a tree, so that an edit forks and loses nothing. Pure."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Protocol

from index.passage import Source
from qa.answer import Answer, Citation, Sentence, ShownPassage
from qa.errors import ExchangeUnknown
from qa.talk.ledger import Ledger, renumber

LONGEST_TITLE = 60  # characters
State = Literal["moved", "lost", "gone"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer; `parent` is the exchange before it, None for a first one."""

    id: str
    parent: str | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Conversation:
    """All exchanges ever made, in order of asking; `head` is the last one of the branch that is shown.

    `updated` is in seconds since 1970.
    """

    id: str
    title: str
    updated: float
    exchanges: tuple[Exchange, ...] = ()
    head: str | None = None

    def branch(self) -> tuple[Exchange, ...]:
        """The exchanges shown, first to last."""
        by_id = {exchange.id: exchange for exchange in self.exchanges}
        path = []
        at = self.head
        while at is not None:
            path.append(by_id[at])
            at = by_id[at].parent
        return tuple(reversed(path))

    def history(self) -> list[dict[str, str]]:
        """The turns shown, as a query engine takes them."""
        return [
            turn
            for exchange in self.branch()
            for turn in (
                {"role": "user", "content": exchange.answer.question},
                {"role": "assistant", "content": exchange.answer.text},
            )
        ]

    def ledger(self) -> Ledger:
        """The footnotes of all branches."""
        return Ledger.of(exchange.answer for exchange in self.exchanges)


def start() -> Conversation:
    """A new, empty conversation."""
    return Conversation(uuid.uuid4().hex, "", time.time())


def append(conversation: Conversation, answer: Answer) -> Conversation:
    """The conversation with `answer` after its head, under the conversation's footnote numbers."""
    numbered = renumber(answer, conversation.ledger())
    exchange = Exchange(uuid.uuid4().hex, conversation.head, numbered)
    return replace(
        conversation,
        title=conversation.title or _title(answer.question),
        updated=time.time(),
        exchanges=(*conversation.exchanges, exchange),
        head=exchange.id,
    )


def fork(conversation: Conversation, exchange_id: str) -> Conversation:
    """The conversation as it was before `exchange_id` was asked: what is appended now is a branch beside it.

    Raises:
        ExchangeUnknown: it has no such exchange.
    """
    return replace(conversation, head=_find(conversation, exchange_id).parent)


def show(conversation: Conversation, exchange_id: str) -> Conversation:
    """The conversation with the latest branch through `exchange_id` shown.

    Raises:
        ExchangeUnknown: it has no such exchange.
    """
    at = _find(conversation, exchange_id).id
    after = [e.id for e in conversation.exchanges if at in _ancestors(conversation, e)]  # in order of asking
    return replace(conversation, head=after[-1] if after else at)


def alternatives(conversation: Conversation, exchange_id: str) -> tuple[Exchange, ...]:
    """The exchanges asked at the same place, itself included, in order of asking."""
    parent = _find(conversation, exchange_id).parent
    return tuple(exchange for exchange in conversation.exchanges if exchange.parent == parent)


def rename(conversation: Conversation, title: str) -> Conversation:
    """The conversation under another title; an empty one gives back the first question."""
    first = conversation.exchanges[0].answer.question if conversation.exchanges else ""
    return replace(conversation, title=_title(title) or _title(first))


def _find(conversation: Conversation, exchange_id: str) -> Exchange:
    for exchange in conversation.exchanges:
        if exchange.id == exchange_id:
            return exchange
    raise ExchangeUnknown(f"this conversation has no question {exchange_id}; reload the page")


def _ancestors(conversation: Conversation, exchange: Exchange) -> set[str]:
    parents = {e.id: e.parent for e in conversation.exchanges}
    found: set[str] = set()
    at = exchange.parent
    while at is not None:
        found.add(at)
        at = parents[at]
    return found


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


# ---- citations whose source has changed ---


class Sources(Protocol):
    """Where sources are kept; index.store.Store is one."""

    def names(self) -> list[str]:
        """The names of the sources held."""

    def source(self, name: str) -> Source:
        """The source of that name."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A citation whose source is not what it was.

    `moved`: the quote still stands, word for word, at `start` to `end` of the new text; `lost`: it does not;
    `gone`: the source is no longer held. Without a place, start and end are None.
    """

    citation: Citation
    state: State
    start: int | None = None
    end: int | None = None


def changed_citations(conversation: Conversation, sources: Sources) -> tuple[Changed, ...]:
    """The footnotes, by number, whose source has changed since, with what became of the quote."""
    held = set(sources.names())
    read: dict[str, Source] = {}
    found = []
    for citation in conversation.ledger().citations.values():
        name = citation.source
        if name not in held:
            found.append(Changed(citation, "gone"))
            continue
        source = read.setdefault(name, read.get(name) or sources.source(name))
        if source.sha256 != citation.sha256:
            found.append(_check_again(citation, source.text))
    return tuple(found)


def _check_again(citation: Citation, text: str) -> Changed:
    """Where the quote stands now: the place nearest to the old one."""
    places = []
    at = text.find(citation.quote)
    while at >= 0:
        places.append(at)
        at = text.find(citation.quote, at + 1)
    if not places or not citation.quote:
        return Changed(citation, "lost")
    nearest = min(places, key=lambda place: abs(place - citation.start))
    return Changed(citation, "moved", nearest, nearest + len(citation.quote))


# ---- as JSON ---


def to_json(conversation: Conversation) -> dict[str, Any]:
    """The conversation with each answer whole, as the contract has it."""
    return {
        "id": conversation.id,
        "title": conversation.title,
        "updated": conversation.updated,
        "head": conversation.head,
        "exchanges": [
            {"id": e.id, "parent": e.parent, "answer": e.answer.to_json()} for e in conversation.exchanges
        ],
    }


def from_json(row: Mapping[str, Any]) -> Conversation:
    """The inverse of `to_json`; KeyError, TypeError or ValueError where `row` is none."""
    exchanges: list[Exchange] = []
    known: set[str | None] = {None}
    for e in row["exchanges"]:
        if e["parent"] not in known:  # parents come first, so there is no circle
            raise ValueError("an exchange comes before the one it follows")
        exchanges.append(Exchange(str(e["id"]), e["parent"], answer_from_json(e["answer"])))
        known.add(exchanges[-1].id)
    if row["head"] not in known:
        raise ValueError("its last exchange is missing")
    return Conversation(
        str(row["id"]), str(row["title"]), float(row["updated"]), tuple(exchanges), row["head"]
    )


def answer_from_json(row: Mapping[str, Any]) -> Answer:
    """The inverse of `Answer.to_json`; fields it does not know are left out."""
    parts = dict(row)
    parts["sentences"] = tuple(
        _record(Sentence, {**s, "citations": tuple(s["citations"])}) for s in row["sentences"]
    )
    parts["citations"] = tuple(_record(Citation, c) for c in row["citations"])
    parts["passages"] = tuple(_record(ShownPassage, p) for p in row["passages"])
    parts["warnings"] = tuple(row["warnings"])
    answer: Answer = _record(Answer, parts)
    return answer


def _record(kind: Any, row: Mapping[str, Any]) -> Any:
    return kind(**{field.name: row[field.name] for field in fields(kind) if field.name in row})
