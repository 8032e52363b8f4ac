"""An event of the conversation -> what changes on the page."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from index.errors import FootnoteError
from page.export import conversation_markdown, keep_feedback
from page.keep import Keep
from page.screen import Screen
from page.session import Desk, Open, Visit, shared_desk
from page.show import NO_TURN, Detail, talk, whole
from page.strings import spoken
from page.view import pending
from qa.answer import Answer
from qa.engine import QueryEngine
from qa.errors import ConversationUnreadable
from qa.events import TextDelta
from qa.talk.conversation import Exchange, alternatives, append, fork, rename, show, start
from qa.talk.export import to_json_text


class Conversation:
    """What the page does with a visitor's questions; the visit comes in and goes out with each call.

    Conversations are kept under the folder `talks`, or, where there is none, by each visitor's browser.
    """

    def __init__(
        self,
        engine: QueryEngine,
        open_engine: Open,
        feedback: Path,
        *,
        talks: Path | None = None,
        guarded: bool = False,
    ) -> None:
        self.desk: Desk = shared_desk(engine, spoken(None), guarded)
        self.open_engine = open_engine
        self._feedback = feedback
        self._talks = talks
        self._asking: dict[str, asyncio.Event] = {}  # what stops the answer of a session

    def arrive(self, languages: str | None, user: str | None = None, visitor: str = "") -> Visit:
        """A new visit, in the first of the browser's languages that the page speaks.

        `user` is the name somebody logged in with, `visitor` the key that their browser holds.
        """
        desk = replace(self.desk, library=self.desk.library.speaking(spoken(languages)))
        return Visit(desk, keep=Keep.of(self._talks, user, visitor))

    async def ask(
        self, question: str, visit: Visit, session: str = "", instead_of: Exchange | None = None
    ) -> AsyncIterator[Screen]:
        """The question at once, the answer as it is made, and at the end all that belongs to it.

        Asked `instead_of` an earlier one, it is a branch: what followed that one is kept and can be shown.
        """
        asked = replace(visit, talk=fork(visit.talk, instead_of.id)) if instead_of else visit
        words, before, text = visit.desk.library.words, talk(asked), ""
        stop = self._asking[session] = asyncio.Event()
        yield Screen(question=None if instead_of else "", talk=before + pending(question, "", words))
        try:
            async for event in visit.desk.engine.stream(question, asked.talk.history(), stop=stop):
                if isinstance(event, Answer):
                    answered = replace(asked, talk=append(asked.talk, event))
                    yield await asyncio.to_thread(_kept, answered)
                elif isinstance(event, TextDelta):
                    text += event.text
                    yield Screen(talk=before + pending(question, text, words))
        except FootnoteError as error:
            yield Screen(question=None if instead_of else question, talk=talk(visit, str(error)))
        finally:
            if self._asking.get(session) is stop:
                del self._asking[session]

    def stop(self, session: str) -> None:
        """End the answer that is being made for `session`: what it has finished is what is answered."""
        if session in self._asking:
            self._asking[session].set()

    async def act(self, detail: Detail, visit: Visit, session: str = "") -> AsyncIterator[Screen]:
        """What a button of the conversation asks for: a new one, save; or what one of an answer does."""
        act, number = detail.get("act"), int(detail.get("turn", NO_TURN))
        branch = visit.talk.branch()
        if act == "new":
            yield whole(replace(visit, talk=start()))
        elif act == "markdown":
            text = conversation_markdown(visit.talk, visit.desk.library, visit.changed)
            yield Screen(download=("conversation.md", text))
        elif act == "json":
            yield Screen(download=("conversation.json", to_json_text(visit.talk)))
        elif 0 <= number < len(branch):
            async for screen in self._act_on(branch[number], detail, visit, session):
                yield screen

    async def _act_on(
        self, exchange: Exchange, detail: Detail, visit: Visit, session: str
    ) -> AsyncIterator[Screen]:
        """Rate an answer; ask its question again, or another in its place; show the other one there."""
        act, rating = detail.get("act"), detail.get("rating")
        if act == "rate" and rating in {"up", "down"}:
            reason = str(detail.get("reason", ""))
            await asyncio.to_thread(keep_feedback, self._feedback, exchange.answer, str(rating), reason)
        elif act in {"retry", "edit"}:
            question = str(detail.get("question", "")) if act == "edit" else exchange.answer.question
            async for screen in self.ask(question, visit, session, exchange):
                yield screen
        elif act == "branch":
            beside = [other.id for other in alternatives(visit.talk, exchange.id)]
            to = beside.index(exchange.id) + int(detail.get("by", 0))
            if 0 <= to < len(beside):
                yield await asyncio.to_thread(_kept, replace(visit, talk=show(visit.talk, beside[to])))

    def keep(self, detail: Detail, visit: Visit) -> Screen:
        """What the list of conversations asks for: open one, rename it, delete it."""
        act, id_ = detail.get("act"), str(detail.get("id", ""))
        is_shown = visit.talk.id == id_
        try:
            if act == "open":
                return whole(replace(visit, talk=visit.keep.read(id_, detail.get("talk"))))
            if act == "rename":
                title = str(detail.get("title", ""))
                told = visit.keep.rename(id_, title)
                return Screen(conversation=rename(visit.talk, title) if is_shown else None, kept=told)
            if act == "delete":
                told = visit.keep.delete(id_)
                return whole(replace(visit, talk=start()), kept=told) if is_shown else Screen(kept=told)
        except FootnoteError as error:
            return Screen(talk=talk(visit, str(error)))
        return Screen()


def _kept(visit: Visit) -> Screen:
    """The visit shown, once its conversation is kept; where it cannot be, it is shown all the same."""
    try:
        kept, told = visit.keep.write(visit.talk)
    except ConversationUnreadable as error:
        return whole(visit, str(error))
    return whole(replace(visit, talk=kept), kept=told)
