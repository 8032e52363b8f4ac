"""A sentence of an answer -> what it claims: without bullets, lead-ins, pointers to passages and chat."""

import re
from dataclasses import dataclass, replace

from qa.grounding.facts import Word, unspaced, words

_LEAD = re.compile(
    r"""^\s*(?:
     (?:[-*+•]|\d{1,2}[.)]|[a-z]\))\s+
     |(?:based\ on|according\ to|from|in)\s+(?:the\s+)?(?:given\s+|provided\s+|above\s+)?
       (?:passages?|context|text|information)(?:\s+\d)?(?:\s+provided)?,?\s+(?:we\ can\ \w+\s+that\s+)?
     |passage\s+\d\s+(?:states|says|mentions|notes|explains|describes|suggests)\s+(?:that\s+)?
     |(?:therefore|additionally|in\ summary|overall|in\ conclusion|furthermore|moreover|finally|also|however
       |thus|so|in\ addition|for\ example|for\ instance|(?:please\ )?note(?:\ that)?
       |it\ is\ important\ to\ note\ that)[,:]?\s+
     |(?:i'?\ ?'?m|i\ am)\ not\ sure\s*(?:about\ that\s*)?,?\s*
     |(?:but\s+)?i\ (?:do\ )?(?:think|know|believe)\s+(?:that\s+)?
     |(?:yes|yeah|oh|wow|but|interestingly)\b\s*[,.!]?\s+
     |(?:no|well|true|ok|okay|sure|i\ agree|that\ ?'?\ ?s\ (?:true|right))\s*[,.!]\s+
    )+""",
    re.IGNORECASE | re.VERBOSE,
)
_POINTER = re.compile(
    r"\(?\b(?:see\s+|(?:source|ref(?:erence)?s?)[.:]?\s*)?passages?\s+\d(?:\s*(?:,|and|&)\s*\d)*\)?\s*[.:]?",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(
    r"""\b(?:passages?|context|(?:the|your|this|any|other|further|original)\ (?:\w+\ )?questions?|answers?
    |i\ hope|let\ me\ know|feel\ free|unable\ to|good\ luck|(?:provided|given|additional|further)\ information
    |further\ (?:clarification|guidance)|information\ provided|sources?\ (?:do|does))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_TALK = frozenset(
    str.split("""passage passages context text document documents source sources provided
    provide provides providing
    given based answer answers answered answering question questions unable information mention mentions
    mentioned state states stated specify specifies specified specific specifically following hope helps
    help helpful know need needed further additional brief briefly clarification clarify accurate
    accurately confident confidently confidence possible complete exact determine determined necessary
    original correct feel free ask good luck please assist glad response sufficient enough detail
    details detailed limited solely anything else sure attempt instruction instructions repeat repeats
    described describes alone directly explicitly clear clearly difficult impossible assistance guidance
    solution contain contains consult relevant related regarding""")
)
# Of "the passages do not mention X" nothing can be found in them, and nothing need be.
_ABSENCE = re.compile(
    r"""\b(?:passages?|context|text|documents?|sources?)\b[^.;:]*\b(?:do|does|did|is|are)(?:\ not\b|n't\b)
    |\bnot\ (?:\w+\ ){0,2}(?:mentioned|stated|specified|provided|given|described|included|covered|discussed)\b
    |\bunable\ to\b|\bcannot\ (?:be\ determined|provide|answer|determine)\b
    |\bnot\ possible\ to\ (?:answer|determine|provide)\b|\bno\ (?:\w+\ )?information\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CLAUSE = re.compile(r"(?<=[.!?;])\s+|\s?,?\s(?=but\b)")
_CHAT = re.compile(
    r"""^\W*(?:(?:yes|yeah|no|well|oh|wow|but|and|so|haha|hi|hello)\W+)*
    (?:i|i'm|i've|i'd|i'll|my|me|we|our|(?:do|did|have|are)\ you|you|what|that'?s|that\ is|same|nice|great
    |cool|really|thanks|thank|sounds|let\ me|feel\ free|true|sure|ok)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is left to check. `matter`: its words that carry weight, each once.

    `slight`: it leads in to a list, or tells what the passages do not say, so its wording proves little.
    """

    text: str
    words: tuple[Word, ...]
    matter: tuple[Word, ...]
    slight: bool


def read_claim(sentence: str) -> Claim:
    """The claim in a sentence; a sentence that is all chat is kept whole."""
    plain = unspaced(sentence)
    core = _without_lead(_without_chat(_without_lead(_POINTER.sub(" ", plain)))).strip()
    about_itself = bool(_ABOUT_ITSELF.search(plain))
    found = words(core)
    if about_itself:  # "I hope this helps" claims nothing; of "the passages do not mention X" X is left
        found = tuple(replace(word, weight=0.0) if word.low in _TALK else word for word in found)
    unique = {word.stem: word for word in reversed(found) if word.weight}
    slight = core.endswith(":") or (about_itself and bool(_ABSENCE.search(plain)))
    return Claim(core, found, tuple(unique.values())[::-1], slight)


def _without_lead(text: str) -> str:
    lead = _LEAD.match(text)
    return text[lead.end() :] if lead else text


def _without_chat(text: str) -> str:
    """The clauses that say something of the world; all of them where none does."""
    clauses = [_without_lead(clause) for clause in _CLAUSE.split(text) if clause.strip()]
    kept = [c for c in clauses if not _CHAT.match(c) and not c.rstrip().endswith("?")]
    if len(kept) == len(clauses):
        return " ".join(kept)
    return " ".join(kept) if any(w.weight for c in kept for w in words(c)) else text
