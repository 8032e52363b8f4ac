"""True sentences with one fact changed by rule -> what the checker catches, and how often it cries wolf.

For each kind a sentence of the documents is taken as it stands and with one number, name, date, negation,
speaker or modality changed (what may be is said to be; what was denied, to be confirmed). The true side is
the sentence as it stands and a light rewording that keeps its meaning.
"""

import argparse
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.grounding import Claim, score
from index.errors import FootnoteError
from index.passage import Source
from index.sentences import sentence_spans, trim
from index.source import ARTICLE, read_source
from qa.check import SUPPORTED, Ground

SEED = 20
TRUE = ("true", "reworded")
PER_KIND = 200  # changed sentences of one kind at most, spread over the documents
MONTHS = str.split(
    """January February March April May June July August September October November December Monday
    Tuesday Wednesday Thursday Friday Saturday Sunday"""
)
NUMBER_WORDS = str.split(
    """two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty"""
)
STRANGERS = ["Whitfield", "Okonkwo", "Lindqvist", "Marchetti", "Tanaka", "Halvorsen", "Petrakis", "Delacroix"]
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_NUMBER = re.compile(rf"(?<![\w.,/-])\d[\d,]*(?:\.\d+)?(?![\w/-])|\b(?:{'|'.join(NUMBER_WORDS)})\b")
_DATE = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b|{_YEAR.pattern}")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b(?!\s+[A-Z])")
_SAID = (
    "(?:said|says|stressed|argue[sd]|state[sd]|announced|claim(?:s|ed)|declared|believe[sd]|explain(?:s|ed)"
    "|suggest(?:s|ed)|wr(?:ites|ote)|note[sd]|describe[sd]|told|accused|denied|report(?:s|ed)|proposed|concluded)"
)
_SPEAKER = re.compile(
    rf"\b[A-Z][a-z]+(?: [A-Z][a-z]+)*(?= (?:has |have |had |also |first |himself )?{_SAID}\b)"
    r"|(?<=[Aa]ccording to )[A-Z][a-z]+(?: [A-Z][a-z]+)*"
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has been|have been|can|will|would|could)\b(?! (?:not|no|never)\b)"
)
_NOT = re.compile(r"\b(is|are|was|were|has|have|had|did|does|do|can|could|will|would) not ")
_CERTAIN: Sequence[tuple[re.Pattern[str], str]] = [
    (re.compile(r"\b(?:may|might|could) have\b"), "has"),
    (re.compile(r"\b(?:may|might|could) be\b"), "is"),
    (re.compile(r"\b(?:may|might) (?!not\b)(?=[a-z])"), "will "),
    (re.compile(r"\b(?:reportedly|allegedly|possibly|perhaps|probably|apparently|supposedly) "), ""),
    (re.compile(r"\b(?:is|was) (?:believed|thought|said|alleged|reported) to (?:be|have been)\b"), "was"),
    (re.compile(r"\b(?:are|were) (?:believed|thought|said|alleged|reported) to (?:be|have been)\b"), "were"),
    (re.compile(r"\b(?:seems|appears) to be\b"), "is"),
    (re.compile(r"\b(?:seemed|appeared) to be\b"), "was"),
    (re.compile(r"\bdenied\b"), "confirmed"),
]
_REWORDINGS: Sequence[tuple[re.Pattern[str], str]] = [
    (re.compile(r"^(?:However|Therefore|Thus|Moreover|Furthermore|Also|In addition), (\w)"), r"\1"),
    (re.compile(r"\bhowever, "), ""),
    (re.compile(r"\ba number of\b"), "several"),
    (re.compile(r"\bmany\b"), "numerous"),
    (re.compile(r"\bdue to\b"), "because of"),
    (re.compile(r"\bbegan\b"), "started"),
    (re.compile(r"\bin order to\b"), "to"),
    (re.compile(r"\bapproximately\b|\broughly\b"), "about"),
    (re.compile(r"\blarge\b"), "big"),
    (re.compile(r"\bshowed\b"), "demonstrated"),
    (re.compile(r"\bhelped\b"), "assisted"),
    (re.compile(r"\busually\b"), "generally"),
    (re.compile(r" \([^()]*\)"), ""),
]


@dataclass(frozen=True, slots=True)
class Change:
    """A true sentence of a source and the sentence it became; `kind` "true" or "reworded" stays true."""

    kind: str
    source: Source
    true: str
    text: str


@dataclass(frozen=True, slots=True)
class Caught:
    """Of one kind: `caught`, the share not called supported, and `at_5`, that below the 5 % threshold.

    For "true" and "reworded", which stay true, these are false alarms.
    """

    n: int
    caught: float
    at_5: float


def sentences(source: Source) -> Iterator[str]:
    """The full sentences of a source: 8 to 45 words, no headings, ended by a stop."""
    for span in sentence_spans(source.text):
        start, end = trim(source.text, span)
        text = " ".join(source.text[start:end].split())
        if 8 <= len(text.split()) <= 45 and text[0].isupper() and text.endswith("."):
            yield text


def changes(sources: Sequence[Source], per_kind: int = PER_KIND, seed: int = SEED) -> list[Change]:
    """Changed and reworded sentences, at most `per_kind` of each kind; the same for the same seed."""
    chance = random.Random(seed)
    found: list[Change] = []
    rows = [(source, text) for source in sources for text in sentences(source)]
    for kind, change in CHANGES.items():
        chance.shuffle(rows)
        made = [
            Change(kind, source, text, changed)
            for source, text in rows
            if (changed := change(text, source, chance)) and changed != text
        ]
        found += made[:per_kind]
    return found


def _number(text: str, source: Source, chance: random.Random) -> str | None:
    spots = [m for m in _NUMBER.finditer(text) if not _YEAR.fullmatch(m.group())]
    if not spots:
        return None
    spot = chance.choice(spots)
    old = spot.group()
    if old in NUMBER_WORDS:
        return _put(text, spot, chance.choice([word for word in NUMBER_WORDS if word != old]))
    digits = [i for i, c in enumerate(old) if c.isdigit()]
    place = chance.choice(digits)
    new = chance.choice([d for d in "123456789" if d != old[place]])
    return _put(text, spot, old[:place] + new + old[place + 1 :])


def _date(text: str, source: Source, chance: random.Random) -> str | None:
    spots = list(_DATE.finditer(text))
    if not spots:
        return None
    spot = chance.choice(spots)
    if spot.group().isdigit():
        return _put(text, spot, str(int(spot.group()) + chance.choice([-30, -7, -2, -1, 1, 2, 5, 10])))
    week = MONTHS.index(spot.group()) >= 12
    return _put(
        text, spot, chance.choice([d for d in (MONTHS[12:] if week else MONTHS[:12]) if d != spot.group()])
    )


def _name(text: str, source: Source, chance: random.Random) -> str | None:
    spots = [m for m in _NAME.finditer(text) if m.group() not in MONTHS]
    if not spots:
        return None
    spot = chance.choice(spots)
    return _put(text, spot, _other_name(spot.group(), text, source, chance))


def _other_name(old: str, text: str, source: Source, chance: random.Random) -> str:
    """Half the time a name that the source itself has elsewhere: the harder case."""
    known = sorted(
        {m.group() for m in _NAME.finditer(source.text)} - {old, *MONTHS} - set(re.findall(r"\w+", text))
    )
    return chance.choice(known if known and chance.random() < 0.5 else STRANGERS)


def _negation(text: str, source: Source, chance: random.Random) -> str | None:
    if spot := _NOT.search(text):
        return text[: spot.end(1)] + " " + text[spot.end() :]
    spots = list(_AUXILIARY.finditer(text))
    if not spots:
        return None
    spot = spots[0]
    first, _, rest = spot.group().partition(" ")
    return _put(text, spot, f"{first} not {rest}".rstrip())


def _speaker(text: str, source: Source, chance: random.Random) -> str | None:
    spot = _SPEAKER.search(text)
    return _put(text, spot, _other_name(spot.group(), text, source, chance)) if spot else None


def _modality(text: str, source: Source, chance: random.Random) -> str | None:
    """The first thing said as possible or reported is said as certain."""
    spots = [(spot, new) for pattern, new in _CERTAIN if (spot := pattern.search(text))]
    if not spots:
        return None
    spot, new = min(spots, key=lambda found: found[0].start())
    return _put(text, spot, new)


def _reworded(text: str, source: Source, chance: random.Random) -> str | None:
    out = text
    for pattern, new in _REWORDINGS:
        out = pattern.sub(new, out)
    return out[0].upper() + out[1:]


def _put(text: str, spot: re.Match[str], new: str) -> str:
    return text[: spot.start()] + new + text[spot.end() :]


CHANGES: dict[str, Callable[[str, Source, random.Random], str | None]] = {
    "number": _number,
    "name": _name,
    "date": _date,
    "negation": _negation,
    "speaker": _speaker,
    "reworded": _reworded,
    "modality": _modality,
}


def claims_of(sources: Sequence[Source], per_kind: int = PER_KIND, seed: int = SEED) -> list[Claim]:
    """Changed sentences, true ones and reworded ones as rows of a grounding file; the id tells the kind.

    The evidence is the whole source.
    """
    changed = changes(sources, per_kind, seed)
    chance = random.Random(seed)
    rows = [(source, text) for source in sources for text in sentences(source)]
    chance.shuffle(rows)
    changed += [Change("true", source, text, text) for source, text in rows[:per_kind]]
    found = [
        Claim(f"{c.kind}-{i}", c.source.name, c.text, c.source.text, c.kind in TRUE)
        for i, c in enumerate(changed)
    ]
    return sorted(found, key=lambda claim: claim.group)  # passage work once per source


def caught(
    claims: Sequence[Claim], scores: Sequence[float], threshold: float = SUPPORTED
) -> dict[str, Caught]:
    """By kind the share below `threshold`, and below the score under which 5 % of the true sentences fall."""
    kinds = [claim.id.partition("-")[0] for claim in claims]
    threshold_5 = float(
        np.quantile([s for s, claim in zip(scores, claims, strict=True) if claim.supported], 0.05)
    )
    found = {}
    for kind in dict.fromkeys([*CHANGES, *TRUE]):
        values = np.array([s for s, k in zip(scores, kinds, strict=True) if k == kind])
        if len(values):
            found[kind] = Caught(
                len(values), float((values < threshold).mean()), float((values < threshold_5).mean())
            )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is caught in the given documents, or in the article."""
    parser = argparse.ArgumentParser(prog="python -m eval.changed_facts", description=__doc__)
    parser.add_argument("docs", nargs="*", type=Path, help="text files; none: the article")
    options = parser.parse_args(arguments)
    try:
        sources = [read_source(path, path.name) for path in options.docs or [ARTICLE]]
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)
        return 2
    claims = claims_of(sources)
    scores = list(score(claims, Ground))
    print(f"{'kind':10} {'n':>4}  below {SUPPORTED}  below the score of 5 % false alarms")
    for kind, found in caught(claims, scores).items():
        print(f"{kind:10} {found.n:4}  {found.caught:9.3f}  {found.at_5:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
