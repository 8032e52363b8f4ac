"""The command line of `python -m eval`, and which function runs each command."""

import argparse
from pathlib import Path
from typing import Any

from eval import commands

_EPILOG = "How to read each number, and the data layouts: eval/README.md."


def parser() -> argparse.ArgumentParser:
    """The parser; `options.run(options)` gives the exit code."""
    top = argparse.ArgumentParser(
        prog="python -m eval",
        description="How good are the answers? Without a command: the article's own eval set.",
        epilog=_EPILOG,
        parents=[_common(), _answering()],
    )
    _judge(top, None)
    top.set_defaults(run=commands.article)
    kinds = top.add_subparsers(dest="kind", title="commands", metavar="COMMAND")
    _answers(kinds)
    _retrieval(kinds)
    _grounding(kinds)
    _compare(kinds)
    _probes(kinds)
    _exchange(kinds)
    _command(kinds, "bench", "speed: embedding against Chroma's own embedder, warm retrieval")
    return top


Kinds = Any  # argparse names the type of its subcommands privately


def _common(default: object = None) -> argparse.ArgumentParser:
    """What every command takes. A subcommand's parser must not undo what stood before it: SUPPRESS."""
    common = argparse.ArgumentParser(add_help=False)
    group = common.add_argument_group("what comes out")
    group.add_argument("--json", action="store_true", default=default, help="one JSON object on stdout")
    group.add_argument(
        "--out", type=Path, default=default, metavar="DIR", help="write report.html, rows.jsonl, result.json"
    )
    group.add_argument("--model", default=default, metavar="M", help="the model that answers; none: quote")
    return common


def _answering(default: object = None) -> argparse.ArgumentParser:
    """What every command that asks questions takes."""
    asking = argparse.ArgumentParser(add_help=False)
    group = asking.add_argument_group("which rows, and how")
    group.add_argument("--split", default=default, choices=("all", "dev", "test"), help="rows of one split")
    group.add_argument(
        "--tag", action="append", default=default, metavar="T", help="only rows with this tag (repeatable)"
    )
    group.add_argument("--limit", type=_count, default=default, metavar="N", help="only the first N rows")
    group.add_argument("--jobs", type=_count, default=default, metavar="N", help="questions asked at once")
    group.add_argument(
        "--gates", type=Path, default=default, metavar="FILE", help="bounds to hold (TOML); exit 1 if broken"
    )
    group.add_argument(
        "--baseline",
        type=Path,
        default=default,
        metavar="OLD",
        help="a saved result to report the change from",
    )
    return asking


def _command(kinds: Kinds, name: str, text: str, asks: bool = False) -> argparse.ArgumentParser:
    parents = [_common(argparse.SUPPRESS)] + ([_answering(argparse.SUPPRESS)] if asks else [])
    command: argparse.ArgumentParser = kinds.add_parser(
        name, help=text, description=text, epilog=_EPILOG, parents=parents
    )
    command.set_defaults(run=getattr(commands, {"import": "import_"}.get(name, name)))
    return command


def _answers(kinds: Kinds) -> None:
    answers = _command(kinds, "answers", "answers layout -> answer measures", asks=True)
    answers.add_argument("folder", type=Path, metavar="DIR", help="docs/*.txt and questions.jsonl")
    answers.add_argument("--rows", type=Path, metavar="FILE", help="write one Answer per line there")
    answers.add_argument(
        "--from", dest="given", type=Path, metavar="FILE", help="measure these answers (JSONL); ask nothing"
    )
    _judge(answers, argparse.SUPPRESS)


def _judge(command: argparse.ArgumentParser, default: object) -> None:
    command.add_argument(
        "--judge",
        type=_count,
        default=default,
        metavar="N",
        help="have a model vote N times on each sentence; advisory, gates nothing",
    )


def _retrieval(kinds: Kinds) -> None:
    retrieval = _command(kinds, "retrieval", "BEIR or answers layout -> ranking measures")
    retrieval.add_argument("folder", type=Path, metavar="DIR")
    retrieval.add_argument("--run", dest="run_file", type=Path, metavar="FILE", help="write a TREC run there")


def _grounding(kinds: Kinds) -> None:
    grounding = _command(kinds, "grounding", "claim pairs -> checker measures")
    grounding.add_argument("file", type=Path, metavar="FILE")
    grounding.add_argument("--rows", type=Path, metavar="FILE", help="write {id, score} per line there")


def _compare(kinds: Kinds) -> None:
    compare = _command(kinds, "compare", "two saved results: what got better or worse, which rows flipped")
    compare.add_argument("old", type=Path, metavar="OLD", help="a result.json, or the folder of --out")
    compare.add_argument("new", type=Path, metavar="NEW")


_PROBES = {
    "ablation": "cut and alter what answers cite, ask again: what is still said comes from memory",
    "injection": "plant documents with orders, forged passages and markers: who falls for them",
    "rephrasing": "ask each question in five other shapes: how often the evidence changes",
    "sensitivity": "judge the same answers with two checkers: how much of a number is the checker's",
}


def _probes(kinds: Kinds) -> None:
    for name, text in _PROBES.items():
        probe = _command(kinds, name, text, asks=True)
        probe.add_argument(
            "folder", type=Path, nargs="?", metavar="DIR", help="an answers layout; without: the article"
        )


def _exchange(kinds: Kinds) -> None:
    new = _command(kinds, "new", "draft an answers layout from a document of yours, to correct by hand")
    new.add_argument("file", type=Path, metavar="FILE")
    new.add_argument(
        "--into", type=Path, metavar="DIR", help="a new folder, as --out; without: FILE's name and -eval"
    )
    new.add_argument(
        "--limit", type=_count, default=argparse.SUPPRESS, metavar="N", help="questions, 40 at most"
    )
    bring = _command(kinds, "import", "a SQuAD file, or rows of ragas or deepeval -> an answers layout")
    bring.add_argument("shape", choices=("squad", "rows"))
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("folder", type=Path, metavar="DIR", help="a new folder")
    export = _command(kinds, "export", "a saved run -> rows for ragas or deepeval, on stdout")
    export.add_argument("shape", choices=("ragas", "deepeval"))
    export.add_argument("run_folder", type=Path, metavar="OUT", help="the folder of --out")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_count.__name__ = "number above 0"  # argparse says "invalid ... value"
