"""What a handler changes on the page."""

from dataclasses import dataclass

from page.session import Desk
from qa.talk.conversation import Conversation as Talk


@dataclass(frozen=True, slots=True)
class Screen:
    """New content of the page's parts; None leaves a part as it is. `download` is (file name, content).

    Conversation and desk are apart, so that a question asked while a file is being read is not lost when that
    ends. `kept` is what the browser is told about conversations, as JSON (see keep.py).
    """

    conversation: Talk | None = None
    desk: Desk | None = None
    question: str | None = None
    talk: str | None = None
    pane: str | None = None
    looked: str | None = None
    shelf: str | None = None
    kept: str | None = None
    download: tuple[str, str] | None = None
