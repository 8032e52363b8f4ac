"""A store and the files it was made from: which source is meant, and is it whole and unchanged."""

import hashlib
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from index.errors import SourceUnknown
from index.store import Store


def find(store: Store, given: str) -> str:
    """The source that `given` means: a name, a path from here, or a file name if only one has it.

    Raises:
        SourceUnknown: none is meant, or more than one.
    """
    names = store.names()
    resolved = str(Path(given).expanduser().resolve())
    for exact in (given, resolved):
        if exact in names:
            return exact
    alike = [name for name in names if Path(name).name == given]
    if len(alike) == 1:
        return alike[0]
    reason = "is the file name of several sources; give the whole path" if alike else "is not in the store"
    raise SourceUnknown(f"{given}: {reason}; `python -m index list` shows what is")


def faults(store: Store, name: str) -> list[str]:
    """What is wrong with a source, a line each: gaps between passages, a file gone or changed."""
    found = []
    passages = store.passages([name])
    gaps = [b.start for a, b in pairwise(passages) if a.end != b.start]
    if passages[0].start != 0 or gaps:
        found.append(f"{name}: passages are missing; add it again")
    if urlsplit(name).scheme not in {"http", "https"}:
        file = Path(name)
        if not file.exists():
            found.append(f"{name}: the file is gone; its passages are kept until you remove them")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != passages[0].sha256:
            found.append(f"{name}: the file has changed; add it again")
    return found
