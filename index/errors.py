"""What can go wrong between a file and its index; each message says what to do next."""


class FootnoteError(Exception):
    """Base of every error a user can cause or mend; its text is one line for people."""


class SourceUnreadable(FootnoteError):
    """A source cannot be read as text."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class SourceUnknown(FootnoteError):
    """A store holds no source of that name."""


class StoreUnusable(FootnoteError):
    """A path or address is not a store that can be opened."""


class WeightsInvalid(FootnoteError):
    """The packaged weights are missing or not the ones we know."""


class EmbeddingUnknown(FootnoteError):
    """A setting names no embedding model we have."""


class EmbeddingFailed(FootnoteError):
    """An embedding model on a server did not answer."""
