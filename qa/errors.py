"""What a caller of the query engine may have to mend."""

from index.errors import FootnoteError


class QuestionInvalid(FootnoteError):
    """A question that cannot be asked: empty, or far too long."""


class ExchangeUnknown(FootnoteError):
    """A conversation holds no such exchange."""


class ConversationUnknown(FootnoteError):
    """No conversation of that id is kept."""


class ConversationUnreadable(FootnoteError):
    """A kept conversation cannot be read, or one cannot be kept."""
