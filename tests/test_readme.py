"""The documents keep their word: commands run and print what they show, links and settings exist."""

import contextlib
import io
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from eval.__main__ import main as eval_main
from index.__main__ import main as index_main
from qa import settings
from qa.__main__ import main as qa_main
from qa.settings import Settings

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text("utf-8")
MAINS: dict[str, Callable[[list[str]], int]] = {"qa": qa_main, "index": index_main, "eval": eval_main}

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_MODULE = re.compile(r"^(?:uv run )?python -m (?P<room>\w+)(?P<rest>.*)$")
_OPTION = re.compile(r"--[a-z]+")
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_VARIABLE = re.compile(r"FOOTNOTE_[A-Z_]+")


def blocks(language: str = "") -> list[str]:
    """The README's fenced blocks in a language."""
    return [match["body"] for match in _FENCE.finditer(README) if match["language"] == language]


def commands() -> list[tuple[str, list[str], str]]:
    """(room, arguments, the block that follows) of each `python -m` line in a block of commands."""
    all_blocks = blocks()
    found = []
    for block, after in zip(all_blocks, [*all_blocks[1:], ""], strict=True):
        lines = block.splitlines()
        for line in lines:
            if match := _MODULE.match(line):
                shown = after if len(lines) == 1 and not after.startswith(("uv ", "pip ", "export ")) else ""
                found.append((match["room"], shlex.split(match["rest"], comments=True), shown))
    return found


COMMANDS = commands()
# A command about a user's own documents cannot be run here; its options are held to --help below.
OWN = {"--source", "--questions", "--store", "add", "check", "DIR"}
RUNNABLE = [command for command in COMMANDS if not OWN & set(command[1])]


def words(printed: str) -> str:
    """What was printed, whatever the width it was set in."""
    return " ".join(printed.split())


@pytest.mark.parametrize(("room", "arguments", "shown"), RUNNABLE, ids=lambda value: str(value)[:40])
def test_a_command_prints_what_the_readme_shows(
    room: str, arguments: list[str], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commands that need no key and no file of the user's run; where output is shown, it is theirs."""
    few = ["--limit", "2"] if room == "eval" else []  # the whole set is the gate's work, not a test's
    assert MAINS[room]([*arguments, *few]) == 0
    printed = capsys.readouterr().out
    assert printed.strip()
    if shown:
        assert words(printed) == words(shown)


def test_the_first_command_is_shown_with_its_output() -> None:
    """The reader's first command is a question, run above, and its answer has a footnote."""
    room, arguments, shown = RUNNABLE[0]
    assert (room, len(arguments)) == ("qa", 1)
    assert "[1] “" in shown


@pytest.mark.parametrize("room", sorted({room for room, *_ in COMMANDS}))
def test_every_option_shown_is_in_the_help(room: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An option in one of the README's commands is one that the command knows."""
    used = {(a[0] if room == "index" else "", o) for r, a, _ in COMMANDS if r == room for o in a}
    for command, option in sorted(used):
        if _OPTION.fullmatch(option):
            with pytest.raises(SystemExit):
                MAINS[room]([*filter(None, [command]), "--help"])
            assert option in capsys.readouterr().out


def test_the_python_example_runs() -> None:
    """The example is executed as it stands; what it prints is the place shown above."""
    (example,) = blocks("python")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "README.md", "exec"), {})
    (place,) = re.findall(r"characters ([\d,]+)–([\d,]+)", RUNNABLE[0][2])  # the same question, asked above
    start, end = (number.replace(",", "") for number in place)
    assert printed.getvalue().startswith(f"1 {start} {end} Russia has received")


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "eval/README.md"])
def test_links_and_paths_exist(document: str) -> None:
    """Every link to a file, and every path in backticks, leads somewhere in the repository."""
    text = (TOP / document).read_text("utf-8")
    paths = {match["target"] for match in _LINK.finditer(text) if "://" not in match["target"]}
    paths |= set(re.findall(r"`((?:index|qa|eval|page|training|tests|docs)/[\w./]*)`", text))
    here = (TOP / document).parent
    assert [path for path in paths if not (here / path).exists() and not (TOP / path).exists()] == []


def test_the_settings_are_those_in_the_readme() -> None:
    """Each FOOTNOTE_ variable named is one that is read, and the other way round; so are their defaults."""
    (environment,) = [
        kind
        for kind in vars(settings).values()
        if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind is not BaseSettings
    ]
    fields = environment.model_fields
    read = {f"FOOTNOTE_{name.upper()}" for name, field in fields.items() if not field.validation_alias}
    assert set(_VARIABLE.findall(README)) == read
    assert {str(field.validation_alias) for field in fields.values() if field.validation_alias} == set(
        re.findall(r"OPENAI_(?:API_KEY|BASE_URL)", README)
    )
    table = {row.split("|")[1].strip(" `"): row for row in README.splitlines() if row.startswith("| `")}
    assert f"| {Settings().timeout_s:g} |" in table["FOOTNOTE_TIMEOUT_S"]
    assert f"| {Settings().context_tokens} |" in table["FOOTNOTE_CONTEXT_TOKENS"]
    assert settings.OPENAI_MODEL in table["FOOTNOTE_MODEL"]


def test_the_readme_is_short() -> None:
    """A newcomer reads it whole."""
    assert len(README.splitlines()) < 150
