"""`python -m qa` as a user meets it; in this process, so that it is quick."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from index.source import MAX_BYTES
from qa.__main__ import main
from qa.engine import QueryEngine
from qa.render import show


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store of the test's own."""
    return str(tmp_path / "store")


def answer_of(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The one JSON object printed."""
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_prints_the_answer_then_its_footnote(
    capsys: pytest.CaptureFixture[str], note: Path, store: str
) -> None:
    """A person sees the sentence with [1], and under it the quote and where it stands."""
    assert main(["When was the harbour dredged?", "--source", str(note), "--store", store]) == 0
    out = capsys.readouterr().out
    assert out.index("[1]") < out.index("“The harbour was dredged in 1998.”")
    assert "The harbour of Oldport · harbour_note.md, characters 26–58" in " ".join(out.split())


def test_json_is_the_contracts_answer(capsys: pytest.CaptureFixture[str], note: Path, store: str) -> None:
    """Every quote is the file's own text at its span, and every field of the contract is there."""
    assert main(["When was the harbour dredged?", "--source", str(note), "--store", store, "--json"]) == 0
    answer = answer_of(capsys)
    assert set(answer) >= {
        *("id", "question", "standalone", "status", "text", "model", "confidence", "sentences"),
        *("citations", "passages", "timings_ms", "tokens", "warnings"),
    }
    assert answer["status"] == "answered"
    assert answer["model"] == "extractive"
    for citation in answer["citations"]:  # type: ignore[attr-defined]
        assert note.read_text("utf-8")[citation["start"] : citation["end"]] == citation["quote"]
        assert "1998" in citation["quote"]
    assert set(answer["timings_ms"]) >= {"retrieve", "answer", "check", "total"}  # type: ignore[call-overload]


def test_silent_source_is_said_so(capsys: pytest.CaptureFixture[str], note: Path, store: str) -> None:
    """A question the source does not answer gets no citation, and the nearest passages."""
    question = "Which chocolate cake recipe needs no eggs?"
    assert main([question, "--source", str(note), "--store", store, "--json"]) == 0
    answer = answer_of(capsys)
    assert (answer["status"], answer["sentences"], answer["citations"]) == ("not_in_source", [], [])
    assert answer["passages"]


def test_questions_file_gives_one_answer_a_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, note: Path, store: str
) -> None:
    """--questions keeps order and ids, and takes history into account."""
    rows = [
        {"id": "a", "question": "Who is the harbour master?"},
        {
            "id": "b",
            "question": "Since when?",
            "history": [{"role": "user", "content": "Who is the harbour master?"}],
        },
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert main(["--questions", str(path), "--source", str(note), "--store", store]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["id"], second["id"]) == ("a", "b")
    assert "Marta Ruiz" in second["text"]
    assert second["standalone"] != second["question"]


def test_same_question_same_bytes(capsys: pytest.CaptureFixture[str], note: Path, tmp_path: Path) -> None:
    """Two fresh stores give the same Answer, timings apart."""
    printed = []
    for name in ("one", "two"):
        main(["Who runs the harbour?", "--source", str(note), "--store", str(tmp_path / name), "--json"])
        printed.append(answer_of(capsys) | {"timings_ms": None})
    assert printed[0] == printed[1]


def _file(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: str(folder / "gone.txt"), "no such file"),
        (str, "is a folder"),
        (lambda folder: _file(folder, "empty.txt", b" \n"), "is empty"),
        (lambda folder: _file(folder, "binary.txt", bytes(range(256))), "not a text file"),
        (lambda folder: _file(folder, "latin.txt", "Café in Köln".encode("latin-1")), "save it as UTF-8"),
        (lambda folder: _file(folder, "utf16.txt", "Hello there".encode("utf-16")), "save it as UTF-8"),
        (lambda folder: _file(folder, "large.txt", b"word " * (MAX_BYTES // 5 + 1)), "split it"),
    ],
    ids=["missing", "folder", "empty", "binary", "latin-1", "utf-16", "large"],
)
def test_bad_source_is_one_clear_line(
    make: object, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A source that cannot be used ends with exit code 2 and one line that says what to do."""
    assert main(["Why?", "--source", make(tmp_path), "--store", str(tmp_path / "store")]) == 2  # type: ignore[operator]
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("question", "says"), [("  ", "the question is empty"), ("why " * 2500, "ask in 5,000 or fewer")]
)
def test_bad_question_is_one_clear_line(
    question: str, says: str, note: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty or a 10,000-character question ends with exit code 2."""
    assert main([question, "--source", str(note), "--store", store]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_store_that_is_none(tmp_path: Path, note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with other things in it is not taken for a store, and nothing in it is touched."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"meow")
    assert main(["Why?", "--source", str(note), "--store", str(tmp_path / "photos")]) == 2
    assert "name an empty or a new folder" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.jpg"]


def test_questions_file_names_the_bad_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken line of --questions is named before anything is answered."""
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "Why?"}\n{"question": \n', encoding="utf-8")
    assert main(["--questions", str(path)]) == 2
    assert "line 2" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", " \n\n"], ids=["empty", "blank"])
def test_a_questions_file_without_a_question_is_said(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No answers and no word would look like success: exit code 2, and one line that says what to give."""
    path = tmp_path / "questions.jsonl"
    path.write_text(text, encoding="utf-8")
    assert main(["--questions", str(path)]) == 2
    error = capsys.readouterr().err
    assert "holds no question" in error
    assert error.count("\n") == 1


def test_a_bad_history_names_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """History that is no list of turns is a clear line, not a traceback."""
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "Why?", "history": "abc"}\n', encoding="utf-8")
    assert main(["--questions", str(path)]) == 2
    error = capsys.readouterr().err
    assert "line 1: history must be a list of turns" in error
    assert error.count("\n") == 1


def test_markers_of_the_source_are_not_ours(
    tmp_path: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A "[7]" in a document stays in the quote, and cannot be read as a marker in the answer's text."""
    path = tmp_path / "pump.txt"
    path.write_text("The pump was built by Otto Kern in 1887 [7]. It weighs 90 tonnes.", encoding="utf-8")
    assert main(["Who built the pump?", "--source", str(path), "--store", store, "--json"]) == 0
    answer = answer_of(capsys)
    assert "[7]" in answer["citations"][0]["quote"]  # type: ignore[index]
    assert "[7]" not in str(answer["text"])
    assert "[1]" in str(answer["text"])


def test_a_name_the_source_never_mentions_is_said(
    note: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answered or not, the reader is told that a name of the question is nowhere in the source."""
    assert (
        main(["Did Marta Ruiz meet Xi Jinping in 2015?", "--source", str(note), "--store", store, "--json"])
        == 0
    )
    answer = answer_of(capsys)
    assert "never mentions Xi Jinping" in f"{answer['text']} {answer['warnings']}"


def test_no_question_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a question nor a file of them: argparse says how, exit code 2."""
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2
    assert "QUESTION" in capsys.readouterr().err


def test_a_document_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Escape codes and rich markup in a document are shown as text or left out, never obeyed."""
    path = tmp_path / "evil.txt"
    path.write_text("The harbour master \x1b[31mMarta\x1b[0m likes [bold red]cheese[/].", encoding="utf-8")
    answer = QueryEngine.open(str(path), store=str(tmp_path / "store")).ask(
        "What does the harbour master like?"
    )
    written = io.StringIO()
    show(answer, Console(file=written, width=100, highlight=False, force_terminal=False))
    assert "\x1b" not in written.getvalue()
    assert "[bold red]cheese[/]" in written.getvalue()
