"""Where a store may be: a folder or a Chroma server. Light: a door looks before the slow imports."""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from index.errors import StoreUnusable

LOCK = "footnote.lock"  # the file in a store's folder that its one writer holds
DATABASE = "chroma.sqlite3"  # what Chroma keeps in a store's folder
PORT = 8000  # of `chroma run`
TIMEOUT_S = 5.0  # for a server's machine to say that it is there


def is_url(place: str) -> bool:
    """Whether a store's place is a server's address, not a folder."""
    return place.startswith(("http:", "https:"))  # urlsplit would raise at a malformed one


def server_of(place: str) -> tuple[str, int, bool]:
    """The host, the port and whether TLS is spoken, of a server's address.

    Raises:
        ValueError: the port is none.
    """
    url = urlsplit(place)
    secure = url.scheme == "https"
    return url.hostname or "", url.port or (443 if secure else PORT), secure


def check_place(place: str | None) -> None:
    """Pass a store's place (None: the default one), or say what is wrong with it; nothing is made or changed.

    Raises:
        StoreUnusable: neither a folder we may use nor an address where somebody answers.
    """
    if place is not None and is_url(place):
        _check_server(place)
    elif place is not None:
        check_folder(Path(place).expanduser())


def check_held(place: str | None) -> None:
    """Pass a store's place where there is a store to read; nothing is made or changed.

    The default place (None) passes: with nothing added yet, it holds nothing. A server tells by itself.

    Raises:
        StoreUnusable: `check_place` refuses it, or it is a folder without a store.
    """
    check_place(place)
    if place is not None and not is_url(place):
        folder = Path(place).expanduser()
        if not (folder / DATABASE).is_file():
            raise StoreUnusable(
                f"{folder}: there is no store; make one with `python -m index add FILE --store {folder}`, "
                "or name another folder"
            )


def check_folder(folder: Path) -> None:
    """Pass a folder that is a store, is empty, or can be made.

    Raises:
        StoreUnusable: it cannot be one.
    """
    try:
        _check_content(folder)
        nearest = next(above for above in (folder, *folder.absolute().parents) if above.exists())
    except (OSError, ValueError) as error:
        raise StoreUnusable(
            f"{folder}: cannot be opened as a store ({error}); name another folder"
        ) from error
    if not nearest.is_dir():
        raise StoreUnusable(f"{folder}: {nearest} is a file; name another folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise StoreUnusable(f"{folder}: {nearest} may not be written to; name another folder")


def _check_content(folder: Path) -> None:
    database = folder / DATABASE
    if folder.exists() and not folder.is_dir():
        raise StoreUnusable(f"{folder}: is a file, not a store; name a folder")
    if database.is_file():
        with database.open("rb") as file:
            if file.read(15) != b"SQLite format 3":
                raise StoreUnusable(
                    f"{folder}: its {DATABASE} is damaged; name another folder or delete this one"
                )
    elif folder.is_dir() and any(file.name != LOCK for file in folder.iterdir()):
        raise StoreUnusable(f"{folder}: holds other files and no index; name an empty or a new folder")


def _check_server(place: str) -> None:
    try:
        host, port, _ = server_of(place)
        socket.create_connection((host, port), TIMEOUT_S).close()
    except (OSError, ValueError) as error:
        raise StoreUnusable(
            f"{place}: no Chroma server answers there; start one with `chroma run`, or name a folder"
        ) from error
