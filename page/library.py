"""The sources of a store as Documents, each read once."""

from functools import lru_cache

from index.store import Store
from page.place import Document
from page.strings import Strings
from qa.answer import Citation, ShownPassage
from qa.talk.changed import Changed


class Library:
    """What the views look up: a source by its name, and the words of the visitor's language."""

    def __init__(self, store: Store, names: tuple[str, ...], words: Strings) -> None:
        self.names = names
        self.words = words
        self._store = store
        self._read = lru_cache(maxsize=32)(self._read_document)

    def _read_document(self, name: str) -> Document | None:
        passages = self._store.passages([name])
        return Document(passages) if passages else None

    def speaking(self, words: Strings) -> "Library":
        """The same library in another language; what it has read is shared."""
        other = Library(self._store, self.names, words)
        other._read = self._read
        return other

    def find(self, name: str) -> Document | None:
        """The source `name`; None where it is gone, or is none of this visitor's."""
        return self._read(name) if name in self.names else None

    def place(self, source: str, offset: int, sha256: str | None = None) -> str:
        """Where `offset` of `source` stands, in words; its title goes first where there are several sources.

        A source that is gone, or whose sha256 is no longer `sha256`, has no place: that is what is said.
        """
        document = self.find(source)
        if document is None:
            return self.words["source_gone"]
        if sha256 is not None and document.sha256 != sha256:
            return self.words["source_changed"]
        place = document.place(offset, self.words)
        return f"{document.title}, {place}" if len(self.names) > 1 else place

    def cited(self, citation: Citation, change: Changed | None = None) -> str:
        """Where a citation stands; one that `change` speaks of, what became of it."""
        if change is None:
            return self.place(citation.source, citation.start, citation.sha256)
        if change.start is None:
            return self.words["source_gone" if change.state == "gone" else "source_changed"]
        return f"{self.place(citation.source, change.start)} · {self.words['source_moved']}"

    def shown(self, passage: ShownPassage) -> str:
        """Where a passage that was shown stands, if it still does."""
        document = self.find(passage.source)
        if document and document.text[passage.start : passage.end] != passage.text:
            return self.words["source_changed"]
        return self.place(passage.source, passage.start)
