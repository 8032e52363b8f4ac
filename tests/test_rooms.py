"""The map of the house: arrows between rooms go one way, and importing a room does next to nothing."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
MAY_IMPORT = {
    "index": {"index"},
    "qa": {"index", "qa"},
    "eval": {"index", "qa", "eval"},
    "app": {"index", "qa", "page", "app"},
    "page": {"index", "qa", "page"},
    "training": {"index", "qa", "eval", "training"},
}
ROOMS = set(MAY_IMPORT)


def imported_rooms(path: Path) -> set[str]:
    """The rooms that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found & ROOMS


FILES = [
    path
    for room in MAY_IMPORT
    for path in [*TOP.glob(f"{room}/**/*.py"), TOP / f"{room}.py"]
    if path.exists()
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TOP)))
def test_imports_point_down(path: Path) -> None:
    """A file imports only the rooms below its own."""
    room = path.relative_to(TOP).parts[0].removesuffix(".py")
    assert imported_rooms(path) <= MAY_IMPORT[room]


def test_only_doors_read_the_environment() -> None:
    """os.environ and os.getenv stand only in app.py, in __main__ files and in the settings they call.

    The runtime files set a variable each, to keep a library from reporting home or from waiting busily.
    """
    readers = {
        str(path.relative_to(TOP))
        for path in FILES
        if {"environ", "getenv"}
        & {n.attr for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Attribute)}
    }
    assert all(name.endswith(("__main__.py", "app.py", "settings.py", "runtime.py")) for name in readers), (
        readers
    )


@pytest.mark.parametrize("room", ["index", "qa", "eval"])
def test_importing_a_room_is_silent_and_light(room: str) -> None:
    """`import <room>` prints nothing and pulls in neither Chroma nor LlamaIndex."""
    code = f"import sys, {room}; sys.exit(bool({{'chromadb', 'llama_index'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("door", ["qa.engine", "eval.__main__", "index.__main__"])
def test_numpy_is_told_how_to_wait_before_it_is_loaded(door: str) -> None:
    """Afterwards it would not listen; what the user has set stands."""
    code = (
        "import importlib.abc, os, sys\n"
        "class Watch(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'numpy': print(os.environ.get('OPENBLAS_THREAD_TIMEOUT'), end=' ')\n"
        "sys.meta_path.insert(0, Watch())\n"
        f"import {door}, numpy"
    )
    free = {name: value for name, value in os.environ.items() if name != "OPENBLAS_THREAD_TIMEOUT"}
    for given, told in ((free, "4"), (free | {"OPENBLAS_THREAD_TIMEOUT": "9"}, "9")):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=TOP, env=given, capture_output=True, text=True, check=True
        )
        assert done.stdout.split()[0] == told
