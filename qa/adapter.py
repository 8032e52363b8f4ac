"""The same engine as a LlamaIndex query engine."""

import asyncio
from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from qa.answer import Answer

if TYPE_CHECKING:
    from qa.engine import QueryEngine


class LlamaIndexEngine(BaseQueryEngine):
    """Answers as LlamaIndex responses: `source_nodes` are the cited passages, best first.

    The whole Answer, as the contract's JSON, stands in `response.metadata["answer"]`.
    """

    def __init__(self, engine: "QueryEngine") -> None:
        super().__init__(CallbackManager([]))
        self._engine = engine

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._engine.ask(query_bundle.query_str)
        return Response(answer.text, source_nodes=_nodes(answer), metadata={"answer": answer.to_json()})

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def _nodes(answer: Answer) -> list[NodeWithScore]:
    cited = {citation.passage_id for citation in answer.citations}
    titles = {citation.source: citation.title for citation in answer.citations}
    return [
        NodeWithScore(
            node=TextNode(
                id_=passage.id,
                text=passage.text,
                start_char_idx=passage.start,
                end_char_idx=passage.end,
                metadata={"source": passage.source, "title": titles[passage.source]},
            ),
            score=passage.score,
        )
        for passage in answer.passages
        if passage.id in cited
    ]
