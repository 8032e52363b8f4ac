"""The door: bad usage is one line and exit code 2."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app import BadUsage, _users

ROOT = Path(__file__).parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What `app.py` does with these arguments."""
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_port_in_use_is_one_line_and_exit_2() -> None:
    """Somebody else listens on the port: one line says so and names the way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "--port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_missing_source_is_one_line_and_exit_2(tmp_path: Path) -> None:
    """A source that is not there: one clear line, no traceback."""
    done = run("nowhere.md", "--store", str(tmp_path / "store"), "--port", "0")
    assert done.returncode == 2
    assert "nowhere.md: no such file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_none_is_bad_usage() -> None:
    """Ports above 65535 do not exist; the parser's own exit code is 2 as well."""
    done = run("--port", "70000")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("door", "arguments"),
    [
        ("app", ["--port", "0", "--store", "{file}"]),
        ("app", ["--port", "0", "--model", "some-model"]),
        ("app", ["--port", "0", "{folder}/nowhere.md"]),
        ("qa.__main__", ["Who?", "--store", "{folder}"]),
        ("qa.__main__", ["Who?", "--store", "{file}/below"]),
        ("qa.__main__", ["Who?", "--store", "http://localhost:1"]),
        ("qa.__main__", ["Who?", "--model", "some-model"]),
        ("index.__main__", ["list", "--store", "{file}"]),
    ],
)
def test_bad_input_is_said_before_the_slow_imports(door: str, arguments: list[str], tmp_path: Path) -> None:
    """One line and exit 2, and none of the libraries that take seconds to import was touched."""
    file = tmp_path / "notes.txt"
    file.write_text("Not a store.", encoding="utf-8")
    given = [argument.format(file=file, folder=tmp_path) for argument in arguments]
    code = (
        f"import sys; from {door} import main; code = main({given!r}); "
        "print(code, {'gradio', 'llama_index', 'chromadb', 'onnxruntime'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "2 set()"
    assert done.stderr.strip().splitlines()[-1].startswith("footnote: ")


def test_users_are_read_from_a_file(tmp_path: Path) -> None:
    """One NAME:PASSWORD a line; a colon and blanks may stand in a password, empty lines between."""
    file = tmp_path / "users"
    file.write_text("anna:geheim\n\nbert:a b:c\n", encoding="utf-8")
    assert _users(str(file)) == [("anna", "geheim"), ("bert", "a b:c")]
    assert _users("carl:x") == [("carl", "x")]


@pytest.mark.parametrize("content", [b"anna\n", b"anna:\n", b":geheim\n", b"", b"\xff\xfe"])
def test_a_file_of_users_that_is_none_is_refused(content: bytes, tmp_path: Path) -> None:
    """No half of a pair, no empty file, nothing but UTF-8: open to nobody by mistake."""
    file = tmp_path / "users"
    file.write_bytes(content)
    with pytest.raises(BadUsage, match="USER:PASSWORD"):
        _users(str(file))
