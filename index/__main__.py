"""`python -m index`: look after a store. Exit code 0 fine, 1 a check failed, 2 bad usage or input."""

import argparse
import os
import sys

from index.errors import FootnoteError
from index.place import check_held, check_place


def main(arguments: list[str] | None = None) -> int:
    """Add, list, show, remove or check sources; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--store", metavar="S", help="a folder, or the URL of a Chroma server")
    parser = argparse.ArgumentParser(prog="python -m index", description="Look after a store of sources.")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", parents=[common], help="index files or addresses; changed parts only")
    add.add_argument("sources", nargs="+", metavar="PATH_OR_URL")
    commands.add_parser("list", parents=[common], help="the sources held")
    show = commands.add_parser("show", parents=[common], help="a source's passages and their places")
    show.add_argument("source", metavar="SOURCE")
    remove = commands.add_parser("remove", parents=[common], help="forget a source")
    remove.add_argument("source", metavar="SOURCE")
    commands.add_parser("check", parents=[common], help="whether the store is whole and its files unchanged")
    return parser


def _run(options: argparse.Namespace) -> int:
    from index.source import read_source

    # Everything that can be wrong with the input is found before the slow imports.
    place = options.store or os.environ.get("FOOTNOTE_STORE")
    adds = options.command == "add"
    (check_place if adds else check_held)(place)  # only `add` makes a store
    read = [read_source(path) for path in options.sources] if adds else []
    from index.embed import embedding_model
    from index.store import Store
    from index.verify import faults, find

    store = Store(place, embedding_model(os.environ.get("FOOTNOTE_EMBEDDING", "minilm")))
    if adds:
        for source in read:
            synced = store.sync(source)
            print(
                f"{source.name}: passages {synced.embedded} new, {synced.kept} kept, {synced.removed} removed"
            )
    elif options.command == "list":
        for name in store.names():
            source = store.source(name)
            print(f"{name}  {source.title}  ({len(source.text):,} characters)")
    elif options.command == "show":
        for passage in store.passages([find(store, options.source)]):
            print(f"[{passage.start:,}–{passage.end:,}]  {' '.join(passage.text.split())}")
    elif options.command == "remove":
        name = find(store, options.source)
        print(f"{name}: {store.remove(name)} passages removed")
    else:
        names = store.names()
        found = [fault for name in names for fault in faults(store, name)]
        print("\n".join(found) or f"{len(names)} sources, all whole and unchanged")
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
