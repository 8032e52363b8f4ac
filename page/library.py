"""The sources of a store as Documents, each read once."""

from functools import lru_cache

from index.store import Store
from page.place import Document
from page.strings import Strings


class Library:
    """What the page's views look up: a source by its name, and the words of the visitor's language."""

    def __init__(self, store: Store, names: tuple[str, ...], words: Strings) -> None:
        self.names = names
        self.words = words
        self.find = lru_cache(maxsize=32)(lambda name: Document(store.passages([name])))

    def place(self, source: str, offset: int) -> str:
        """Where `offset` of `source` stands; its title goes first where there is more than one source."""
        document = self.find(source)
        place = document.place(offset, self.words)
        return f"{document.title}, {place}" if len(self.names) > 1 else place
