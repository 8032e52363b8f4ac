"""`python -m index` as a user meets it."""

from pathlib import Path

import pytest

from index.__main__ import main


@pytest.fixture
def store(tmp_path: Path, note: Path) -> str:
    """A store that holds the note."""
    place = str(tmp_path / "store")
    assert main(["add", str(note), "--store", place]) == 0
    return place


def test_add_again_embeds_nothing(store: str, note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time, all passages are kept."""
    capsys.readouterr()
    assert main(["add", str(note), "--store", store]) == 0
    assert "0 new" in capsys.readouterr().out


def test_list_show_remove_take_the_file_name(
    store: str, note: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file name that only one source has is enough to mean it."""
    assert main(["list", "--store", store]) == 0
    assert "The harbour of Oldport" in capsys.readouterr().out
    assert main(["show", note.name, "--store", store]) == 0
    assert "dredged in 1998" in capsys.readouterr().out
    assert main(["remove", note.name, "--store", store]) == 0
    assert main(["show", note.name, "--store", store]) == 2
    assert "index list" in capsys.readouterr().err


def test_check_tells_a_changed_file(store: str, note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Check is content with an unchanged file, and exits 1 with a line on a changed and on a lost one."""
    assert main(["check", "--store", store]) == 0
    note.write_text(note.read_text("utf-8").replace("1998", "1999"), encoding="utf-8")
    assert main(["check", "--store", store]) == 1
    assert "has changed" in capsys.readouterr().out
    note.unlink()
    assert main(["check", "--store", store]) == 1
    assert "is gone" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["list"], ["check"], ["show", "a.md"], ["remove", "a.md"]])
@pytest.mark.parametrize("made", [False, True], ids=["no folder", "an empty folder"])
def test_only_add_makes_a_store(
    command: list[str], made: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others say in one line that there is no store and how to make one; nothing is made or written."""
    place = tmp_path / "none"
    if made:
        place.mkdir()
    assert main([*command, "--store", str(place)]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert "there is no store" in error
    assert "index add" in error
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == (["none"] if made else [])
    assert not made or not any(place.iterdir())
