"""`python -m eval`: tables on stdout, progress on stderr; exit 0 fine, 1 a gate failed, 2 bad usage or input."""

import argparse
import json
import sys
from pathlib import Path

from index.errors import FootnoteError


def main(arguments: list[str] | None = None) -> int:
    """Run one evaluation; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="one JSON object on stdout")
    common.add_argument("--out", metavar="DIR", help="write result.json and rows.jsonl there")
    common.add_argument("--model", metavar="M", help="the model that answers; none: quote")
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__, parents=[common])
    kinds = parser.add_subparsers(dest="kind")
    answers = kinds.add_parser("answers", parents=[common], help="answers layout -> answer measures")
    answers.add_argument("folder", type=Path)
    answers.add_argument("--rows", type=Path, metavar="FILE", help="write one Answer per line there")
    retrieval = kinds.add_parser("retrieval", parents=[common], help="BEIR layout -> ranking measures")
    retrieval.add_argument("folder", type=Path)
    retrieval.add_argument("--run", type=Path, metavar="FILE", help="write a TREC run there, 10 deep")
    return parser


def _run(options: argparse.Namespace) -> int:
    from eval.dataset import article_set, read_answers, read_retrieval

    if options.kind == "retrieval":
        from eval.retrieval import evaluate

        dataset = read_retrieval(options.folder)
        result, run = evaluate(dataset)
        if options.run:
            options.run.write_text(
                "".join(
                    f"{query} Q0 {doc} {rank} {score:.6f} footnote\n"
                    for query, found in run.items()
                    for rank, (doc, score) in enumerate(found, 1)
                ),
                encoding="utf-8",
            )
    else:
        from eval.answers import answer_all, engine_for, measure

        data = read_answers(options.folder) if options.kind == "answers" else article_set()
        with engine_for(data, options.model) as engine:
            rows = list(answer_all(engine, data))
        result = measure(data, rows)
        if options.kind == "answers" and options.rows:
            options.rows.write_text(
                "".join(json.dumps(a.to_json(), ensure_ascii=False) + "\n" for _, a in rows), encoding="utf-8"
            )
    if options.json:
        print(json.dumps(result.to_json(), ensure_ascii=False))
    else:
        for name, value in result.measures.items():
            print(f"{name:24} {value.value:9.4f}   [{value.low:.4f}, {value.high:.4f}]")
        print(result.timings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
