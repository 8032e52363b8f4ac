"""What a user may set about the index; read from the environment by the doors only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Where passages are kept."""

    store: str | None = None  # a folder, or the URL of a Chroma server; None: the user's own data folder
