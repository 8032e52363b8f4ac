"""Citations whose source is not what it was, and what became of their quotes. Pure."""

from dataclasses import dataclass
from typing import Literal, Protocol

from qa.answer import Citation
from qa.talk.conversation import Conversation

State = Literal["moved", "lost", "gone"]


class Text(Protocol):
    """A source as it is today."""

    @property
    def text(self) -> str:
        """Its exact text."""

    @property
    def sha256(self) -> str:
        """Its version."""


class Sources(Protocol):
    """Where sources are looked up."""

    def find(self, name: str) -> Text | None:
        """The source of that name; None where it is no longer held."""


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
    found = []
    for citation in conversation.ledger().citations.values():
        source = sources.find(citation.source)
        if source is None:
            found.append(Changed(citation, "gone"))
        elif source.sha256 != citation.sha256:
            found.append(_look_again(citation, source.text))
    return tuple(found)


def _look_again(citation: Citation, text: str) -> Changed:
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
