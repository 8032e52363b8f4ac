"""The commands of `python -m eval`: each reads its options, runs, shows or saves, and gives the exit code.

What a command needs is imported when it runs: Chroma and LlamaIndex take seconds, `compare` needs neither.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import gates, terminal
from eval.dataset import AnswersSet, DatasetInvalid, Question, Selection, select
from eval.layouts import article_set, read_answers, read_retrieval
from eval.paired import rows_of_claims
from eval.result import write_json
from eval.running import ask, finish, folder_at, opened, settings_of
from eval.saved import write_rows

if TYPE_CHECKING:
    from eval.draft import Draft
    from eval.probe import Found, OpenEngine, Track
    from index.passage import Source
    from qa.settings import Settings

    Probe = Callable[[AnswersSet, OpenEngine, Track], Found]

Options = argparse.Namespace


def article(options: Options) -> int:
    """The article's own set; its test split is held to eval/gates.toml."""
    selection = _selection(options)
    bounds = options.gates or (gates.GATES if selection.whole and selection.split == "test" else None)
    return ask(options, select(article_set(), selection), selection, bounds)


def answers(options: Options) -> int:
    """An answers layout; nothing is gated unless --gates says so."""
    selection = _selection(options)
    return ask(options, select(read_answers(options.folder), selection), selection, options.gates)


def retrieval(options: Options) -> int:
    """A BEIR layout, or the spans of an answers layout."""
    from eval import retrieval as room

    if (options.folder / "questions.jsonl").exists():
        if options.run_file:
            raise DatasetInvalid(
                f"{options.folder}: an answers layout has no documents to rank; leave out --run"
            )
        answers_set = read_answers(options.folder)
        result, scores = room.evaluate_spans(answers_set)
        _keep_rows(options, _scored(answers_set.questions, scores))
        return finish(options, result)
    dataset = read_retrieval(options.folder)
    result, run = room.evaluate(dataset)
    _keep_rows(options, _scored(dataset.queries, room.ranking_scores(run, dataset)))
    if options.run_file:
        _write_lines(options.run_file, _trec(run))
    return finish(options, result)


def bench(options: Options) -> int:
    """Speed, as ratios of one run on this machine."""
    from eval.bench import bench as measure_speed

    return finish(options, measure_speed())


def grounding(options: Options) -> int:
    """Claim pairs, scored by the project's checker."""
    from eval.grounding import evaluate, read_claims

    result, scores = evaluate(options.file)
    if options.rows:
        lines = (json.dumps({"id": id_, "score": score}) + "\n" for id_, score in scores.items())
        _write_lines(options.rows, lines)
    if options.out:
        _keep_rows(options, rows_of_claims(read_claims(options.file), scores))
    return finish(options, result)


def compare(options: Options) -> int:
    """Two saved results: what got better or worse, and which rows flipped."""
    from eval.compare import compare as set_side_by_side
    from eval.saved import read_saved

    found = set_side_by_side(read_saved(options.old), read_saved(options.new))
    if options.json:
        print(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        terminal.show_comparison(found)
    if options.out:
        folder = folder_at(options.out)
        write_json(found.to_json(), folder / "result.json")
    return 0


def ablation(options: Options) -> int:
    """Cut and alter what answers cite, and ask again."""
    from eval.ablation import ablate

    return _probe(options, "ablation", ablate)


def injection(options: Options) -> int:
    """Plant documents that attack, and ask."""
    from eval.injection import inject

    return _probe(options, "injection", inject)


def rephrasing(options: Options) -> int:
    """Ask each question in five other shapes."""
    from eval.rephrasing import rephrase

    return _probe(options, "rephrasing", rephrase)


def sensitivity(options: Options) -> int:
    """Judge the same answers with two checkers."""
    from eval.answers import answer_all
    from eval.attribution import Footnote, WordOverlap
    from eval.sensitivity import sensitivity as judge_twice

    def probe(dataset: AnswersSet, open_engine: "OpenEngine", track: "Track") -> "Found":
        rows = answer_all(lambda: open_engine(dataset.docs), dataset, options.jobs or 1)
        return judge_twice(track(list(rows)), Footnote(), WordOverlap())

    return _probe(options, "sensitivity", probe)


def new(options: Options) -> int:
    """Draft an answers layout from a user's document: by the model where one is set, else by rule."""
    from eval.draft import refuse_filled, unanswerable, write_draft
    from index.source import read_source
    from qa.settings import Settings

    settings = Settings.from_environment().choose(options.model)
    source = read_source(options.file)
    if options.into and options.out:
        raise DatasetInvalid("--into and --out name the same folder here; give one of them")
    folder = options.into or options.out or Path(f"{options.file.stem}-eval")
    refuse_filled(folder, "name a new folder with --into")
    limit = options.limit or 40
    wanted = limit - limit // 4  # of four questions one is unanswerable
    made, chosen, dropped = _drafted(source, settings, wanted)
    others = unanswerable(source, chosen, min(limit - wanted, (len(chosen) + 1) // 2))
    write_draft(source, folder, [*chosen, *others])
    counts = {"answerable": len(chosen), "unanswerable": len(others), "dropped": dropped, "made": made}
    return _told(
        options,
        {"folder": str(folder), "questions": len(chosen) + len(others)} | counts,
        f"{len(chosen)} questions drafted {made}, and {len(others)} that {options.file.name} does not "
        f"answer, in {folder}/questions.jsonl ({dropped} dropped: what they quote stands nowhere). None is "
        f"reviewed: correct them by hand, then run: python -m eval answers {folder}",
    )


def _drafted(source: "Source", settings: "Settings", wanted: int) -> "tuple[str, list[Draft], int]":
    """How drafts were made, the drafts, and how many were dropped; rules stand in for a model that fails."""
    from eval.draft import drafts, spread

    dropped = 0
    if settings.writes:
        from eval.draft_model import draft_with_model

        found = draft_with_model(source, settings, wanted)
        dropped = found.dropped
        if found.failure:
            print(f"footnote: the model {found.failure}", file=sys.stderr)
        if found.drafts:
            return "by the model", list(found.drafts), dropped
    return "by rule", spread(list(drafts(source)), wanted), dropped


def import_(options: Options) -> int:
    """Another evaluator's file as an answers layout."""
    from eval.exchange import IMPORTERS

    if options.out:
        raise DatasetInvalid("the folder stands after the file here; leave out --out")
    found = IMPORTERS[options.shape](options.file, options.folder)
    adrift = f" ({found.adrift} answers stand elsewhere than they say: no evidence)" if found.adrift else ""
    return _told(
        options,
        {"folder": str(options.folder)} | asdict(found),
        f"{found.questions} questions in {options.folder}{adrift}; "
        f"run: python -m eval answers {options.folder}",
    )


def export(options: Options) -> int:
    """A saved run as rows of another evaluator, on stdout."""
    from eval.exchange import export_rows
    from eval.saved import read_saved

    if options.out:
        raise DatasetInvalid("rows go to stdout here: leave out --out and add > FILE")
    for row in export_rows(read_saved(options.run_folder).rows(), options.shape):
        print(json.dumps(row, ensure_ascii=False))
    return 0


def _told(options: Options, row: Mapping[str, Any], text: str) -> int:
    print(json.dumps(row, ensure_ascii=False) if options.json else text)
    return 0


def _probe(options: Options, kind: str, probe: "Probe") -> int:
    """Run a probe over the chosen questions; the article's where no folder is named."""
    from eval.probe import reindexing, result_of

    selection = _selection(options)
    whole = read_answers(options.folder) if options.folder else article_set()
    dataset = select(whole, selection)
    with reindexing(options.model) as open_engine:
        found = probe(dataset, open_engine, lambda items: terminal.track(items, len(items), kind))
    result = result_of(kind, dataset, found, settings_of(selection))
    _keep_rows(options, found.rows)
    return finish(options, result, options.gates)


def _selection(options: Options) -> Selection:
    # The article's figures are those of its test split; a user's own set is run whole.
    own = getattr(options, "folder", None) is not None
    return Selection(options.split or ("all" if own else "test"), tuple(options.tag or ()), options.limit)


def _scored(questions: Iterable[Question], scores: Mapping[str, Mapping[str, float]]) -> Iterator[Any]:
    """The questions that were measured, as rows that `compare` pairs."""
    for question in questions:
        if question.id in scores:
            yield {"id": question.id, "question": question.question, "scores": scores[question.id]}


def _keep_rows(options: Options, rows: Iterable[Mapping[str, Any]]) -> None:
    if options.out:
        write_rows(folder_at(options.out) / "rows.jsonl", rows)


def _trec(run: Mapping[str, list[tuple[str, float]]]) -> Iterator[str]:
    for query, found in run.items():
        for rank, (document, score) in enumerate(found, start=1):
            yield f"{query} Q0 {document} {rank} {score:.6f} footnote\n"


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with opened(path) as file:
        file.writelines(lines)
