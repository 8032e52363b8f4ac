"""Question + history -> the question to search for, and what it takes from the talk.

What the form of a question shows to be left out is filled in from the question before it (talk/resolve.py).
What was said before is searched beside it with less weight (`context`; talk/search.py): joined to the
question as text, earlier turns outweigh it as soon as the topic changes. `text` is for people and for
choosing sentences: it takes further words along only where the question cannot be read without them.
"Who says so?" asks about the first sentence of the last answer (talk/authority.py).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.sentences import sentence_spans, trim
from index.words import terms
from qa.quoting.shapes import kind_of, shape_of
from qa.talk.authority import who_says
from qa.talk.clarify import readings
from qa.talk.resolve import Before, resolve
from qa.talk.topics import Leaning, content_words, is_name, leaning

Turn = Mapping[str, str]  # {"role": "user" | "assistant", "content": ...}

RESOLVED = 8  # turns of the talk, in which a question is filled in from the one before
TURNS = 3  # earlier questions that count
# Weight of the last question, against the new one's 1: the longer the talk, the likelier it goes on. Tuned on
# mtrag_un, against questions of xquad put after a talk about something else.
QUESTION_WEIGHT = {Leaning.NONE: 0.2, Leaning.FAINT: 0.3, Leaning.STRONG: 0.4}
FADES = 0.6  # of it, added for each question before
ANSWER_WEIGHT = 0.4  # of the last answer, for a question that leans
ANSWER_SENTENCES = 3
QUESTION_WORDS, ANSWER_WORDS = 5, 4  # taken into the text

_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_OTHER = re.compile(r"\b(?:other|another|different|not that one)\b", re.IGNORECASE)
# An answer that says nothing, and so brings nothing along.
_EMPTY_ANSWER = re.compile(
    r"\b(?:do not|don['’]t|cannot|can['’]t|unable to|no) (?:have|find|provide|specific|information|say)\b"
    r"|does not say|you(?: are|['’]re) welcome",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Words taken over, and the place in the history of the turn they come from."""

    what: str
    turn: int


@dataclass(frozen=True, slots=True)
class Context:
    """A text of the talk to search beside the question, and its weight against the question's 1."""

    text: str
    weight: float
    turn: int


@dataclass(frozen=True, slots=True)
class Standalone:
    """The question to search for.

    `question` is as typed or filled in, `text` with what else it takes along, `taken` says from where. Two or
    more `choices`: the question fits each of them equally, and the asker should say which is meant. `last` is
    the answer that it leans on, `others_than` are answers that it wants something else than, and `reason_of`
    is one whose reason it asks for.
    """

    question: str
    text: str
    leaning: Leaning
    taken: tuple[Taken, ...] = ()
    context: tuple[Context, ...] = ()
    choices: tuple[str, ...] = ()
    last: str = ""
    others_than: tuple[str, ...] = ()
    reason_of: str = ""


def standalone(question: str, history: Sequence[Turn] = ()) -> str:
    """The question in one line that can be read alone."""
    return rewrite(question, history).text


def rewrite(question: str, history: Sequence[Turn] = ()) -> Standalone:
    """The question to search for, by rule: it needs no model and no source."""
    question = question.strip()
    before = _before(history)
    asked, answered = _told(history, question)
    told = _answers(history)
    said = who_says(question, told[-1]) if answered else None
    leans = Leaning.STRONG if said else leaning(question)
    read = said or (resolve(question, before) if leans is not Leaning.NONE else None) or question
    found = origins(read, question, history)
    taken = _taken(read, asked, answered) if leaning(read) is Leaning.STRONG else ()
    text = f"{read} ({'; '.join(part.what for part in taken)})" if taken else read
    return Standalone(
        read,
        text,
        leans,
        found + taken,
        _context(leans, before, asked, answered),
        _choices(question, leans, history),
        last=told[-1] if told and taken else "",
        others_than=tuple(told) if _OTHER.search(question) else (),
        reason_of=told[-1] if answered and read != question and kind_of(read) == "reason" else "",
    )


def _context(
    leans: Leaning, before: Before, asked: Sequence[tuple[int, str]], answered: tuple[int, str] | None
) -> tuple[Context, ...]:
    """The last question as it can be read alone and, for a question that leans, the last answer."""
    context = []
    if asked:
        weight = QUESTION_WEIGHT[leans] * sum(FADES**older for older in range(min(len(asked), TURNS)))
        context.append(Context(before.base or asked[-1][1], weight, asked[-1][0]))
    if leans is Leaning.STRONG and answered:
        context.append(Context(answered[1], ANSWER_WEIGHT, answered[0]))
    return tuple(context)


def _answers(history: Sequence[Turn]) -> list[str]:
    """What the answers of the talk say, the last one last."""
    found = (str(turn.get("content") or "") for turn in history if turn.get("role") == "assistant")
    return [without_markers(text).replace("**", "") for text in found if _says(text)]


def _says(answer: str) -> bool:
    """Whether an answer says something; one that cites does, were it only that something was not said."""
    return bool(_MARKER.search(answer)) or not _EMPTY_ANSWER.search(answer[:200])


def _before(history: Sequence[Turn]) -> Before:
    """What stands before the next question; each earlier one is filled in from those before it."""
    before = Before()
    for turn in history[-RESOLVED:]:
        text = without_markers(str(turn.get("content") or "")).replace("**", "")
        if turn.get("role") == "assistant":
            before = replace(before, answer=text)
        elif turn.get("role") == "user" and (_names_a_thing(text) or leaning(text) is Leaning.STRONG):
            before = _after(text, before)
    return before


def _after(question: str, before: Before) -> Before:
    """What stands before the next question, once `question` was asked."""
    filled = resolve(question, before)
    if filled:
        return replace(before, base=filled, direct=True, answer="")
    if leaning(question) is not Leaning.STRONG:
        return Before(question, question)
    named = bool(content_words(question))
    return Before(question if named else before.full, before.full, direct=named)


def without_markers(text: str) -> str:
    """A turn's text without its footnote markers."""
    return _MARKER.sub("", text).strip()


def _told(history: Sequence[Turn], question: str) -> tuple[list[tuple[int, str]], tuple[int, str] | None]:
    """(turn, text) of the user's turns that name something, and of the last answer if it says something."""
    asked: list[tuple[int, str]] = []
    answered = None
    for at, turn in enumerate(history):
        text = without_markers(str(turn.get("content") or ""))
        if turn.get("role") == "user":
            answered = None
            if _names_a_thing(text):
                asked.append((at, text))
        elif turn.get("role") == "assistant" and text and _says(str(turn["content"])):
            answered = (at, _part(str(turn["content"]), question))
    return asked, answered


def _names_a_thing(question: str) -> bool:
    """Whether a question of the talk is about something: not thanks, not a wish for a summary."""
    return bool(content_words(question)) and shape_of(question) in {"fact", "list", "topic"}


def _part(answer: str, question: str) -> str:
    """The sentences of an answer that share most words with `question`, else the first; cited ones if any."""
    sentences = [answer[a:b] for a, b in (trim(answer, span) for span in sentence_spans(answer))]
    # A marker after the full stop may stand at the head of the next sentence, or be one by itself.
    cited = [s for s in sentences if _MARKER.search(s) and _MARKER.sub("", s).strip()]
    named = {term for word in content_words(question) for term in terms(word)}
    best = sorted(cited or sentences, key=lambda sentence: -len(named & set(terms(sentence))))
    return _MARKER.sub("", " ".join(best[:ANSWER_SENTENCES])).strip()


def _taken(
    question: str, asked: Sequence[tuple[int, str]], answered: tuple[int, str] | None
) -> tuple[Taken, ...]:
    """Words of the last question, of those before it that it leaned on itself, and of the last answer."""
    sources = []
    for turn, text in reversed(asked[-TURNS:]):
        sources.append((turn, text, QUESTION_WORDS))
        if leaning(text) is not Leaning.STRONG:
            break
    if answered:
        sources.append((*answered, ANSWER_WORDS))
    seen = set(terms(question))
    taken = []
    for turn, text, count in sources:
        what = _key_words(text, count, seen)
        if what:
            taken.append(Taken(" ".join(what), turn))
            seen.update(terms(" ".join(what)))
    return tuple(taken)


def _key_words(text: str, count: int, seen: set[str]) -> list[str]:
    """The `count` most telling words of a text in their order: names and numbers first, then long words."""
    new: dict[str, str] = {}
    for word in content_words(text):
        term = " ".join(terms(word))
        if term and term not in seen:
            new.setdefault(term, word)
    best = sorted(new.values(), key=lambda w: (not is_name(w), -len(w)))[:count]
    return [word for word in new.values() if word in best]


def _choices(question: str, leans: Leaning, history: Sequence[Turn]) -> tuple[str, ...]:
    """Readings the talk itself leaves open; the last turn that speaks of the thing decides."""
    if leans is Leaning.NONE:
        return ()
    named = {term for word in content_words(question) for term in terms(word)}
    for turn in reversed(history):
        text = str(turn.get("content") or "")
        if named & set(terms(text)):
            return readings(question, [text])
    return ()


def origins(line: str, question: str, history: Sequence[Turn]) -> tuple[Taken, ...]:
    """What a rewriting holds beyond the question, by the latest turn that said it."""
    asked = set(terms(question))
    left = [w for w in content_words(line) if not set(terms(w)) <= asked]
    taken = []
    for at in range(len(history) - 1, -1, -1):
        said = set(terms(str(history[at].get("content") or "")))
        here = [w for w in left if set(terms(w)) <= said]
        if here:
            taken.append(Taken(" ".join(here), at))
            left = [w for w in left if w not in here]
    return tuple(taken)
