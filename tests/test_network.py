"""Nothing leaves this machine: indexing and answering are watched from outside, native code included."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
STRACE = shutil.which("strace")
_CALL = re.compile(r"sa_family=AF_INET6?, .*?(?:inet_addr|inet_pton)\((?:AF_INET6, )?\"([^\"]+)")


def addresses_tried(command: list[str], folder: Path) -> set[str]:
    """The Internet addresses that a command and its children tried to reach, name servers included."""
    trace = folder / "trace.txt"
    watched = [STRACE or "", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace)]
    subprocess.run([*watched, *command], cwd=TOP, check=True, capture_output=True, timeout=300)
    return set(_CALL.findall(trace.read_text("utf-8", "replace")))


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    return address.startswith("127.") or address == "::1"


needs_strace = pytest.mark.skipif(STRACE is None, reason="strace is not installed")


@needs_strace
def test_the_watch_sees_an_attempt(tmp_path: Path) -> None:
    """A command that does try is caught: the next test could fail."""
    code = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9))"
    try:
        tried = addresses_tried([sys.executable, "-c", code], tmp_path)
    except subprocess.CalledProcessError:  # no route at all: the attempt is traced all the same
        tried = set(_CALL.findall((tmp_path / "trace.txt").read_text("utf-8")))
    assert tried == {"192.0.2.1"}


@needs_strace
def test_indexing_and_answering_reach_nothing(tmp_path: Path, note: Path) -> None:
    """A fresh index and an answer, from start to exit: only loopback, if anything."""
    command = [sys.executable, "-m", "qa", "Who runs the harbour?", "--source", str(note)]
    tried = addresses_tried([*command, "--store", str(tmp_path / "store")], tmp_path)
    assert {address for address in tried if not is_loopback(address)} == set()
