"""The bundled article: nothing of the original's wording, everything of its facts."""

import re
from pathlib import Path

import pytest

from index.source import ARTICLE

ORIGINAL = Path(__file__).parent.parent.parent / "shared" / "source" / "article.txt"
RUN = 9  # words in a row that would be too close


def words(text: str) -> list[str]:
    """Lower-case words and numbers."""
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of nine words."""
    listed = words(text)
    return {tuple(listed[i : i + RUN]) for i in range(len(listed) - RUN + 1)}


needs_original = pytest.mark.skipif(
    not ORIGINAL.exists(), reason="the original article is not beside this checkout"
)


@needs_original
def test_no_nine_words_in_a_row() -> None:
    """The article shares no run of nine words with the original."""
    assert runs(ARTICLE.read_text("utf-8")) & runs(ORIGINAL.read_text("utf-8")) == set()


@needs_original
def test_nothing_committed_repeats_it() -> None:
    """Neither do the eval set and the documents of the project."""
    top = ARTICLE.parent.parent
    original = runs(ORIGINAL.read_text("utf-8"))
    for path in [*top.glob("*.md"), *top.glob("*/*.md"), *top.glob("*/*.jsonl")]:
        assert runs(path.read_text("utf-8")) & original == set(), path


@needs_original
def test_as_many_paragraphs() -> None:
    """Below its title and the line that says what it is, it has the original's paragraphs, one for one."""
    paragraphs = [p for p in ARTICLE.read_text("utf-8").split("\n\n") if p.strip()]
    assert len(paragraphs) - 2 == len([p for p in ORIGINAL.read_text("utf-8").splitlines() if p.strip()])


@needs_original
def test_names_and_figures_stay_in_their_paragraph() -> None:
    """Every figure and every name that stands for a fact is in the same paragraph as in the original."""
    facts = re.compile(
        r"\d[\d,]*|Belousov|Putin|Biden|Trump|KCNA|ATACMS|Kursk|Pyongyang|Moscow|Kyiv|South Korea|DPRK|NATO|"
        r"September|June|Friday|Northeast Asia|howitzers|rocket launchers"
    )
    told = [p for p in ARTICLE.read_text("utf-8").split("\n\n") if p.strip()][2:]
    original = [p for p in ORIGINAL.read_text("utf-8").splitlines() if p.strip()]
    for mine, theirs in zip(told, original, strict=True):
        assert set(facts.findall(theirs)) <= set(facts.findall(mine)), mine
