"""A reply -> its sentences and the markers in them (pure parsing)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.sentences import Span, sentence_spans, trim
from qa.writing.markers import CODE, Found, take_markers, without_begun_marker

_BULLET = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_BLOCK = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_FRAGMENT = re.compile(r"[^\W\d_]{1,6}[.!,]")  # "Yes.", "No.": read with what follows
_RULE = re.compile(r"[\s|:=*_-]*")  # a table's second row, or a line across the page
_OPENER = re.compile(
    r"(?:sure|certainly|of course|okay|great question|based on|according to|here|in summary|summary|answer)\b"
    r"[^.\n]{0,80}[:!]|(?:final )?answer:?",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|(?<!\w)\*)(?=\S)([^*\n]+?)(?<=\S)\1")
_REFERENCES = re.compile(
    r"\n\s*(?:#+\s*)?(?:sources|references|citations|footnotes|works cited)\s*:?\s*\n.*\Z",
    re.IGNORECASE | re.DOTALL,
)
_DEFINITION = re.compile(r"^\[\^\d+\]:.*(?:\n|\Z)", re.MULTILINE)
_ENDED = re.compile(r"(?<!\b[^\W\d_])[\"'”’»)]*[.!?…。！？।؟]+[\"'”’»)]*\Z")  # not the stop of "U.S."
# Pieces that claim nothing: headings, lines, a list's number by itself, openers.
_SILENT = (re.compile(r"#{1,6}\s[^\n]*"), _RULE, re.compile(r"\d{1,3}[.)]"), _OPENER)


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as the model wrote it, without markers: its span in the text, the passages it names."""

    text: str
    markers: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """A reply without markers and emphasis; `invented` holds the numbers that no passage shown has."""

    text: str
    sentences: tuple[Written, ...]
    invented: tuple[int, ...]


def parse(reply: str, offered: int) -> ParsedReply:
    """The sentences of a reply whose model was shown passages 1 to `offered`.

    A marker belongs to the sentence it stands in or directly behind; at the start of a line, to the one it
    opens. Headings, openers ("Here is the answer:") and a list of references claim nothing: no sentences.
    """
    text, found = take_markers(_plain(reply).strip())
    spans = list(_claims(text))
    named: list[list[int]] = [[] for _ in spans]
    invented: list[int] = []
    for marker in found:
        if not 1 <= marker.number <= offered:
            if not marker.prose:
                invented.append(marker.number)
        elif spans:
            named[_owner(marker, spans)].append(marker.number)
    sentences = (
        Written(text[start:end], tuple(dict.fromkeys(numbers)), start, end)
        for (start, end), numbers in zip(spans, named, strict=True)
    )
    return ParsedReply(text, tuple(sentences), tuple(dict.fromkeys(invented)))


def only_finished(reply: str, offered: int) -> ParsedReply:
    """A reply still being written, up to the end of the last sentence that is surely finished.

    A sentence is, where other text follows it, or where it has both its full stop and a marker: without
    the marker that may still come, without the stop the sentence may go on.
    """
    reply = without_begun_marker(reply)
    parsed = parse(reply, offered)
    sentences = parsed.sentences
    if sentences and not (_is_followed(parsed) or _is_complete(reply, parsed, offered)):
        sentences = sentences[:-1]
    end = sentences[-1].end if sentences else 0
    return ParsedReply(parsed.text[:end], sentences, parsed.invented)


def _is_followed(parsed: ParsedReply) -> bool:
    """Whether text that is no sentence follows the last one, as the number of a list's next item does."""
    last = parsed.sentences[-1]
    rest = parsed.text[last.end :].rstrip()
    # A row of a table is its head if a line of dashes comes, and claims nothing then.
    return re.search(r"[\w\n]", rest) is not None and not last.text.startswith("|")


def _is_complete(reply: str, parsed: ParsedReply, offered: int) -> bool:
    """Whether the last sentence ends with a full stop and a marker, whatever comes next."""
    text, found = take_markers(_plain(reply).strip())
    ended = _ENDED.search(text)
    marked = ended and any(m.position >= ended.start() and not (m.leading or m.prose) for m in found)
    if not marked or parsed.sentences[-1].text.startswith("|"):
        return False
    # "Yes." is read with what follows, and so may others be: a sentence put behind shows it.
    return parse(f"{reply.rstrip()} Then it went on", offered).sentences[:-1] == parsed.sentences


def _plain(reply: str) -> str:
    """The reply without emphasis and its own list of references; code stays as it is."""
    reply = _DEFINITION.sub("", reply.replace("\r\n", "\n"))
    pieces = CODE.split(reply)  # code at the odd places
    pieces[::2] = [_EMPHASIS.sub(r"\2", piece) for piece in pieces[::2]]
    return _REFERENCES.sub("", "".join(pieces))


def _owner(marker: Found, spans: list[Span]) -> int:
    """Which sentence a marker belongs to."""
    if marker.leading:
        for i, (start, _) in enumerate(spans):
            if start == marker.position:
                return i
    return max((i for i, (start, _) in enumerate(spans) if start < marker.position), default=0)


def _claims(text: str) -> Iterator[Span]:
    """Spans of what may be true or false, in order."""
    pending: int | None = None  # where a fragment began that is read with the next sentence
    for start, end in _pieces(text):
        piece = text[start:end]
        if any(silent.fullmatch(piece) for silent in _SILENT) or _heads_table(text, start, end):
            continue
        bullet = _BULLET.match(piece)
        first = start + (bullet.end() if bullet else 0)
        if pending is not None and (
            not bullet or text[pending:start].rstrip().rstrip("1.)").rstrip().endswith(":")
        ):
            first = pending
        if (_FRAGMENT.fullmatch(piece) or piece.endswith(":")) and _continues(text, end):
            pending = first
        else:
            pending = None
            yield first, end


def _pieces(text: str) -> Iterator[Span]:
    """Spans of the sentences, without the blank around them; a block of code is one."""
    language = "zh" if _UNSPACED.search(text) else "en"
    at = 0
    for block in [*_BLOCK.finditer(text), None]:
        until = block.start() if block else len(text)
        for span in sentence_spans(text[at:until], language):
            start, end = trim(text, (at + span[0], at + span[1]))
            if start < end:
                yield start, end
        if block:
            yield block.span()
            at = block.end()


def _heads_table(text: str, start: int, end: int) -> bool:
    """Whether this is a table's first row: a line of dashes follows."""
    following = text[end:].lstrip().partition("\n")[0]
    return text[start] == "|" and "-" in following and _RULE.fullmatch(following) is not None


def _continues(text: str, end: int) -> bool:
    """Whether more of the same line follows, or a list below a line that announces it."""
    rest = text[end:]
    return bool(rest.partition("\n")[0].strip()) or (text[end - 1] == ":" and bool(rest.strip()))
