"""A claim against evidence -> numbers the checker weighs, the span that carries it, reasons for people."""

import math
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qa.grounding.claim import Claim
from qa.grounding.contrast import Contrast, contrast
from qa.grounding.evidence import Evidence, EvidenceSentence
from qa.grounding.facts import APPROXIMATE, Word

RARE = 0.8  # weight of a word from which on it is rare
SLIGHT = 0.3  # of the weight of wording, for a sentence that leads in or speaks of what is not there
ENOUGH = 0.9  # of the best window's share, for a smaller window to be shown instead
TALKATIVE = 0.5  # of a claim's words shared with a sentence, for a swapped fact to be worth telling
UNCHECKED = frozenset(["one", "first", "half", "both", "second"])  # numbers that are mostly no numbers


@dataclass(frozen=True, slots=True)
class Comparison:
    """`features` by name; `span`: the neighbouring sentences that carry most, if any word is shared."""

    features: dict[str, float]
    span: tuple[EvidenceSentence, ...]
    reasons: tuple[str, ...]


def compare(claim: Claim, evidence: Evidence, where: str = "the passages shown") -> Comparison:
    """The claim against the evidence; `where` says for people what that is.

    Features: of wording, see `_alike` and `_wording`; counts `number_absent`, `name_absent`; `close_...`,
    differences from the nearest sentence, counted as far as the two are near-verbatim.
    """
    weight = np.array([word.weight for word in claim.matter])
    held = evidence.incidence([word.stem for word in claim.matter])
    shares = [_shares(weight, held, evidence.homes, size) for size in (1, 2, 3)]
    absent = [word for word, row in zip(claim.matter, held, strict=True) if not row.any()]
    span = _span(evidence, shares)
    nearest = evidence.sentences[int(shares[0].argmax())].words if span else ()
    theirs = {word.stem for word in nearest if word.weight}
    differs = contrast(claim.words, nearest, evidence.named)
    features = (
        _wording(claim, evidence, absent, theirs)
        | _alike(claim, float(shares[2].max(initial=0.0)), differs.shared)
        | {
            "number_absent": float(min(2, sum(_number_missing(word, claim, evidence) for word in absent))),
            "name_absent": float(min(3, sum(word.named and word.number is None for word in absent))),
        }
        | _closely(differs)
    )
    found = _reasons(absent, claim, differs, evidence, where)
    return Comparison(features, tuple(evidence.sentences[i] for i in span), found)


def _alike(claim: Claim, cover: float, in_order: float) -> dict[str, float]:
    """How much of the claim is worded as the evidence is, in 0..1.

    `cover`: share of its weight in the best three neighbouring sentences. `in_order`: share of its words that
    stand in the nearest sentence in the same order.
    """
    if not claim.matter:
        return {"cover": 1.0, "in_order": 1.0}
    heavy = SLIGHT if claim.slight else 1.0
    return {"cover": 1 - heavy * (1 - cover), "in_order": 1 - heavy * (1 - in_order)}


def _wording(claim: Claim, evidence: Evidence, absent: Sequence[Word], nearest: Set[str]) -> dict[str, float]:
    """Where the claim is worded otherwise; less of it for one that claims little.

    `apart`: share of its neighbouring words that the evidence has, but never near each other. `absent_rare`:
    logarithm of the rare words it lacks. `absent_end`: share of the last third's weight that it lacks.
    `repeated`: words said twice that the evidence has once, up to 2. `unused`: share of the words of matter
    in the nearest sentence that the claim has not.
    """
    heavy = SLIGHT if claim.slight else 1.0
    lacking = {word.stem for word in absent}
    order = [word for word in claim.words if word.weight]
    known = [(evidence.variants(w.stem) or (w.stem,))[0] for w in order]
    pairs = [pair for pair in pairwise(known) if not lacking & set(pair)]
    strange = sum(a != b and (a, b) not in evidence.near and (b, a) not in evidence.near for a, b in pairs)
    end = order[-max(1, len(order) // 3) :]
    lost = sum(w.weight for w in end if w.stem in lacking) / max(1e-9, sum(w.weight for w in end))
    twice = sum(n > 1 and evidence.count(stem) <= 1 for stem, n in Counter(known).items())
    return {
        "apart": heavy * strange / max(1, len(order)),
        "absent_rare": heavy * math.log1p(sum(word.weight > RARE for word in absent)),
        "absent_end": heavy * lost,
        "repeated": heavy * min(2, twice),
        "unused": heavy * len(nearest - set(known)) / max(1, len(nearest)),
    }


def _shares(weight: np.ndarray, held: np.ndarray, homes: np.ndarray, size: int) -> np.ndarray:
    """Share of the weight held by the run of `size` sentences of one passage from each on: (n_sentences,)."""
    union = held.copy()
    for step in range(1, min(size, len(homes))):
        union[:, :-step] |= held[:, step:] & (homes[step:] == homes[:-step])
    return np.asarray(weight @ union / max(float(weight.sum()), 1e-9))


def _span(evidence: Evidence, shares: Sequence[np.ndarray]) -> list[int]:
    """The places of the smallest window nearly as good as the best."""
    if shares[-1].max(initial=0.0) <= 0:
        return []
    size = next(i for i, share in enumerate(shares, 1) if share.max() >= ENOUGH * shares[-1].max())
    first = int(shares[size - 1].argmax())
    window = range(first, min(first + size, len(evidence.sentences)))
    return [i for i in window if evidence.homes[i] == evidence.homes[first]]


def _number_missing(word: Word, claim: Claim, evidence: Evidence) -> bool:
    """Whether it is a number to check, and no "about" or "over" lets one of the evidence stand for it."""
    if word.number is None or word.low in UNCHECKED:
        return False
    place = claim.words.index(word)
    if not {before.low for before in claim.words[max(0, place - 2) : place]} & APPROXIMATE:
        return True
    return not any(abs(n - word.number) <= 0.1 * max(abs(n), abs(word.number)) for n in evidence.numbers)


def _closely(differs: Contrast) -> dict[str, float]:
    close = max(0.0, 2 * differs.shared - 1) ** 2
    hedged = max(0.0, 5 * differs.shared_matter - 4) * (differs.shared >= TALKATIVE)
    return {
        "close_swapped_facts": close * min(2, len(differs.swapped_facts)),
        "close_negated": close * bool(differs.negated),
        "close_speaker": close * (differs.speakers is not None),
        "close_opposite": close * bool(differs.opposite),
        "close_hedged": hedged * bool(differs.hedged),
    }


def _reasons(
    absent: Sequence[Word], claim: Claim, differs: Contrast, evidence: Evidence, where: str
) -> tuple[str, ...]:
    """Short sentences for people, the gravest first; of what is absent we know only that `where` lacks it."""
    numbers = [w.text for w in absent if _number_missing(w, claim, evidence)]
    names = [w.text for w in absent if w.number is None and w.named]
    others = [w.text for w in absent if w.number is None and not w.named]
    out = [f"the number {number} is not in {where}" for number in numbers]
    if names:
        out.append(f"names not in {where}: {', '.join(names)}")
    if differs.shared >= TALKATIVE:
        out += [f"the source says the opposite: {theirs}, not {mine}" for mine, theirs in differs.opposite]
        if differs.negated:
            out.append(f"the source says the opposite about: {', '.join(dict.fromkeys(differs.negated))}")
        if differs.speakers:
            out.append(f"said by {differs.speakers[1]}, not by {differs.speakers[0]}")
        out += [f"the source has {theirs} where this has {mine}" for mine, theirs in differs.swapped_facts]
        if differs.hedged:
            out.append(f"the source says it only as possible or reported: {', '.join(differs.hedged)}")
    if others:
        out.append(f"words not in {where}: {', '.join(others)}")
    return tuple(out)
