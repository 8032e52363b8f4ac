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


class SettingsInvalid(FootnoteError):
    """A setting that cannot be used; the message says which one, and never holds a key."""


class ModelFailed(FootnoteError):
    """A model gave no usable reply; the text ends a sentence that begins with the model's name."""
