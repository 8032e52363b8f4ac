"""What the browser tests share: a page started as a user starts it, and how a visitor asks."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
PATIENCE_MS = 60_000

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(
    *arguments: str, port: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of a page, until it is left; without `settings` in the environment no model writes."""
    port = port or free_port()
    command = [sys.executable, "app.py", *arguments, "--port", str(port)]
    command += [] if settings else ["--model", "none"]
    environment = os.environ | (settings or {})
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().strip() == f"Footnote is at http://127.0.0.1:{port}"
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium without a window."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here: pip install playwright")
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield browser
        browser.close()


def visit(page: Any, address: str) -> None:
    """Open the page and wait until it can be asked."""
    page.goto(address)
    page.wait_for_selector("#fn-question textarea", timeout=PATIENCE_MS)
    page.wait_for_selector("#fn-kept [data-told]", state="attached", timeout=PATIENCE_MS)


def ask(page: Any, question: str, turns: int = 1) -> None:
    """Type a question, press Enter, wait for the answer."""
    page.fill("#fn-question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".fn-turn:not(.fn-pending) >> nth={turns - 1}", timeout=PATIENCE_MS)


def serious(page: Any) -> list[Any]:
    """What axe-core calls serious or worse, and where."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in axe.Axe().run(page).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
