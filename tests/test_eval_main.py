"""`python -m eval` as a user meets it; in this process, so that it is quick."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.options import parser
from eval.reading import READING

TEXT = (
    "The harbour of Oldport was dredged in 1998.\n\nIt takes 40 ships a day.\n\n"
    "Marta Ruiz has been harbour master since 2015.\n"
)
FIELDS = [
    *("name", "kind", "n", "fingerprint", "settings", "model", "checker", "measures", "baselines"),
    *("timings", "failed"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An answers layout of a user's: three questions, one of them unanswerable, and a follow-up."""
    (tmp_path / "harbour" / "docs").mkdir(parents=True)
    (tmp_path / "harbour" / "docs" / "harbour.txt").write_text(TEXT, encoding="utf-8")
    master = {"doc": "harbour.txt", "start": TEXT.index("Marta"), "end": len(TEXT) - 1}
    rows = [
        {"id": "1", "question": "When was the harbour of Oldport dredged?", "tags": ["when"]},
        {"id": "2", "question": "Who is the harbour master?", "tags": ["who"], "answers": ["Marta Ruiz"]},
        {"id": "3", "question": "What do penguins eat?", "answerable": False, "tags": ["far"]},
    ]
    rows[0]["evidence"] = [{"doc": "harbour.txt", "start": 0, "end": 43}]
    rows[1]["evidence"] = [master]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "harbour" / "questions.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path / "harbour"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_json_is_the_contracts_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object on stdout and nothing else; every measure has its interval around it."""
    code, out, _ = run(capsys, "answers", folder, "--json", "--model", "none")
    result = json.loads(out)
    assert code == 0
    assert list(result) == FIELDS
    assert (result["name"], result["kind"], result["n"], result["failed"]) == ("harbour", "answers", 3, 0)
    assert result["model"] == "extractive"
    assert result["measures"]["citation_validity"]["value"] == 1
    assert all(m["low"] <= m["value"] <= m["high"] for m in result["measures"].values())


def test_a_table_names_what_was_measured_with_what(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Plain columns where stdout is no terminal: n, refusals, failures, model and checker stand beside."""
    code, out, _ = run(capsys, "answers", folder)
    assert code == 0
    first = out.splitlines()[0]
    assert first.startswith("harbour: 3 rows, 2 answerable, ")
    assert "0 failed, model extractive, checker footnote" in first
    assert any(line.startswith("evidence_hit ") and " to " in line for line in out.splitlines())
    assert "\x1b" not in out


def test_rows_are_answers_in_the_sets_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One Answer a line, with the id of its question; they can be measured again without asking."""
    rows = folder / "deep" / "rows.jsonl"
    _, first, _ = run(capsys, "answers", folder, "--rows", rows, "--json")
    lines = [json.loads(line) for line in rows.read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["1", "2", "3"]
    assert all(TEXT[c["start"] : c["end"]] == c["quote"] for line in lines for c in line["citations"])
    _, second, _ = run(capsys, "answers", folder, "--from", rows, "--json")
    assert json.loads(first)["measures"] == json.loads(second)["measures"]


def test_the_same_run_is_the_same_result(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Byte for byte, timings apart; also with several questions asked at once, and with saved rows."""
    texts = []
    for out, jobs in (("a", 1), ("b", 3), ("a", 1)):
        run(capsys, "answers", folder, "--out", folder / out, "--jobs", jobs)
        row = json.loads((folder / out / "result.json").read_text("utf-8"))
        row.pop("timings")
        texts.append(json.dumps(row))
    assert texts[0] == texts[1] == texts[2]


def test_a_selection_is_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--tag and --limit narrow the set, before or after the command's name."""
    _, out, _ = run(capsys, "answers", folder, "--tag", "who", "--tag", "far", "--json")
    assert json.loads(out)["n"] == 2
    _, out, _ = run(capsys, "--json", "--limit", 1, "answers", folder)
    assert json.loads(out)["n"] == 1


def test_a_broken_gate_is_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With one line that says which; a gate that holds is silent."""
    gates = folder / "gates.toml"
    gates.write_text("[always]\ncitation_validity = { min = 1 }\nquoted_chars = { max = 1 }\n", "utf-8")
    code, _, err = run(capsys, "answers", folder, "--gates", gates)
    assert code == 1
    assert [line for line in err.splitlines() if "gate" in line] == [
        line for line in err.splitlines() if line.startswith("gate broken: quoted_chars is ")
    ]
    gates.write_text("[always]\ncitation_validity = { min = 1 }\n", "utf-8")
    assert run(capsys, "answers", folder, "--gates", gates)[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("answers", "no/such/folder"),
        ("answers", "{folder}", "--tag", "nothing"),
        ("answers", "{folder}", "--gates", "no.toml"),
        ("answers", "{folder}", "--from", "no.jsonl"),
        ("answers", "{folder}", "--baseline", "no", "--out", "{folder}/out"),
        ("retrieval", "no/such/folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """A sentence on stderr that says what is wrong; no traceback."""
    code, out, err = run(capsys, *(a.format(folder=folder) for a in arguments))
    assert code == 2
    assert not out
    assert err.startswith("footnote: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--limit", "0"], ["answers"], ["nonsense"], ["--split", "train"]])
def test_bad_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What argparse refuses."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_article_set_runs_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The test split of the bundled set; a part of it is not held to gates for the whole."""
    code, out, _ = run(capsys, "--limit", 4, "--json")
    result = json.loads(out)
    assert (code, result["name"], result["n"]) == (0, "article", 4)
    assert result["settings"]["split"] == "test"


def test_help_needs_no_heavy_library() -> None:
    """The parser is built without Chroma, LlamaIndex or onnxruntime: `--help` answers at once."""
    code = (
        "import sys; from eval.options import parser; parser(); "
        "sys.exit(bool({'chromadb', 'llama_index', 'onnxruntime'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_measure_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each number that a run prints has its line in the report and its paragraph in eval/README.md."""
    _, out, _ = run(capsys, "answers", folder, "--json")
    readme = (Path(__file__).parent.parent / "eval" / "README.md").read_text("utf-8")
    names = json.loads(out)["measures"]
    assert len(names) > 12
    assert [name for name in names if not READING.get(name) or name not in readme] == []


def test_every_command_is_in_the_readme() -> None:
    """The list at the top of eval/README.md is the list that --help gives."""
    readme = (Path(__file__).parent.parent / "eval" / "README.md").read_text("utf-8")
    actions = [a for a in parser()._actions if a.dest == "kind"]
    assert [name for name in actions[0].choices or () if name not in readme] == []
