"""What others would show a model: LlamaIndex's CitationQueryEngine with its defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core import Document
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.utils import get_tokenizer

from index.embed import MiniLM
from index.passage import Passage, Source

CHUNK, OVERLAP = 1024, 200  # of SentenceSplitter, which VectorStoreIndex uses unless told otherwise
TOP_K = 2  # similarity_top_k's default; the 512-token citation chunks cut from the two hold the same text


@dataclass(frozen=True, slots=True)
class Shown:
    """A stretch of a document that a model would be shown."""

    doc: str
    start: int
    end: int

    @classmethod
    def of(cls, passage: Passage) -> "Shown":
        """The stretch a passage is."""
        return cls(passage.source, passage.start, passage.end)

    @property
    def span(self) -> tuple[str, int, int]:
        """Document, start, end."""
        return self.doc, self.start, self.end


def count_tokens(shown: Sequence[Shown], texts: Mapping[str, str]) -> float:
    """Tokens of what is shown, by LlamaIndex's tokenizer (tiktoken's cl100k_base)."""
    tokenizer = get_tokenizer()
    return float(sum(len(tokenizer(texts[s.doc][s.start : s.end])) for s in shown))


def citation_query_engine(docs: Sequence[Source], questions: Sequence[str]) -> list[list[Shown]]:
    """What CitationQueryEngine over a VectorStoreIndex would show for each question, all defaults, MiniLM."""
    splitter = SentenceSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    nodes = [
        (doc.name, node)
        for doc in docs
        for node in splitter.get_nodes_from_documents([Document(text=doc.text)])
    ]
    embedding = MiniLM()
    rows = embedding.embed([node.get_content() for _, node in nodes])
    near = np.argsort(-(embedding.embed(questions) @ rows.T), axis=1, kind="stable")[:, :TOP_K]
    shown = [
        Shown(name, node.start_char_idx or 0, (node.start_char_idx or 0) + len(node.get_content()))
        for name, node in nodes
    ]
    return [[shown[i] for i in best] for best in near]
