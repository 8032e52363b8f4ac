"""The page's words in English, and which language a browser asks for; the others stand in languages/."""

from collections.abc import Mapping

from page.languages.arabic import ARABIC
from page.languages.chinese import CHINESE
from page.languages.german import GERMAN
from page.languages.hindi import HINDI
from page.languages.spanish import SPANISH

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
    "nearest": "The nearest passages",
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
    "source_changed": "source changed: these words no longer stand in it",
    "source_moved": "source changed: these words still stand here",
    "changed_since": "The source has changed since this was answered.",
    "check_again": "Check again",
    "it_speaks_of": "Near to it, the source speaks of:",
    "ask_instead": "What you could ask instead:",
    "which": "Which do you mean?",
    "versions": "Versions of this question",
    "earlier_version": "Earlier version",
    "later_version": "Later version",
    "edit_forks": "What followed stays, as an earlier version.",
    "cancel": "Cancel",
    "copy": "Copy",
    "retry": "Try again",
    "edit": "Edit",
    "up": "Helpful",
    "down": "Not helpful",
    "reason": "Why? (optional)",
    "send_reason": "Send",
    "details": "Details",
    "confidence": "confidence {value}",
    "stop": "Stop",
    "new": "New conversation",
    "talks": "Conversations",
    "no_talks": "What you ask is listed here.",
    "close": "Close",
    "open": "Open",
    "rename": "Rename",
    "title": "Title",
    "delete": "Delete",
    "delete_sure": "Delete for good?",
    "browser_full": "This browser has no room for this conversation; delete earlier ones, or save it.",
    "kept_browser": "Kept in this browser only.",
    "kept_visitor": "Kept on the server; only this browser has the key. Who runs the server can read them.",
    "kept_user": "Kept on the server under your name. Who runs the server can read them.",
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
            return LANGUAGES[language]
    return ENGLISH


def is_right_to_left(words: Strings) -> bool:
    """Whether the words' language is written from right to left."""
    return words["language"] in _RIGHT_TO_LEFT
