"""QueryEngine: standalone, retrieve, answer -> Answer."""

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from index.embed import MiniLM
from index.passage import Source
from index.retrieve import Retriever
from index.source import ARTICLE, read_source
from index.store import Store
from qa.answer import Answer, Citation, Sentence, ShownPassage
from qa.errors import QuestionInvalid
from qa.extract import Extractor, Quote
from qa.search import search
from qa.standalone import Turn, rewrite

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine

TOP_K = 5  # passages retrieved and shown
LONGEST_QUESTION = 5000  # characters


class QueryEngine:
    """Answers questions from some sources, each sentence with the exact place it comes from."""

    def __init__(self, store: Store, embedding: MiniLM, names: Sequence[str] | None = None) -> None:
        self.store = store
        self.retriever = Retriever(store, embedding, names)
        self._extractor = Extractor(self.retriever)

    @classmethod
    def open(
        cls, *sources: str | Source, store: str | None = None, model: str | None = None
    ) -> "QueryEngine":
        """An engine over `sources` (paths); over all of `store`, or the bundled article, where none is named.

        Raises:
            SourceUnreadable: a source is missing, empty, too large or not text.
            StoreUnusable: `store` is not a store we can open.
        """
        read = [s if isinstance(s, Source) else read_source(s) for s in sources]
        embedding = MiniLM()
        opened = Store(store, embedding)
        if not read and (store is None or not opened.names()):
            read = [read_source(ARTICLE)]
        if read:
            opened.sync(*read)
        return cls(opened, embedding, [source.name for source in read] or None)

    def ask(self, question: str, history: Sequence[Turn] = (), id: str | None = None) -> Answer:
        """The answer to `question`, asked after the turns of `history`.

        Raises:
            QuestionInvalid: the question is empty or longer than 5,000 characters.
        """
        _check(question)
        began = perf_counter()
        asked = rewrite(question, history)
        searched = asked.text
        passages = search(self.retriever, asked, TOP_K)
        found = perf_counter()
        extraction = self._extractor.extract(searched, passages)
        citations = tuple(_citation(n, quote) for n, quote in enumerate(extraction.quotes, start=1))
        ended = perf_counter()
        return Answer(
            id=id,
            question=question,
            standalone=searched,
            status="answered" if citations else "not_in_source",
            text=extraction.text,
            model=self._extractor.name,
            confidence=round(extraction.confidence, 4),
            sentences=tuple(Sentence(c.quote, (c.n,), "supported", 1.0) for c in citations),
            citations=citations,
            passages=tuple(map(ShownPassage.of, passages)),
            timings_ms={
                "retrieve": _ms(began, found),
                "answer": _ms(found, ended),
                "check": 0.0,
                "total": _ms(began, ended),
            },
        )

    def as_llama_index(self) -> "BaseQueryEngine":
        """This engine as a LlamaIndex query engine; its `source_nodes` are the cited passages."""
        from qa.adapter import LlamaIndexEngine

        return LlamaIndexEngine(self)


def _check(question: str) -> None:
    if not question.strip():
        raise QuestionInvalid("the question is empty; type one")
    if len(question) > LONGEST_QUESTION:
        raise QuestionInvalid(
            f"the question has {len(question):,} characters; ask in {LONGEST_QUESTION:,} or fewer, "
            "and give long texts as a source"
        )


def _citation(n: int, quote: Quote) -> Citation:
    passage = quote.passage
    return Citation(
        n, passage.source, passage.title, passage.sha256, quote.start, quote.end, quote.text, passage.id
    )


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 2)
