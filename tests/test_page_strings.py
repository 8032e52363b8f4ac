"""The page's words: every language has all of them, and each can be filled in alike."""

import re
import unicodedata
from pathlib import Path
from string import Formatter

import pytest

from page.strings import ENGLISH, LANGUAGES, Strings, is_right_to_left, spoken

PAGE = Path(__file__).parent.parent / "page"
SCRIPT = {"hi": "DEVANAGARI", "ar": "ARABIC", "zh": "CJK"}
OTHERS = [words for language, words in LANGUAGES.items() if language != "en"]


def placeholders(text: str) -> set[str]:
    """The names between braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_six_languages_are_there() -> None:
    """English, German, Spanish, Hindi, Arabic, Chinese; Arabic alone runs from right to left."""
    assert list(LANGUAGES) == ["en", "de", "es", "hi", "ar", "zh"]
    assert [language for language, words in LANGUAGES.items() if is_right_to_left(words)] == ["ar"]


@pytest.mark.parametrize("words", OTHERS, ids=lambda words: words["language"])
def test_a_language_has_every_key_and_the_same_placeholders(words: Strings) -> None:
    """Nothing is missing, nothing empty, nothing left over, and every placeholder is there."""
    assert set(words) == set(ENGLISH)
    assert all(text.strip() for text in words.values())
    assert {key: placeholders(text) for key, text in words.items()} == {
        key: placeholders(text) for key, text in ENGLISH.items()
    }


@pytest.mark.parametrize("words", OTHERS, ids=lambda words: words["language"])
def test_a_language_is_translated_throughout(words: Strings) -> None:
    """No sentence is still the English one, and those of other scripts are written in them."""
    same = {key for key, text in words.items() if text == ENGLISH[key] and " " in text}
    assert same == set()
    script = SCRIPT.get(words["language"])
    if script:
        foreign = {
            key
            for key, text in words.items()
            if key != "language" and not any(unicodedata.name(char, "").startswith(script) for char in text)
        }
        assert foreign == set()


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    """A key that no file of the page names is dead weight in six languages."""
    written = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(PAGE.glob("*.*"))
        if path.suffix in {".py", ".js"} and path.name != "strings.py"
    )
    named = set(re.findall(r"""["'`](\w+)["'`]""", written))
    made = {"partial", "unsupported", "misattributed", "uncited"}  # a verdict is a key by itself
    made |= {f"kept_{where}" for where in ("browser", "visitor", "user")}
    assert set(ENGLISH) - named - made == set()
    assert set(re.findall(r"""words\["(\w+)"\]""", written)) <= set(ENGLISH)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("tlh, de-CH;q=0.8", "de"),
        ("zh-Hant-TW", "zh"),
        ("AR-eg,en;q=0.5", "ar"),
        ("fr", "en"),
        ("hi-IN, en", "hi"),
    ],
)
def test_the_browsers_first_known_language_is_spoken(header: str | None, language: str) -> None:
    """The order is the browser's; English where none is known."""
    assert spoken(header)["language"] == language
