"""QueryEngine: standalone, retrieve, answer, check -> Answer."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
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
from qa.extract import Extractor
from qa.question import check_question
from qa.settings import Settings
from qa.standalone import Turn, rewrite
from qa.talk.search import search
from qa.writing.reply import Reply
from qa.writing.stop import until

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from qa.model import ChatModel

T = TypeVar("T")

TOP_K = 8  # passages retrieved and shown
_MAY_END = frozenset(".!?。！？…\n]】")  # a sentence may have ended: time to look


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
        asked = self._prepare(question, history, id)
        if self._model is None or not asked.near:
            return quoted_answer(asked)
        draft = Draft(asked, self.settings)
        try:
            return draft.answer(_wait(self._model.reply(draft.prompt.text)), self._model.name)
        except ModelFailed as error:
            return quoted_answer(asked, _fallback(self._model, error))

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
        asked = await asyncio.to_thread(self._prepare, question, history, id)
        yield PassagesFound(asked.standalone, tuple(map(ShownPassage.of, asked.passages)))
        if self._model is None or not asked.near:
            for event in told(quoted_answer(asked)):
                yield event
            return
        try:
            async with aclosing(self._written(self._model, asked, stop)) as events:
                async for event in events:
                    yield event
        except ModelFailed as error:
            yield quoted_answer(asked, _fallback(self._model, error))

    async def _written(
        self, model: "ChatModel", asked: Asked, stop: asyncio.Event | None
    ) -> AsyncGenerator[Event, None]:
        """The events of an answer that `model` writes; where we are strict, text waits for its verdict."""
        draft = Draft(asked, self.settings)
        strict = self.settings.strict
        text = ""
        async with aclosing(until(model.stream(draft.prompt.text), stop)) as parts:
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

    def _prepare(self, question: str, history: Sequence[Turn], id: str | None) -> Asked:
        """The question with what is found for it."""
        check_question(question, history)
        began = perf_counter()
        within = rewrite(question, history)
        passages = search(self.retriever, within, TOP_K)
        found = perf_counter()
        extraction = self._extractor.extract(within.text, passages, within.question)
        return Asked(id, question, within.text, tuple(passages), extraction, began, found)

    def as_llama_index(self) -> "BaseQueryEngine":
        """The engine as a LlamaIndex query engine; its `source_nodes` are the cited passages."""
        from qa.adapter import LlamaIndexEngine

        return LlamaIndexEngine(self)


def _chat_model(settings: Settings) -> "ChatModel":
    from qa.model import ChatModel  # and with it openai, which takes a second to import

    return ChatModel(settings)


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
