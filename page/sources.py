"""What the sources tab does: add, remove, read again, choose."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.errors import FootnoteError, SourceUnreadable
from index.passage import Source
from index.readers.web import is_address
from index.source import read_source
from page.screen import Screen
from page.session import Desk, Open, Visit, add, choose, remove
from page.shelf import shelf
from page.show import Detail, pane

News = tuple[str, str]  # its kind, "good" | "bad" | "busy", and a line


def add_sources(given: Sequence[str], visit: Visit, open_engine: Open) -> Iterator[Screen]:
    """Each file or address in turn: that it is being read, then what came of it."""
    news: list[News] = []
    for path in given:
        kept = is_address(path) or path in visit.desk.names
        shown = path if kept else Path(path).name
        words = visit.desk.library.words
        yield Screen(shelf=shelf(visit.desk, [*news, ("busy", words["reading"].format(name=shown))]))
        try:
            source = _read(path, shown, visit.desk)
            visit = replace(visit, desk=add(visit.desk, source, open_engine))
            document = visit.desk.library.find(shown)
            count = len(document.passages) if document else 0
            news.append(("good", words["added"].format(name=shown, passages=count)))
        except FootnoteError as error:
            news.append(("bad", str(error).replace(path, shown)))
        yield Screen(desk=visit.desk, shelf=shelf(visit.desk, news))
    yield Screen(
        desk=visit.desk, shelf=shelf(visit.desk, news), pane=pane(visit, {"name": visit.desk.names[-1]})
    )


def read_address(address: str, desk: Desk) -> Source:
    """What stands at `address`, for a visitor with this desk.

    Raises:
        SourceUnreadable: no http(s) address, out of reach, or in a private network where the desk is guarded.
    """
    if not is_address(address):
        raise SourceUnreadable(address[:100] or "the address", "must begin with http:// or https://")
    return _read(address, address, desk)


def _read(path: str, shown: str, desk: Desk) -> Source:
    """A source; what the page was opened with is its owner's choice, in a private network or not."""
    shared = shown in desk.names and shown not in desk.own
    return read_source(path, name=shown, public_only=desk.guarded and not shared)


def on_shelf(detail: Detail, visit: Visit, open_engine: Open) -> Iterator[Screen]:
    """What a switch or a button beside a source asks for."""
    act, name = detail.get("shelf"), str(detail.get("name", ""))
    desk = visit.desk
    if name not in desk.names:
        return
    if act == "show":
        yield Screen(pane=pane(visit, {"name": name}))
    elif act == "reread" and (is_address(name) or Path(name).is_absolute()):  # an upload is not
        yield from add_sources([name], visit, open_engine)
    elif act == "remove":
        visit = replace(visit, desk=remove(desk, name, open_engine))
        line = desk.library.words["removed"].format(name=name)
        yield Screen(desk=visit.desk, shelf=shelf(visit.desk, [("good", line)]), pane=pane(visit, {}))
    elif act == "use":
        unused = desk.unused - {name} if detail.get("on") else desk.unused | {name}
        visit = replace(visit, desk=choose(desk, unused, open_engine))
        yield Screen(desk=visit.desk, shelf=shelf(visit.desk))
