"""What a caller of the query engine may have to mend."""

from index.errors import FootnoteError


class QuestionInvalid(FootnoteError):
    """A question that cannot be asked: empty, or far too long."""
