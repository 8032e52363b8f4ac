"""Two saved runs set side by side."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from test_eval_answers import DOC, asked, refused, told

from eval.__main__ import main
from eval.answers import measure
from eval.compare import NotComparable, compare
from eval.dataset import AnswersSet
from eval.markdown import markdown
from eval.result import Result, ResultInvalid, read_result, write_json
from eval.rows import Row
from eval.saved import read_saved

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
