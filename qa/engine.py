"""QueryEngine: standalone, retrieve, answer, check -> Answer."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from index.embed import embedding_model
from index.passage import Source
from index.retrieve import Retriever
from index.source import ARTICLE, read_source
from index.store import Store
from qa.answer import Answer, ShownPassage
from qa.compose import Asked, Draft, quoted_answer, told
from qa.errors import ModelFailed
from qa.events import Event, PassagesFound, TextDelta
from qa.extract import Extraction, Extractor
from qa.question import check_question
from qa.settings import Settings
from qa.standalone import Standalone, Turn, rewrite
from qa.talk import rewriting
from qa.talk.clarify import readings
from qa.talk.search import search
from qa.talk.told import preference
from qa.writing.reply import Reply
from qa.writing.stop import until

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from qa.model import ChatModel

T = TypeVar("T")

TOP_K = 8  # passages retrieved and shown
REWRITING_SHARE = 0.25  # of the time allowed for an answer, for rewriting its question first
_MAY_END = frozenset(".!?。！？…\n]】")  # a sentence may have ended: time to look


@dataclass(frozen=True, slots=True)
class _Searched:
    """A question as it is searched, and what a model's rewriting of it took."""

    within: Standalone
    began: float = field(default_factory=perf_counter)
    tokens: Mapping[str, int] = field(default_factory=dict)
    rewriting_s: float = 0.0


class QueryEngine:
    """Answers questions from some sources, each sentence with the exact place it comes from."""

    def __init__(
        self,
        store: Store,
        embedding: "BaseEmbedding",
        names: Sequence[str] | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.store = store
        self.retriever = Retriever(store, embedding, names)
        self.settings = settings or Settings()
        self._extractor = Extractor(self.retriever)
        self._model = _chat_model(self.settings) if self.settings.writes else None

    @classmethod
    def open(
        cls,
        *sources: str | Source,
        store: str | None = None,
        model: str | None = None,
        strict: bool | None = None,
        settings: Settings | None = None,
    ) -> "QueryEngine":
        """An engine over `sources` (paths); over all of `store`, or the bundled article, where none is named.

        A model writes the answers where `settings` reach one; left out, they are the environment's, as for
        the commands. `model` and `strict` go before them; `model="none"` quotes, without any network.

        Raises:
            SettingsInvalid: a setting cannot be used, or `model` is named without a key or a server.
            SourceUnreadable: a source is missing, empty, too large or not text.
            StoreUnusable: `store` is not a store we can open.
        """
        chosen = (settings or Settings.from_environment()).choose(model)
        if strict is not None:
            chosen = replace(chosen, strict=strict)
        read = [s if isinstance(s, Source) else read_source(s) for s in sources]
        embedding = embedding_model(chosen.embedding, chosen.base_url)
        opened = Store(store or chosen.store, embedding)
        if not read and (not (store or chosen.store) or not opened.names()):
            read = [read_source(ARTICLE)]
        if read:
            opened.sync(*read)
        return cls(opened, embedding, [source.name for source in read] or None, chosen)

    def ask(self, question: str, history: Sequence[Turn] = (), id: str | None = None) -> Answer:
        """The answer to `question`, asked after the turns of `history`.

        A model that fails never loses the question: the answer is then quoted, with a warning that says why.

        Raises:
            QuestionInvalid: the question is empty or longer than 5,000 characters.
        """
        check_question(question, history)
        if self._model is None:
            return quoted_answer(self._prepare(question, _Searched(rewrite(question, history)), id))
        asked = self._prepare(question, _wait(self._searched(question, history)), id)
        if not asked.near:
            return quoted_answer(asked, settings=self.settings)
        draft = Draft(asked, self.settings)
        try:
            reply = self._model.reply(draft.prompt.text, self._time_left(asked))
            return draft.answer(_wait(reply), self._model.name)
        except ModelFailed as error:
            return quoted_answer(asked, _fallback(self._model, error), self.settings)

    async def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        id: str | None = None,
        stop: asyncio.Event | None = None,
    ) -> AsyncGenerator[Event, None]:
        """What `ask` does, told as it happens: passages, text, a verdict on each sentence, then the Answer.

        Closing the generator hangs up on the model. So does setting `stop`; the Answer then holds the
        sentences finished so far, and is quoted where there is none.

        Raises:
            QuestionInvalid: as `ask`.
        """
        check_question(question, history)
        searched = await self._searched(question, history)
        asked = await asyncio.to_thread(self._prepare, question, searched, id)
        yield PassagesFound(asked.standalone, tuple(map(ShownPassage.of, asked.passages)), asked.choices)
        if self._model is None or not asked.near:
            for event in told(quoted_answer(asked, settings=self.settings)):
                yield event
            return
        try:
            async with aclosing(self._written(self._model, asked, stop)) as events:
                async for event in events:
                    yield event
        except ModelFailed as error:
            yield quoted_answer(asked, _fallback(self._model, error), self.settings)

    async def _written(
        self, model: "ChatModel", asked: Asked, stop: asyncio.Event | None
    ) -> AsyncGenerator[Event, None]:
        """The events of an answer that `model` writes; where we are strict, text waits for its verdict."""
        draft = Draft(asked, self.settings)
        strict = self.settings.strict
        text = ""
        reply = model.stream(draft.prompt.text, self._time_left(asked))
        async with aclosing(until(reply, stop)) as parts:
            async for part in parts:
                if isinstance(part, Reply):
                    text = part.text
                else:
                    text += part
                    if not strict:
                        yield TextDelta(part)
                    if not set(part) & _MAY_END:
                        continue
                for checked in draft.advance(text, ended=isinstance(part, Reply)):
                    if strict:
                        yield TextDelta(f"{checked.sentence.text} ")
                    yield checked
                if isinstance(part, Reply):
                    yield draft.answer(part, model.name)
                    return
        yield draft.stopped(text, model.name)

    async def _searched(self, question: str, history: Sequence[Turn]) -> "_Searched":
        """The question to search for: by rule, or by the model where one is set and it leans on the talk.

        A model that fails here, or takes more than its share of the time, costs the rewriting only.
        """
        began = perf_counter()
        by_rule = rewrite(question, history)
        if self._model is None or not rewriting.needed(by_rule):
            return _Searched(by_rule, began)
        try:
            limit = REWRITING_SHARE * self.settings.timeout_s
            reply = await self._model.reply(rewriting.prompt(question, history), limit)
        except ModelFailed:
            return _Searched(by_rule, began, rewriting_s=perf_counter() - began)
        within = by_rule if reply.truncated else rewriting.read(reply.text, question, by_rule, history)
        return _Searched(within, began, reply.tokens, perf_counter() - began)

    def _prepare(self, question: str, searched: "_Searched", id: str | None) -> Asked:
        """The question with what is found for it."""
        within = searched.within
        passages = search(self.retriever, within, TOP_K)
        found = perf_counter()
        prefer = preference(within.last, within.others_than, within.reason_of)
        extraction = self._extractor.extract(within.text, passages, within.question, prefer)
        return Asked(
            id,
            question,
            within.text,
            tuple(passages),
            extraction,
            searched.began,
            found,
            searched.tokens,
            searched.rewriting_s,
            within.choices or _choices(within, extraction),
        )

    def _time_left(self, asked: Asked) -> float:
        """Seconds that a reply may take: what the rewriting has left of the time allowed."""
        return self.settings.timeout_s - asked.rewriting_s

    def as_llama_index(self) -> "BaseQueryEngine":
        """The engine as a LlamaIndex query engine; its `source_nodes` are the cited passages."""
        from qa.adapter import LlamaIndexEngine

        return LlamaIndexEngine(self)


def _chat_model(settings: Settings) -> "ChatModel":
    from qa.model import ChatModel  # and with it openai, which takes a second to import

    return ChatModel(settings)


def _choices(within: Standalone, extraction: Extraction) -> tuple[str, ...]:
    """What a first question may mean where the likeliest sentences tell of several; a talk decides."""
    if within.context or not extraction.quotes:
        return ()
    return readings(within.question, extraction.nearest)


def _fallback(model: "ChatModel", error: ModelFailed) -> str:
    return f"The model {model.name} {error}. The answer was made without it, from the source alone."


def _wait(reply: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, also where an event loop is running already (a notebook, a page)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(reply)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, reply).result()
