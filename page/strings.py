"""The page's words, in one place. What a language lacks is said in English."""

from collections.abc import Mapping

from page.translations import ARABIC, CHINESE, GERMAN, HINDI, SPANISH

Strings = Mapping[str, str]

ENGLISH: Strings = {
    "language": "en",
    "tagline": "Answers from your documents, with the place beside every sentence.",
    "ask_label": "Your question",
    "ask_placeholder": "Ask about the source …",
    "ask": "Ask",
    "source": "Source",
    "searched": "What was searched",
    "offline_badge": "Offline, quoting",
    "offline_badge_why": "Sentences are quoted from the source; no model writes, nothing leaves here.",
    "model_badge": "Written by {model}",
    "model_badge_why": "A model writes the sentences; each is checked against the passage it cites.",
    "not_in_source": "The source does not say.",
    "nearest": "The nearest passage",
    "footnote": "Footnote {n}, {place}: “{quote}”",
    "footnotes": "Footnotes",
    "page": "page {page}",
    "paragraph": "paragraph {n}",
    "unknown_marker": "The model cited {n}, but was shown no such passage.",
    "partial": "partly supported",
    "unsupported": "not supported by what it cites",
    "misattributed": "supported elsewhere, not where it points",
    "uncited": "no source given",
    "supported_count": "{supported} of {total} sentences supported",
    "nothing_searched": "Ask a question, and the passages it was answered from are listed here.",
    "searched_as": "Searched as",
    "cited_passage": "cited",
    "uncited_passage": "not cited",
    "score": "score {score}",
    "earlier": "Earlier in this source",
    "later": "Later in this source",
    "looking": "Looking …",
    "source_gone": "no longer among the sources",
    "source_changed": "the source has changed since",
    "it_speaks_of": "Near to it, the source speaks of:",
    "copy": "Copy",
    "copied": "Copied",
    "retry": "Try again",
    "edit": "Edit",
    "up": "Helpful",
    "down": "Not helpful",
    "reason": "Why? (optional)",
    "send_reason": "Send",
    "thanks": "Noted, thank you.",
    "details": "Details",
    "confidence": "confidence {value}",
    "stop": "Stop",
    "stopped": "Stopped.",
    "clear": "Clear",
    "export_markdown": "Save as Markdown",
    "export_json": "Save as JSON",
    "find": "Find in the source",
    "find_next": "Next place",
    "find_previous": "Previous place",
    "sources": "Documents",
    "add_files": "Drop files here, or click to choose: .txt .md .pdf .docx .html",
    "add_address": "Or paste an address",
    "add": "Add",
    "reading": "Reading {name} …",
    "added": "{name}: {passages} passages, ready to be asked.",
    "removed": "{name} is removed.",
    "size": "{passages} passages, {characters} characters",
    "shared": "for everyone",
    "mine": "only for you, gone when you leave",
    "show": "Show",
    "reread": "Read again",
    "remove": "Remove",
    "back": "Back to the answer",
    "empty_title": "What would you like to know?",
}

LANGUAGES: Mapping[str, Strings] = {
    words["language"]: words for words in (ENGLISH, GERMAN, SPANISH, HINDI, ARABIC, CHINESE)
}
_RIGHT_TO_LEFT = {"ar"}


def spoken(accepted: str | None) -> Strings:
    """The words in the first language of an Accept-Language header that the page speaks; else English."""
    for part in (accepted or "").split(","):
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language in LANGUAGES:
            return ENGLISH if language == "en" else {**ENGLISH, **LANGUAGES[language]}
    return ENGLISH


def is_right_to_left(words: Strings) -> bool:
    """Whether the words' language is written from right to left."""
    return words["language"] in _RIGHT_TO_LEFT
