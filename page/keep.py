"""Where a visitor's conversations are kept: in their browser, or in a folder of the store.

What the browser is told, as JSON (page/talks.js does it):
    arrived  {place, owner, list}: how conversations are kept here, and on disk which there are
    here     the id of the conversation shown, "" for a new one
    keep     a whole conversation, for the browser to keep
    row      {id, title, updated} of one kept on disk
    gone     the id of one that is deleted
"""

import hashlib
import json
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from qa.errors import ConversationUnknown, ConversationUnreadable
from qa.talk.archive import Archive, Kept
from qa.talk.conversation import Conversation, rename
from qa.talk.record import from_json, to_json

Place = Literal["browser", "visitor", "user"]


@dataclass(frozen=True, slots=True)
class Keep:
    """One visitor's conversations; without an `archive` they are the browser's to keep.

    `owner` is the name a user logged in with, "" for a visitor.
    """

    archive: Archive | None = None
    owner: str = ""

    @classmethod
    def of(cls, folder: Path | None, user: str | None, visitor: str) -> "Keep":
        """Where to keep what `user` asks, or who holds the key `visitor`; without a folder, their browser."""
        if folder is None:
            return cls(None, user or "")
        kind, key = ("user", user) if user else ("visitor", visitor)
        return cls(Archive(folder / f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:40]}"), user or "")

    @property
    def place(self) -> Place:
        """Who can reach them: this browser, who holds this browser's key, or a user by name."""
        if self.archive is None:
            return "browser"
        return "user" if self.owner else "visitor"

    def arrived(self) -> str:
        """What a browser is told when a visitor comes."""
        kept = [asdict(one) for one in self.archive.kept()] if self.archive else None
        return _told(arrived={"place": self.place, "owner": self.owner, "list": kept})

    def write(self, talk: Conversation) -> tuple[Conversation, str]:
        """Keep a conversation; it comes back with what the browser is told.

        Where the folder holds turns that this one lacks (asked in another window), it is kept beside it.

        Raises:
            ConversationUnreadable: the folder cannot be written to.
        """
        if self.archive is None:
            return talk, _told(keep=to_json(talk), here=talk.id)
        if _holds_more(self.archive, talk):
            talk = replace(talk, id=uuid.uuid4().hex)
        self.archive.write(talk)
        return talk, _told(row=asdict(Kept(talk.id, talk.title, talk.updated)), here=talk.id)

    def read(self, id_: str, row: Any = None) -> Conversation:
        """The conversation `id_`, from the folder, or from what the browser kept, `row`.

        Raises:
            ConversationUnknown, ConversationUnreadable: it is not there, or damaged.
        """
        if self.archive is not None:
            return self.archive.read(id_)
        try:
            return from_json(row)
        except (KeyError, TypeError, ValueError) as error:
            raise ConversationUnreadable("this conversation cannot be read any more; delete it") from error

    def rename(self, id_: str, title: str) -> str:
        """Give a conversation on disk another title; what the browser is told. Raises as `read`."""
        if self.archive is None:
            return _told()
        renamed = rename(self.archive.read(id_), title)
        self.archive.write(renamed)
        return _told(row=asdict(Kept(id_, renamed.title, renamed.updated)))

    def delete(self, id_: str) -> str:
        """Forget a conversation; what the browser is told."""
        if self.archive is not None:
            with suppress(ConversationUnknown):  # gone already, from another window
                self.archive.delete(id_)
        return _told(gone=id_)


def _holds_more(archive: Archive, talk: Conversation) -> bool:
    """Whether what is kept under the conversation's id would lose something by its being written."""
    try:
        kept = archive.read(talk.id)
    except ConversationUnknown:
        return False
    except ConversationUnreadable:
        return True
    return not {e.id for e in kept.exchanges} <= {e.id for e in talk.exchanges}


def shown(talk: Conversation) -> str:
    """What the browser is told of the conversation it shows now; one without a turn is new."""
    return _told(here=talk.id if talk.exchanges else "")


def _told(**what: Any) -> str:
    return json.dumps({**what, "at": time.time_ns()}, ensure_ascii=True)  # two alike are still two
