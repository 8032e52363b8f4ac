"""A claim against the sentence that is nearest to it -> where the two say different things."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher

from qa.grounding.facts import HEDGES, NEGATIONS, OPPOSITES, SPOKEN, Word

REACH = 6  # words after a "not" or "may" that are looked at
SHORT = 3  # words of the source: where more are left out, their "not" may have been about them
SCOPE = 2  # words of matter that a "not" or "may" is taken to speak of


@dataclass(frozen=True, slots=True)
class Contrast:
    """What differs, in words for people; `shared`: share of the claim's words found in order.

    `shared_matter`: that of its words of matter, which "was" for "may have been" leaves alone.
    """

    shared: float
    shared_matter: float
    swapped_facts: tuple[tuple[str, str], ...]  # (claim, source): other numbers or names in the same place
    opposite: tuple[tuple[str, str], ...]  # (claim, source): rose, fell
    negated: tuple[str, ...]  # said of one and denied of the other
    hedged: tuple[str, ...]  # possible in the source, plain in the claim
    speakers: tuple[str, str] | None  # (claim, source)


def contrast(claim: Sequence[Word], source: Sequence[Word], names: Set[str]) -> Contrast:
    """Where `claim` and `source` say different things; `names`: stems known to be names."""
    matcher = SequenceMatcher(None, [w.stem for w in claim], [w.stem for w in source], autojunk=False)
    shared = matter = 0
    swapped = []
    doubted = _scoped(source, claim, HEDGES)
    turned = _scoped(claim, source, NEGATIONS) + _scoped(source, claim, NEGATIONS)
    for kind, a, b, c, d in matcher.get_opcodes():
        mine, theirs = claim[a:b], source[c:d]
        if kind == "equal":
            shared += b - a
            matter += sum(w.weight > 0 for w in mine)
        elif _negates(mine) != _negates(theirs) and d - c <= SHORT:
            turned += _next(claim, b)
        elif _hedges(theirs) > _hedges(mine) and d - c <= SHORT and _hedges(source) > _hedges(claim):
            doubted += _next(claim, a) or _next(claim[::-1], len(claim) - b)
        if kind == "replace" and _facts(mine, names) & _facts(theirs, names):
            swapped.append((_shown(mine), _shown(theirs)))
    said, told = _speaker(claim), _speaker(source)
    return Contrast(
        shared / max(1, len(claim)),
        matter / max(1, sum(w.weight > 0 for w in claim)),
        tuple(swapped),
        tuple(_opposites(claim, source)),
        tuple(turned),
        tuple(dict.fromkeys(doubted)),
        (said, told) if said and told and not _same(said, told) else None,
    )


def _negates(found: Sequence[Word]) -> bool:
    return any(w.low in NEGATIONS or w.low.endswith("n't") for w in found)


def _hedges(found: Sequence[Word]) -> int:
    return sum(w.low in HEDGES for w in found)


def _next(claim: Sequence[Word], place: int) -> list[str]:
    """The next word of matter, if one is near."""
    return [w.text for w in claim[place : place + REACH] if w.weight][:1]


def _shown(found: Sequence[Word]) -> str:
    return " ".join(word.text for word in found if word.weight)


def _facts(found: Sequence[Word], names: Set[str]) -> set[str]:
    return {
        "number" if w.number is not None else "name"
        for w in found
        if w.weight and (w.number is not None or w.named or w.stem in names)
    }


def _opposites(claim: Sequence[Word], source: Sequence[Word]) -> list[tuple[str, str]]:
    mine, theirs = {w.low for w in claim}, {w.low for w in source}
    return [(w, OPPOSITES[w]) for w in sorted(mine - theirs) if OPPOSITES.get(w, "") in theirs - mine]


def _marked(found: Sequence[Word], marks: frozenset[str]) -> set[str]:
    """Stems that a mark speaks of: the next words of matter after it, up to a comma or stop."""
    out: set[str] = set()
    for place, word in enumerate(found):
        if word.low in marks or (marks is NEGATIONS and word.low.endswith("n't")):
            reach = found[place + 1 : place + REACH]
            if reach and reach[0].low in {"only", "just", "merely", "least", "necessarily"}:
                continue
            before, near = word, []
            for after in reach:
                if after.start - before.end > 1:
                    break
                near.append(after)
                before = after
            out.update([w.stem for w in near if w.weight][:SCOPE])
    return out


def _scoped(marked: Sequence[Word], plain: Sequence[Word], marks: frozenset[str]) -> list[str]:
    """Words that `marked` marks and `plain` says without any such mark nearby."""
    here, there = _marked(marked, marks), _marked(plain, marks)
    lost = here - there
    if there and lost and any(stem in there for stem in here):
        return []  # the mark stands in both, over words in another order
    twice = Counter(word.stem for word in marked)
    return [word.text for word in plain if word.stem in lost and twice[word.stem] == 1]


def _speaker(found: Sequence[Word]) -> str:
    """The last name before a verb of saying, or the one after "according to"; "" where nobody is named."""
    for place, word in enumerate(found):
        if word.low in SPOKEN:
            near = (
                found[place + 1 : place + 5] if word.low == "according" else found[max(0, place - 4) : place]
            )
            names = [w for w in near if w.text[:1].isupper() and w.weight]
            if names:
                return names[-1].text if word.low != "according" else names[0].text
    return ""


def _same(one: str, other: str) -> bool:
    return one.casefold() in other.casefold() or other.casefold() in one.casefold()
