"""A conversation: questions and whole answers in a tree, so that an edit forks and loses nothing. Pure."""

import time
import uuid
from dataclasses import dataclass, replace

from qa.answer import Answer
from qa.errors import ExchangeUnknown
from qa.talk.ledger import Ledger, key_of, renumber

LONGEST_TITLE = 60  # characters


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
    """The conversation with `answer` after its head, under the conversation's footnote numbers.

    The very answer that was given at this place before is not added again: what followed it is shown.
    """
    numbered = renumber(answer, conversation.ledger())
    for other in conversation.exchanges:
        if other.parent == conversation.head and _says_the_same(other.answer, numbered):
            return show(conversation, other.id)
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


def _says_the_same(one: Answer, other: Answer) -> bool:
    """Whether two answers to the same question read the same and cite the same places."""
    same = (one.question, one.status, one.text) == (other.question, other.status, other.text)
    return same and list(map(key_of, one.citations)) == list(map(key_of, other.citations))


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"
