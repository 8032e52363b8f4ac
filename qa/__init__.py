"""From a question to a cited answer.

answer.py      Citation, Sentence, Answer: what everyone downstream reads
events.py      what is told while an answer is made
question.py    is a question one that can be asked
settings.py    what a user may set
standalone.py  question + history -> the question to search for
extract.py     the answerer that quotes; needs no model      (parts: quoting/)
model.py       the answerer that writes: any OpenAI-compatible server  (parts: writing/)
check.py       sentence + passages -> support, and the span that carries it  (parts: grounding/)
compose.py     passages, and a reply if there is one -> an Answer
engine.py      QueryEngine: standalone, retrieve, answer, check -> Answer
adapter.py     the same engine as a LlamaIndex query engine
render.py      an Answer -> text for a terminal
talk/          conversations: searched in, numbered, kept
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.engine import QueryEngine

__all__ = ["QueryEngine"]


def __getattr__(name: str) -> Any:
    """`from qa import QueryEngine` imports the engine, and with it LlamaIndex, only when asked for."""
    if name == "QueryEngine":
        from qa.engine import QueryEngine

        return QueryEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
