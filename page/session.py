"""What one visitor has: a conversation, and sources of their own in a store that nobody else sees."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from index.passage import Source
from page.keep import Keep
from page.library import Library
from page.strings import Strings
from qa.answer import Answer
from qa.engine import QueryEngine
from qa.talk.changed import Changed, changed_citations
from qa.talk.conversation import Conversation as Talk
from qa.talk.conversation import start

NOT_OURS = ("*.lock", "conversations", "feedback.jsonl")  # of a store's folder: no part of its index
Open = Callable[..., QueryEngine]  # QueryEngine.open with the door's model and settings


@dataclass(frozen=True, slots=True)
class Desk:
    """The sources a visitor can ask, and the engine over those in use.

    `own` are the visitor's: they live in `folder`, which goes when the visit ends. `unused` are switched off.
    Where others than the user of this machine may visit, `guarded` refuses addresses into private networks.
    """

    engine: QueryEngine
    library: Library
    names: tuple[str, ...]
    own: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()
    folder: TemporaryDirectory[str] | None = None
    guarded: bool = False

    @property
    def used(self) -> tuple[str, ...]:
        """The names of the sources that questions go to."""
        return tuple(name for name in self.names if name not in self.unused)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor's desk, the conversation they see, and where it is kept."""

    desk: Desk
    talk: Talk = field(default_factory=start)
    keep: Keep = field(default_factory=Keep)

    @property
    def turns(self) -> tuple[Answer, ...]:
        """The answers shown, first to last, under the conversation's footnote numbers."""
        return tuple(exchange.answer for exchange in self.talk.branch())

    @property
    def changed(self) -> dict[int, Changed]:
        """The footnotes whose source is not what it was, by number."""
        return {one.citation.n: one for one in changed_citations(self.talk, self.desk.library)}


def shared_desk(engine: QueryEngine, words: Strings, guarded: bool = False) -> Desk:
    """The desk every visitor starts with: the sources the page was opened with."""
    names = tuple(dict.fromkeys(passage.source for passage in engine.retriever.passages))
    return Desk(engine, Library(engine.store, names, words), names, guarded=guarded)


def add(desk: Desk, source: Source, open_engine: Open) -> Desk:
    """The desk with one more source, or with a new reading of one it has; only the visitor sees it.

    The first one copies the shared store, so that nothing in it is embedded again.
    """
    folder = desk.folder or TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True)
    place = Path(folder.name) / "store"
    shared = Path(desk.engine.store.place)
    if desk.folder is None and shared.is_dir():
        shutil.copytree(shared, place, ignore=shutil.ignore_patterns(*NOT_OURS))
    names = tuple(dict.fromkeys((*desk.names, source.name)))
    held = [desk.engine.store.source(name) for name in names if name != source.name]
    engine = open_engine(*held, source, store=str(place))
    grown = replace(
        desk,
        engine=engine,
        library=Library(engine.store, names, desk.library.words),
        names=names,
        own=desk.own | {source.name},
        folder=folder,
    )
    return choose(grown, desk.unused - {source.name}, open_engine)


def remove(desk: Desk, name: str, open_engine: Open) -> Desk:
    """The desk without the visitor's source `name`; a shared one is only switched off."""
    if name not in desk.own or len(desk.names) == 1:
        return choose(desk, desk.unused | {name}, open_engine)
    desk.engine.store.remove(name)
    names = tuple(kept for kept in desk.names if kept != name)
    library = Library(desk.engine.store, names, desk.library.words)
    shrunk = replace(desk, names=names, own=desk.own - {name}, library=library)
    return choose(shrunk, desk.unused - {name}, open_engine)


def choose(desk: Desk, unused: frozenset[str], open_engine: Open) -> Desk:
    """The desk with the sources `unused` switched off; one at least stays in use."""
    used = [name for name in desk.names if name not in unused]
    if not used:
        return desk
    store = desk.engine.store
    engine = open_engine(*(store.source(name) for name in used), store=store.place)
    return replace(desk, engine=engine, unused=unused & frozenset(desk.names))


def leave(desk: Desk | None) -> None:
    """Forget what the visitor brought."""
    if desk is not None and desk.folder is not None:
        desk.folder.cleanup()
