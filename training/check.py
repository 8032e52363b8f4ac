"""Grounding files -> qa/grounding/check_weights.json, and how weights part a set they never saw.

    python -m training.check FOLDER DOCS            the table
    python -m training.check FOLDER DOCS --write    also the weights of all sets together

FOLDER holds ragtruth_qa.jsonl, wice.jsonl and q2.jsonl; DOCS texts whose sentences are changed by rule (every
second one is kept for eval/changed_facts.py to report on). The shipped weights come from the folders
`grounding` and `answers/xquad/docs` of the public sets; their licences stand in NOTICE. Logistic regression;
a feature's meaning fixes the sign of its weight (a missing number never helps); sets, and in a set both
labels, weigh the same.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.changed_facts import claims_of
from eval.grounding import Claim, best_f1, by_group, ece_balanced, evidence_passage, read_claims
from eval.measures import auroc
from index.source import read_source
from qa.check import WEIGHTS
from qa.grounding.claim import read_claim
from qa.grounding.comparison import compare
from qa.grounding.evidence import Evidence, read_sentences

SETS = ("ragtruth_qa", "wice", "q2")
HELPS = frozenset({"cover", "in_order"})
L2 = 0.003  # on standardised features, beside the mean loss
MOST = 8.0  # that one difference may take off a logit, however rare it is in the sets
LEAST = 3.0  # that one must take off: people forgive a dropped "may" more readily than a footnote should
STEPS = 3000
MIXED = {"changed": 0.5}  # the weight of a set made by rule, beside 1 for one labelled by people


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Features (n, n_features) of the claims of one set."""

    claims: Sequence[Claim]
    features: np.ndarray
    names: tuple[str, ...]

    @property
    def labels(self) -> np.ndarray:
        """1 where people say supported."""
        return np.array([float(claim.supported) for claim in self.claims])


def fit(sets: Mapping[str, Labelled], names: Sequence[str]) -> dict[str, float]:
    """Weights by feature and "bias": each set, and in it each label, weighs the same."""
    x = np.vstack([_columns(part, names) for part in sets.values()])
    y = np.concatenate([part.labels for part in sets.values()])
    w = np.concatenate([_row_weights(part.labels) * MIXED.get(name, 1.0) for name, part in sets.items()])
    w /= w.sum()
    centre = w @ x
    scale = np.sqrt(w @ (x - centre) ** 2) + 1e-9
    z = np.hstack([(x - centre) / scale, np.ones((len(x), 1))])
    low = np.append([0.0 if name in HELPS else -MOST for name in names] * scale, -np.inf)
    high = np.array([np.inf if name in HELPS else -LEAST * name.startswith("close_") for name in names])
    high = np.append(high * scale, np.inf)
    theta = _descend(z, y, w, low, high)
    weights = theta[:-1] / scale
    found = {
        name: round(float(value), 4) for name, value in zip(names, weights, strict=True) if abs(value) > 1e-4
    }
    return {"bias": round(float(theta[-1] - weights @ centre), 4)} | found


def _descend(z: np.ndarray, y: np.ndarray, w: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Accelerated projected gradient descent (Beck & Teboulle 2009) on the weighted logistic loss."""
    ridge = np.full(z.shape[1], L2)
    ridge[-1] = 0
    rate = 1 / (np.linalg.norm(z * np.sqrt(w)[:, None], 2) ** 2 / 4 + L2)
    theta = ahead = np.zeros(z.shape[1])
    for step in range(STEPS):
        slope = z.T @ (w * (1 / (1 + np.exp(-z @ ahead)) - y)) + ridge * ahead
        after = np.clip(ahead - rate * slope, low, high)
        ahead = after + step / (step + 3) * (after - theta)
        theta = after
    return theta


def _row_weights(y: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(y > 0, 0.5 / max(1, y.sum()), 0.5 / max(1, (1 - y).sum())))


def _columns(part: Labelled, names: Sequence[str]) -> np.ndarray:
    return np.asarray(np.take(part.features, [part.names.index(name) for name in names], axis=1))


def read_set(claims: Sequence[Claim]) -> Labelled:
    """The claims with their features."""
    evidence: dict[str, Evidence] = {}
    rows = []
    for claim in claims:
        if claim.evidence not in evidence:
            evidence = {claim.evidence: Evidence(read_sentences(evidence_passage(claim.evidence)))}
        rows.append(compare(read_claim(claim.claim), evidence[claim.evidence]).features)
    names = tuple(rows[0])
    return Labelled(claims, np.array([[row[name] for name in names] for row in rows]), names)


def scores(part: Labelled, weights: Mapping[str, float]) -> list[float]:
    """The probability of each claim, by weights from `fit`."""
    names = [name for name in weights if name != "bias"]
    logit = weights["bias"] + _columns(part, names) @ np.array([weights[name] for name in names])
    return [float(p) for p in 1 / (1 + np.exp(-logit))]


def table(sets: Mapping[str, Labelled], names: Sequence[str]) -> str:
    """Each set labelled by people, by weights fitted on the others: a line each."""
    lines = []
    for name in SETS:
        part = sets[name]
        found = scores(part, fit({other: s for other, s in sets.items() if other != name}, names))
        replies, whole = by_group(part.claims, found)
        kind = [claim.supported for claim in part.claims]
        lines.append(
            f"{name:12} auroc {auroc(found, kind):.3f}  "
            f"best_f1 {best_f1(np.array(found), np.array(kind)):.3f}  "
            f"by reply {auroc(replies, whole):.3f} {best_f1(np.array(replies), np.array(whole)):.3f}  "
            f"ece_balanced {ece_balanced(np.array(found), np.array(kind)):.3f}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; write the weights if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("docs", type=Path)
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    options = parser.parse_args(arguments)
    docs = [read_source(path, path.name) for path in sorted(options.docs.glob("*.txt"))[::2]]
    claims = {name: read_claims(options.folder / f"{name}.jsonl") for name in SETS} | {
        "changed": claims_of(docs)
    }
    sets = {}
    for name, rows in claims.items():
        print(f"reading {name}: {len(rows)} claims", file=sys.stderr)
        sets[name] = read_set(rows)
    names = sets["q2"].names
    print(f"each fitted on the other sets\n{table(sets, names)}")
    if options.write:
        WEIGHTS.write_text(json.dumps(fit(sets, names), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
