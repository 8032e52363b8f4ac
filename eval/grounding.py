"""Claim pairs -> checker measures: how well scores part what people called supported and not."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from eval.dataset import DatasetInvalid
from eval.measures import auroc
from eval.result import RESAMPLES, SEED, Measure, Result
from index.passage import Passage
from index.words import terms
from qa.check import SUPPORTED, Ground, Support

USUAL_ODDS = 9.0  # supported sentences to one that is not, in what models answer from passages
BINS = 10  # of the reliability curve, equal in width
KEPT = 64  # evidence texts whose passage work is kept: sentences of one reply follow each other


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, the text it must follow from, what people said; sentences of one reply share a group."""

    id: str
    group: str
    claim: str
    evidence: str
    supported: bool


class Checker(Protocol):
    """What `qa.check.Ground` and the word-overlap baseline have in common."""

    def support(self, sentence: str, cited: Sequence[Passage] | None = None) -> Support:
        """How far the passages carry the sentence."""


class WordOverlap:
    """The plain baseline: the share of a sentence's terms that stand anywhere in the passages."""

    name = "word overlap"

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = tuple(passages)
        self._terms = {passage.id: frozenset(terms(passage.text)) for passage in passages}

    def support(self, sentence: str, cited: Sequence[Passage] | None = None) -> Support:
        """The share of the terms that all passages hold together; the span is the passage that holds most."""
        asked = set(terms(sentence))
        allowed = [p for p in self._passages if cited is None or any(p.id == other.id for other in cited)]
        held = set().union(*(self._terms[p.id] for p in allowed))
        best = max(allowed, key=lambda p: len(asked & self._terms[p.id]), default=None)
        score = len(asked & held) / max(1, len(asked))
        return Support(score, best, best.start if best else 0, best.end if best else 0)


def read_claims(path: Path) -> list[Claim]:
    """The rows of a grounding file.

    Raises:
        DatasetInvalid: the file cannot be read, has no rows, or a row is malformed or repeats an id.
    """
    rows = list(_claims(path))
    if not rows:
        raise DatasetInvalid(f"{path}: no rows; each line needs id, group, claim, evidence, supported")
    return rows


def _claims(path: Path) -> Iterator[Claim]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError as error:
        raise DatasetInvalid(f"{path}: no such file; give a .jsonl of claims") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(f"{path}: cannot be read as UTF-8 text") from error
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            claim = _claim(line, f"{path}, line {number}")
            if claim.id in seen:
                raise DatasetInvalid(f"{path}, line {number}: id {claim.id!r} stands there twice")
            seen.add(claim.id)
            yield claim


def _claim(line: str, place: str) -> Claim:
    try:
        row: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise DatasetInvalid(f"{place}: not JSON ({error.msg})") from error
    if not isinstance(row, dict) or not {"id", "claim", "evidence", "supported"} <= row.keys():
        raise DatasetInvalid(f"{place}: need an object with id, claim, evidence, supported (and group)")
    if not isinstance(row["claim"], str) or not isinstance(row["evidence"], str):
        raise DatasetInvalid(f"{place}: claim and evidence must be text")
    if not isinstance(row["supported"], bool):
        raise DatasetInvalid(f"{place}: supported must be true or false")
    return Claim(
        str(row["id"]), str(row.get("group", row["id"])), row["claim"], row["evidence"], row["supported"]
    )


def evaluate(path: Path) -> tuple[Result, dict[str, float]]:
    """The checker's measures on a grounding file, and its score of every row by id.

    Raises:
        DatasetInvalid: see `read_claims`.
    """
    claims = read_claims(path)
    began = perf_counter()
    scores = list(score(claims, Ground))
    seconds = perf_counter() - began
    baseline = list(score(claims, WordOverlap))
    result = Result(
        name=path.stem,
        kind="grounding",
        n=len(claims),
        fingerprint=hashlib.sha256("\n".join(map(repr, claims)).encode()).hexdigest()[:16],
        settings={"threshold": SUPPORTED, "reliability": reliability(scores, [c.supported for c in claims])},
        model="none",
        checker=Ground.name,
        measures=measure(claims, scores, SUPPORTED),
        baselines={
            WordOverlap.name: {
                name: found.value
                for name, found in measure(claims, baseline).items()
                if name
                not in {
                    "balanced_accuracy",
                    "f1",
                    "ece",
                    "ece_balanced",
                }  # no threshold of its own, no probability
            }
        },
        timings={"seconds_per_sentence": round(seconds / len(claims), 5)},
    )
    return result, {claim.id: value for claim, value in zip(claims, scores, strict=True)}


def score(claims: Iterable[Claim], checker: Any) -> Iterator[float]:
    """The score of each claim by `checker(passages)`; passage work is done once for one evidence."""
    made: dict[str, Checker] = {}
    for claim in claims:
        if claim.evidence not in made:
            if len(made) >= KEPT:
                made.clear()
            made[claim.evidence] = checker([evidence_passage(claim.evidence)])
        yield made[claim.evidence].support(claim.claim).score


def evidence_passage(evidence: str) -> Passage:
    """An evidence text as one passage."""
    sha256 = hashlib.sha256(evidence.encode("utf-8", "surrogatepass")).hexdigest()
    return Passage(sha256[:16], "evidence", "", sha256, 0, len(evidence), evidence)


def by_group(claims: Sequence[Claim], scores: Sequence[float]) -> tuple[list[float], list[bool]]:
    """Of each reply the chance that all its sentences are supported, and whether people support them all.

    Each score is taken to what is `usual` in replies before they are multiplied.
    """
    product: dict[str, float] = {}
    whole: dict[str, bool] = {}
    for claim, value in zip(claims, scores, strict=True):
        product[claim.group] = product.get(claim.group, 1.0) * max(usual(value), 1e-6)
        whole[claim.group] = whole.get(claim.group, True) and claim.supported
    return list(product.values()), list(whole.values())


def usual(score: Any) -> Any:
    """A score, which speaks of sentences that are good every second time, where far more are: in a reply."""
    return USUAL_ODDS * score / (1 + (USUAL_ODDS - 1) * score)


def measure(
    claims: Sequence[Claim], scores: Sequence[float], threshold: float = SUPPORTED
) -> dict[str, Measure]:
    """The measures of a checker; F1 is for 'unsupported', the kind one wants to find."""
    kind = [claim.supported for claim in claims]
    replies, whole = by_group(claims, scores)
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(kind, dtype=bool)
    together = np.asarray(replies), np.asarray(whole)
    return {
        "auroc": _bootstrapped(_auroc, values, labels),
        "group_auroc": _bootstrapped(_auroc, *together),
        "balanced_accuracy": _bootstrapped(lambda v, k: balanced_accuracy(v >= threshold, k), values, labels),
        "f1": _bootstrapped(lambda v, k: f1_unsupported(v >= threshold, k), values, labels),
        "best_f1": _bootstrapped(best_f1, values, labels),
        "group_best_f1": _bootstrapped(best_f1, *together),
        "ece": _bootstrapped(ece, values, labels),
        "ece_balanced": _bootstrapped(ece_balanced, values, labels),
    }


def _auroc(values: np.ndarray, kind: np.ndarray) -> float:
    return auroc(values.tolist(), kind.tolist())


def balanced_accuracy(called: np.ndarray, kind: np.ndarray) -> float:
    """Mean of the two shares called right; of the one share where a kind is missing."""
    shares = [float((called[kind == k] == k).mean()) for k in (True, False) if (kind == k).any()]
    return sum(shares) / len(shares) if shares else 0.0


def f1_unsupported(called: np.ndarray, kind: np.ndarray) -> float:
    """F1 of finding the unsupported rows; 0 where none is found."""
    hits = float((~called & ~kind).sum())
    wanted = float((~called).sum() + (~kind).sum())
    return 2 * hits / wanted if wanted else 0.0


def best_f1(values: np.ndarray, kind: np.ndarray) -> float:
    """The F1 for 'unsupported' of the best threshold on these very rows; equal scores are called alike."""
    order = np.argsort(values, kind="stable")
    ends = np.append(np.diff(values[order]) > 0, True)
    hits, called = np.cumsum(~kind[order]), np.arange(1, len(values) + 1)
    return float((2 * hits / (called + (~kind).sum()))[ends].max()) if len(values) else 0.0


def reliability(scores: Sequence[float], kind: Sequence[bool]) -> list[dict[str, float]]:
    """The reliability curve: rows, mean score and share supported of each bin of scores that holds any."""
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(kind, dtype=np.float64)
    place = np.minimum((values * BINS).astype(int), BINS - 1)
    return [
        {
            "n": int((place == i).sum()),
            "score": round(float(values[place == i].mean()), 4),
            "supported": round(float(labels[place == i].mean()), 4),
        }
        for i in range(BINS)
        if (place == i).any()
    ]


def ece(values: np.ndarray, kind: np.ndarray) -> float:
    """Expected calibration error over equal-width bins, in 0..1 (Guo et al. 2017, arXiv:1706.04599)."""
    curve = reliability(list(values), list(kind))
    return sum(b["n"] * abs(b["score"] - b["supported"]) for b in curve) / max(1, len(values))


def ece_balanced(values: np.ndarray, kind: np.ndarray) -> float:
    """`ece` with both labels weighing the same: the base rate that the checker's score speaks of, in 0..1."""
    weight = np.where(kind, 0.5 / max(1, int(kind.sum())), 0.5 / max(1, int((~kind).sum())))
    place = np.minimum((values * BINS).astype(int), BINS - 1)
    return float(np.abs(np.bincount(place, weight * (values - kind), BINS)).sum())


def _bootstrapped(
    statistic: Callable[[np.ndarray, np.ndarray], float], values: np.ndarray, kind: np.ndarray
) -> Measure:
    """A statistic of all rows with its percentile bootstrap interval; deterministic."""
    chance = np.random.default_rng(SEED)
    rows = [chance.integers(0, len(values), len(values)) for _ in range(RESAMPLES)]
    low, high = np.percentile([statistic(values[picks], kind[picks]) for picks in rows], [2.5, 97.5])
    return Measure(round(statistic(values, kind), 4), round(float(low), 4), round(float(high), 4))
