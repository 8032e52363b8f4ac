"""`python -m qa`: ask on the command line. Exit code 0 fine, 2 bad usage or input."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import FootnoteError
from index.place import check_place
from qa.errors import QuestionInvalid
from qa.question import check_question

if TYPE_CHECKING:
    from qa.engine import QueryEngine


def main(arguments: list[str] | None = None) -> int:
    """Answer one question, or a file of them; the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.question is None) == (options.questions is None):
        parser.error('ask one "QUESTION", or name a file with --questions')
    try:
        _run(options)
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader went away, as `head` does
        sys.stderr.close()
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m qa", description="Ask your documents; every sentence comes with its place."
    )
    parser.add_argument("question", nargs="?", metavar="QUESTION")
    parser.add_argument(
        "--questions", metavar="FILE", type=Path, help="one JSON object a line: id, question, history"
    )
    parser.add_argument(
        "--source",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH_OR_URL",
        help="answer from just these; without, from the bundled article",
    )
    parser.add_argument("--store", metavar="S", help="a folder, or the URL of a Chroma server")
    parser.add_argument("--model", metavar="M", help="the model that writes; none: quote from the source")
    parser.add_argument("--strict", action="store_true", help="leave out what the source does not support")
    parser.add_argument("--json", action="store_true", help="the whole Answer, as one JSON object")
    return parser


def _run(options: argparse.Namespace) -> None:
    # Everything that can be wrong with the input is found before the slow imports.
    rows = _rows(options.questions) if options.questions else []
    if options.question is not None:
        check_question(options.question)
    engine = _open(options)
    if options.question is None:
        for row in rows:
            answer = engine.ask(row["question"], row.get("history") or (), id=row.get("id"))
            print(json.dumps(answer.to_json(), ensure_ascii=False), flush=True)
        return
    answer = engine.ask(options.question)
    if options.json:
        print(json.dumps(answer.to_json(), ensure_ascii=False))
    else:
        from qa.render import show

        show(answer)


def _open(options: argparse.Namespace) -> "QueryEngine":
    from index.source import read_source
    from qa.settings import Settings

    settings = Settings.from_environment().choose(options.model)
    check_place(options.store or settings.store)
    sources = [read_source(path) for path in options.source]
    from qa.engine import QueryEngine

    return QueryEngine.open(*sources, store=options.store, strict=options.strict or None, settings=settings)


def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FootnoteError(f"{path}: cannot be read; give a UTF-8 file, one JSON object a line") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise FootnoteError(f"{path}, line {number}: not JSON ({error.msg})") from error
            if not isinstance(row, dict):
                raise FootnoteError(f'{path}, line {number}: needs an object with a "question"')
            try:
                check_question(row.get("question"), row.get("history") or ())
            except QuestionInvalid as error:
                raise FootnoteError(f"{path}, line {number}: {error}") from error
            rows.append(row)
    if not rows:
        raise FootnoteError(f'{path}: holds no question; give one JSON object a line, with a "question"')
    return rows


if __name__ == "__main__":
    sys.exit(main())
