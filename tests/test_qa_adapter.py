"""The engine inside LlamaIndex."""

import asyncio

from llama_index.core.tools import QueryEngineTool

from index.source import ARTICLE
from qa.engine import QueryEngine


def test_works_as_a_query_engine_tool(article_engine: QueryEngine) -> None:
    """LlamaIndex's QueryEngineTool calls it, and the source nodes are the cited passages, exact slices."""
    tool = QueryEngineTool.from_defaults(
        article_engine.as_llama_index(), name="article", description="the article"
    )
    output = tool.call(input="How many containers of ammunition did Russia receive from North Korea?")
    assert "10,000" in str(output)
    nodes = output.raw_output.source_nodes
    assert nodes
    for node in nodes:
        text = ARTICLE.read_text("utf-8")[node.node.start_char_idx : node.node.end_char_idx]
        assert text == node.node.text


def test_async_gives_the_same(article_engine: QueryEngine) -> None:
    """Aquery answers as query does, and the whole Answer travels in the metadata."""
    engine = article_engine.as_llama_index()
    question = "Who met Belousov?"
    first, second = engine.query(question), asyncio.run(engine.aquery(question))
    assert str(first) == str(second)
    assert first.metadata["answer"]["question"] == question
