"""The door: bad usage is one line and exit code 2."""

import socket
import subprocess
import sys
from pathlib import Path

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
