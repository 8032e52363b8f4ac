"""A claim against evidence -> numbers the checker weighs, the span that carries it, reasons for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from index.token_vectors import TokenReader
from qa.grounding.align import aligned
from qa.grounding.claim import Claim
from qa.grounding.contrast import Contrast, contrast
from qa.grounding.evidence import Evidence, EvidenceSentence
from qa.grounding.facts import APPROXIMATE, Word

READ = 16  # sentences of the evidence whose word pieces are read for one claim
ENOUGH = 0.9  # of the best window's share, for a smaller window to be shown instead
TALKATIVE = 0.5  # of a claim's words shared with a sentence, for a swapped fact to be worth telling
UNCHECKED = frozenset(["one", "first", "half", "both", "second"])  # numbers that are mostly no numbers


@dataclass(frozen=True, slots=True)
class Comparison:
    """`features` by name; `span`: the neighbouring sentences that carry most, if any word is shared."""

    features: dict[str, float]
    span: tuple[EvidenceSentence, ...]
    reasons: tuple[str, ...]


def compare(claim: Claim, evidence: Evidence, reader: TokenReader | None) -> Comparison:
    """The claim against the evidence; `reader` adds likeness of meaning.

    Features: `cover_two`, share of the claim's weight in the best two neighbouring sentences; `pairs`, of its
    neighbouring words that are neighbours in the evidence; `aligned`; counts `number_absent`, `name_absent`;
    `close_...`, differences from the nearest sentence, counted as far as the two are near-verbatim.
    """
    weight = np.array([word.weight for word in claim.matter])
    held = evidence.incidence([word.stem for word in claim.matter])
    shares = [_shares(weight, held, evidence.homes, size) for size in (1, 2, 3)]
    absent = [word for word, row in zip(claim.matter, held, strict=True) if not row.any()]
    span = _span(evidence, shares)
    nearest = evidence.sentences[int(shares[0].argmax())].words if span else ()
    differs = contrast(claim.words, nearest, evidence.named)
    features = {
        "cover_two": float(shares[1].max(initial=0.0)) if claim.matter else 1.0,
        "pairs": _pairs(claim, evidence),
        "number_absent": float(min(2, sum(_number_missing(word, claim, evidence) for word in absent))),
        "name_absent": float(min(3, sum(word.named and word.number is None for word in absent))),
    } | _closely(differs)
    if reader is not None:
        order = np.argsort(-(shares[0] + 0.3 * shares[1]), kind="stable")[: READ if claim.matter else 0]
        own = reader.read([claim.text])[0]
        features["aligned"] = aligned(claim, own, reader.read([evidence.sentences[i].text for i in order]))
    return Comparison(
        features, tuple(evidence.sentences[i] for i in span), _reasons(absent, claim, differs, evidence)
    )


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


def _pairs(claim: Claim, evidence: Evidence) -> float:
    """Share of the neighbouring words of matter that are neighbours in the evidence; plus one."""
    order = [word.stem for word in claim.words if word.weight]
    pairs = list(pairwise(order))
    return (sum(pair in evidence.pairs for pair in pairs) + 1) / (len(pairs) + 1)


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
    return {
        "close_swapped_facts": close * min(2, len(differs.swapped_facts)),
        "close_negated": close * bool(differs.negated),
        "close_speaker": close * (differs.speakers is not None),
        "close_opposite": close * bool(differs.opposite),
        "close_hedged": close * bool(differs.hedged),
    }


def _reasons(absent: Sequence[Word], claim: Claim, differs: Contrast, evidence: Evidence) -> tuple[str, ...]:
    """Short sentences for people, the gravest first."""
    numbers = [w.text for w in absent if _number_missing(w, claim, evidence)]
    names = [w.text for w in absent if w.number is None and w.named]
    others = [w.text for w in absent if w.number is None and not w.named]
    out = [f"the number {number} is not in the source" for number in numbers]
    if names:
        out.append(f"names not in the source: {', '.join(names)}")
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
        out.append(f"words not in the source: {', '.join(others)}")
    return tuple(out)
