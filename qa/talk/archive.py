"""Conversations on disk: one JSON file each in a folder, written whole or not at all."""

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from qa.errors import ConversationUnknown, ConversationUnreadable
from qa.talk.conversation import Conversation
from qa.talk.record import from_json, to_json

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the list of conversations; `updated` is in seconds since 1970."""

    id: str
    title: str
    updated: float


class Archive:
    """The conversations kept in `folder`, which is made, for its owner alone, when the first is written."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder).expanduser()

    def kept(self) -> list[Kept]:
        """The conversations kept, latest first; files that cannot be read are left out (see `unreadable`)."""
        found = []
        for path in self._folder.glob("*.json"):
            try:
                read = self.read(path.stem)
            except (ConversationUnreadable, ConversationUnknown):
                continue
            found.append(Kept(read.id, read.title, read.updated))
        return sorted(found, key=lambda kept: (-kept.updated, kept.id))

    def unreadable(self) -> list[Path]:
        """The files in the folder that should be conversations and are not."""
        readable = {kept.id for kept in self.kept()}
        return sorted(path for path in self._folder.glob("*.json") if path.stem not in readable)

    def read(self, id_: str) -> Conversation:
        """The conversation `id_`.

        Raises:
            ConversationUnknown: none of that id is kept.
            ConversationUnreadable: its file is damaged.
        """
        path = self._path(id_)
        try:
            conversation = from_json(json.loads(path.read_text(encoding="utf-8")))
            if conversation.id != id_:
                raise ValueError("it bears another id")
        except FileNotFoundError as error:
            raise ConversationUnknown("this conversation is no longer kept") from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConversationUnreadable(
                f"{path.name}: is no conversation we can read ({error}); move it away or delete it"
            ) from error
        return conversation

    def write(self, conversation: Conversation) -> None:
        """Keep `conversation`, in place of what was kept under its id: the whole of it, or nothing changes.

        Raises:
            ConversationUnreadable: the folder cannot be written to.
        """
        path = self._path(conversation.id)
        text = json.dumps(to_json(conversation), ensure_ascii=False)
        draft = None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=self._folder, prefix=".draft-")
            # A lone surrogate in a quote is not UTF-8, and must not cost the conversation.
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except OSError as error:
            if draft is not None:
                Path(draft).unlink(missing_ok=True)
            raise ConversationUnreadable(
                f"this conversation cannot be kept ({error.strerror}); name another folder with --store"
            ) from error

    def delete(self, id_: str) -> None:
        """Forget the conversation `id_`.

        Raises:
            ConversationUnknown: none of that id is kept.
        """
        try:
            self._path(id_).unlink()
        except FileNotFoundError as error:
            raise ConversationUnknown("this conversation is no longer kept") from error

    def _path(self, id_: str) -> Path:
        if not _ID.fullmatch(id_):
            raise ConversationUnknown(f"{id_!r} is no conversation's id")
        return self._folder / f"{id_}.json"
