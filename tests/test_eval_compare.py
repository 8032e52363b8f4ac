"""Two saved runs set side by side."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from test_eval_answers import DOC, asked, refused, told

from eval import grounding
from eval.__main__ import main
from eval.answers import measure
from eval.compare import NotComparable, compare
from eval.dataset import AnswersSet
from eval.grounding import Claim
from eval.markdown import markdown
from eval.paired import measures_of, rows_of_claims
from eval.result import Result, ResultInvalid, read_result, write_json
from eval.rows import Row
from eval.saved import read_saved, write_rows

QUESTIONS = tuple(asked(f"q{i}", answerable=i % 4 > 0) for i in range(40))
SET = AnswersSet("harbour", (DOC,), QUESTIONS)


def save(folder: Path, rows: Sequence[Row], dataset: AnswersSet = SET) -> Path:
    """A finished run of these rows."""
    folder.mkdir()
    lines: list[Mapping[str, object]] = []
    result = measure(
        dataset,
        rows,
        keep=lambda row, scores: lines.append(
            asdict(row.question) | {"scores": scores, "answer": row.answer.to_json(), "error": row.error}
        ),
    )
    write_json(result.to_json(), folder / "result.json")
    (folder / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return folder


def run_of(hits: int) -> list[Row]:
    """The first `hits` answerable questions answered rightly, the other ones with the wrong place."""
    answerable = [q.id for q in QUESTIONS if q.answerable]
    return [
        (told(q) if q.id in answerable[:hits] else told(q, 32, 57)) if q.answerable else refused(q)
        for q in QUESTIONS
    ]


def test_a_run_against_itself_changes_nothing(tmp_path: Path) -> None:
    """Every difference is 0 with no width, no row flips."""
    place = save(tmp_path / "a", run_of(10))
    found = compare(read_saved(place), read_saved(place))
    assert found.paired == 40
    assert {change.verdict for change in found.changes} == {"same"}
    assert found.flips == ()


def test_better_and_worse_are_told_apart(tmp_path: Path) -> None:
    """Five hits against 25 of 30: up by 20/30, 20 rows flip; the other way round it is worse."""
    old, new = save(tmp_path / "a", run_of(5)), save(tmp_path / "b", run_of(25))
    up = compare(read_saved(old), read_saved(new))
    change = next(c for c in up.changes if c.measure == "evidence_hit")
    assert change.difference is not None
    assert change.difference.value == pytest.approx(20 / 30, abs=1e-4)
    assert change.difference.low > 0.4
    assert change.verdict == "better"
    assert [(f.old, f.new, f.better) for f in up.flips] == [("missed", "hit", True)] * 20
    down = compare(read_saved(new), read_saved(old))
    assert next(c for c in down.changes if c.measure == "evidence_hit").verdict == "worse"
    assert all(flip.better is False for flip in down.flips)


def test_lower_is_better_for_error_rates(tmp_path: Path) -> None:
    """Answering what was refused lowers over_refusal_rate: that is better."""
    rows = [refused(q) for q in QUESTIONS]
    old, new = save(tmp_path / "a", rows), save(tmp_path / "b", run_of(30))
    found = compare(read_saved(old), read_saved(new))
    change = next(c for c in found.changes if c.measure == "over_refusal_rate")
    assert (change.old, change.new, change.verdict) == (1, 0, "better")


def test_one_row_of_many_is_unclear(tmp_path: Path) -> None:
    """One hit more in 30 is within chance: said so, and the row is still named."""
    found = compare(
        read_saved(save(tmp_path / "a", run_of(10))), read_saved(save(tmp_path / "b", run_of(11)))
    )
    assert next(c for c in found.changes if c.measure == "evidence_hit").verdict == "unclear"
    assert len(found.flips) == 1


def test_pairing_cancels_what_is_hard_for_both(tmp_path: Path) -> None:
    """The interval of the difference is narrower than that of either run."""
    old, new = save(tmp_path / "a", run_of(10)), save(tmp_path / "b", run_of(13))
    found = compare(read_saved(old), read_saved(new))
    change = next(c for c in found.changes if c.measure == "evidence_hit")
    single = read_result(old).measures["evidence_hit"]
    assert change.difference is not None
    assert change.difference.high - change.difference.low < single.high - single.low


def test_other_questions_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another fingerprint: exit code 2 and one line; the same for a broken or missing file."""
    other = AnswersSet("harbour", (replace(DOC, sha256="1"),), QUESTIONS)
    old, new = save(tmp_path / "a", run_of(5)), save(tmp_path / "b", run_of(5), other)
    with pytest.raises(NotComparable, match="different questions or documents"):
        compare(read_saved(old), read_saved(new))
    (tmp_path / "bad.json").write_text("{}", "utf-8")
    for arguments in ((old, new), (old, tmp_path / "none"), (old, tmp_path / "bad.json")):
        assert main(["compare", *map(str, arguments)]) == 2
        out, err = capsys.readouterr()
        assert not out
        assert len(err.splitlines()) == 1


def test_results_without_rows_are_compared_unpaired(tmp_path: Path) -> None:
    """Two result files alone: the values side by side, no interval, nothing called better or worse."""
    old, new = save(tmp_path / "a", run_of(5)), save(tmp_path / "b", run_of(25))
    for place in (old, new):
        (place / "rows.jsonl").unlink()
    found = compare(read_saved(old / "result.json"), read_saved(new))
    assert found.paired == 0
    assert {change.verdict for change in found.changes} <= {"same", "unclear"}


def test_compare_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table with the rows that flipped; --json gives one object."""
    old, new = save(tmp_path / "a", run_of(5)), save(tmp_path / "b", run_of(25))
    assert main(["compare", str(old), str(new)]) == 0
    out, _ = capsys.readouterr()
    assert "20 rows flipped: 20 for the better, 0 for the worse" in out
    assert main(["compare", str(old), str(new), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["paired"] == 40
    assert len(found["flips"]) == 20


def test_a_result_survives_its_json(tmp_path: Path) -> None:
    """What `to_json` wrote, `from_json` reads."""
    result = read_result(save(tmp_path / "a", run_of(5)))
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result
    with pytest.raises(ResultInvalid):
        Result.from_json({"name": "x"})


def test_markdown_for_a_pull_request(tmp_path: Path) -> None:
    """Measures, or what changed; a question is text there, whatever signs it holds."""
    rows = run_of(25)
    rows[1] = replace(rows[1], question=replace(rows[1].question, question="<script>|`x`"))
    old, new = save(tmp_path / "a", run_of(5)), save(tmp_path / "b", rows)
    result = read_result(new)
    assert "| `evidence_hit` | 0.8333 |" in markdown(result)
    text = markdown(result, compare(read_saved(old), read_saved(new)), ["gate broken: x"])
    assert ":x: gate broken: x" in text
    assert "20 rows flipped" in text
    assert "<script>" not in text


def saved_claims(folder: Path, scores: Mapping[str, float]) -> Path:
    """A finished grounding run over CLAIMS with these scores."""
    found = grounding.measure(CLAIMS, [scores[claim.id] for claim in CLAIMS])
    folder.mkdir()
    result = Result("claims", "grounding", len(CLAIMS), "f", {"threshold": 0.5}, "none", "made", found)
    write_json(result.to_json(), folder / "result.json")
    write_rows(folder / "rows.jsonl", rows_of_claims(CLAIMS, scores))
    return folder


CLAIMS = [Claim(f"c{i}", f"g{i // 3}", f"claim {i}", "text", i % 4 > 0) for i in range(60)]


def test_grounding_runs_are_compared(tmp_path: Path) -> None:
    """A checker that is right against one that is turned round: every measure worse, every claim flips."""
    right = {claim.id: 0.9 - 0.001 * i if claim.supported else 0.1 for i, claim in enumerate(CLAIMS)}
    old = read_saved(saved_claims(tmp_path / "old", right))
    new = read_saved(saved_claims(tmp_path / "new", {name: 1 - score for name, score in right.items()}))
    found = compare(old, new)
    verdicts = {change.measure: change.verdict for change in found.changes}
    assert set(verdicts) == set(old.result.measures)
    assert set(verdicts.values()) == {"worse"}
    assert Counter((f.old, f.new) for f in found.flips) == {
        ("rightly supported", "false alarm"): 45,
        ("caught", "let through"): 15,
    }


def test_the_statistics_of_saved_claims_are_the_runs_own(tmp_path: Path) -> None:
    """By sentence and by reply: what is resampled for a comparison is what the run reported."""
    scores = {claim.id: (7 * i % 11) / 11 for i, claim in enumerate(CLAIMS)}
    saved = read_saved(saved_claims(tmp_path / "run", scores))
    again = measures_of(saved.result, saved.scores().values())
    assert again.keys() == saved.result.measures.keys()
    for name, measure_ in again.items():
        value = measure_.statistic(np.arange(measure_.n))
        assert value == pytest.approx(saved.result.measures[name].value, abs=1e-4), name
    assert (again["auroc"].n, again["group_auroc"].n) == (60, 20)


def test_retrieval_and_grounding_commands_save_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs of both kinds compare with themselves, row by row; with each other they are refused."""
    (tmp_path / "set" / "qrels").mkdir(parents=True)
    for name, text in {
        "corpus.jsonl": '{"_id": "d1", "text": "Bees make honey."}\n{"_id": "d2", "text": "Ships sail."}\n',
        "queries.jsonl": '{"_id": "q1", "text": "Who makes honey?"}\n{"_id": "q2", "text": "What sails?"}\n',
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
    }.items():
        (tmp_path / "set" / name).write_text(text, "utf-8")
    claim = {"id": "1", "group": "g", "claim": "Bees make honey.", "evidence": "Bees make honey."}
    (tmp_path / "claims.jsonl").write_text(json.dumps(claim | {"supported": True}) + "\n", "utf-8")
    runs = ("retrieval", "set", "a"), ("retrieval", "set", "b"), ("grounding", "claims.jsonl", "c")
    for kind, what, out in runs:
        assert main([kind, str(tmp_path / what), "--out", str(tmp_path / out)]) == 0
    assert main(["compare", str(tmp_path / "c"), str(tmp_path / "c")]) == 0
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["paired"], found["flips"]) == (1, [])
    assert {change["verdict"] for change in found["changes"]} == {"same"}
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "c")]) == 2
