"""A conversation <-> JSON, each answer whole, as the contract has it. Pure."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from qa.answer import Answer
from qa.talk.conversation import Conversation

FORMAT = 1


def to_json(conversation: Conversation) -> dict[str, Any]:
    """The conversation, ready for `json.dumps`."""
    return {
        "format": FORMAT,
        "id": conversation.id,
        "title": conversation.title,
        "updated": conversation.updated,
        "head": conversation.head,
        "exchanges": [
            {"id": e.id, "parent": e.parent, "answer": e.answer.to_json()} for e in conversation.exchanges
        ],
    }


def from_json(row: Mapping[str, Any]) -> Conversation:
    """The inverse of `to_json`. What it does not know is left out.

    Raises:
        KeyError, TypeError, ValueError: `row` is no conversation of this format.
    """
    if row["format"] != FORMAT:
        raise ValueError(f"format {row['format']}")
    conversation: Conversation = _read(row, Conversation)
    known: set[str | None] = {None}
    for exchange in conversation.exchanges:
        if exchange.parent not in known or exchange.id in known:  # parents come first: there is no circle
            raise ValueError("an exchange comes before the one it follows")
        known.add(exchange.id)
    if conversation.head not in known:
        raise ValueError("its last exchange is missing")
    return conversation


def answer_from_json(row: Mapping[str, Any]) -> Answer:
    """The inverse of `Answer.to_json`; raises as `from_json`."""
    answer: Answer = _read(row, Answer)
    return answer


def _read(value: Any, hint: Any) -> Any:  # noqa: PLR0911 - a list of kinds
    """`value` as `hint` wants it: lists become tuples, objects dataclasses; what does not fit raises."""
    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        hints = _hints(hint)
        return hint(**{f.name: _read(value[f.name], hints[f.name]) for f in fields(hint) if f.name in value})
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(_read(item, inner[0]) for item in value)
    if origin is Mapping and isinstance(value, dict):
        return {_read(key, inner[0]): _read(item, inner[1]) for key, item in value.items()}
    if origin in (Union, UnionType):
        first, *_ = (one for one in inner if one is not NoneType)
        return None if value is None else _read(value, first)
    if origin is Literal and value in inner:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if origin is None and isinstance(value, hint) and not isinstance(value, bool):
        return value
    raise TypeError(f"{str(value)[:40]!r} is no {getattr(hint, '__name__', hint)}")


@lru_cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)
