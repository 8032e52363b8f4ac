"""Two saved runs of the same questions: what got better, what got worse, which rows flipped."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eval.paired import GOOD, Resampled, came_of, measures_of
from eval.reading import lower_is_better
from eval.result import Measure, bootstrap
from eval.saved import Saved
from index.errors import FootnoteError


class NotComparable(FootnoteError):
    """Two results that speak of different questions or documents."""


@dataclass(frozen=True, slots=True)
class Change:
    """A measure in both runs; `difference` is new - old, with its interval where rows could be paired."""

    measure: str
    old: float
    new: float
    difference: Measure | None

    @property
    def verdict(self) -> str:
        """Better or worse where the interval leaves out 0, same where nothing moved, else unclear."""
        if self.difference is None:
            return "same" if self.old == self.new else "unclear"
        if self.difference.low <= 0 <= self.difference.high:
            return "same" if self.difference == Measure(0.0, 0.0, 0.0) else "unclear"
        return "better" if (self.difference.value > 0) != lower_is_better(self.measure) else "worse"


@dataclass(frozen=True, slots=True)
class Flip:
    """A row that came out otherwise."""

    id: str
    question: str
    old: str
    new: str

    @property
    def better(self) -> bool | None:
        """Whether it went from wrong to right; None where it is wrong, or right, in another way."""
        was, is_ = self.old in GOOD, self.new in GOOD
        return None if was == is_ else is_


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs set side by side; `paired` is the number of rows that both hold."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    paired: int
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]

    def to_json(self) -> dict[str, Any]:
        """One JSON object."""
        changes = [asdict(change) | {"verdict": change.verdict} for change in self.changes]
        flips = [asdict(flip) | {"better": flip.better} for flip in self.flips]
        return asdict(self) | {"changes": changes, "flips": flips}


def compare(old: Saved, new: Saved) -> Comparison:
    """The paired comparison of two runs.

    The interval of a difference is a paired bootstrap over rows (Efron & Tibshirani 1993; Sakai 2006): both
    runs are resampled alike, so what is hard for both cancels out.

    Raises:
        NotComparable: the results are of different kinds, documents or questions.
    """
    refuse_other(old, new.result.kind, new.result.fingerprint, _about(new))
    before, after = old.scores(), new.scores()
    shared = [row for row in before if row in after]
    was = measures_of(old.result, (before[row] for row in shared))
    is_ = measures_of(new.result, (after[row] for row in shared))
    changes = tuple(
        Change(name, measure.value, new.result.measures[name].value, _difference(name, was, is_))
        for name, measure in old.result.measures.items()
        if name in new.result.measures
    )
    return Comparison(_head(old), _head(new), len(shared), changes, _flips(old, new))


def refuse_other(old: Saved, kind: str, fingerprint: str, about: str) -> None:
    """See that a saved run is of the same kind, documents and questions.

    Raises:
        NotComparable: it is not.
    """
    if (old.result.kind, old.result.fingerprint) != (kind, fingerprint):
        raise NotComparable(
            f"the results are of different questions or documents ({_about(old)} and {about}): "
            "run both on the same set, then compare"
        )


def _difference(name: str, was: Mapping[str, Resampled], is_: Mapping[str, Resampled]) -> Measure | None:
    if name not in was or name not in is_ or not was[name].n:
        return None
    before, after = was[name].statistic, is_[name].statistic
    return bootstrap(was[name].n, lambda units: after(units) - before(units))


def _flips(old: Saved, new: Saved) -> tuple[Flip, ...]:
    """The rows whose outcome changed: those that got worse first."""
    before = {name: came_of(old.result, scores) for name, scores in old.scores().items()}
    flips = []
    for row in new.rows():
        name, came = str(row["id"]), came_of(new.result, row["scores"])
        if before.get(name, came) != came:
            flips.append(Flip(name, str(row["question"]), before[name], came))
    order = {False: 0, True: 1, None: 2}
    return tuple(sorted(flips, key=lambda flip: order[flip.better]))


def _head(saved: Saved) -> dict[str, Any]:
    result = saved.result
    return {
        "name": result.name,
        "n": result.n,
        "model": result.model,
        "checker": result.checker,
        "failed": result.failed,
    }


def _about(saved: Saved) -> str:
    return f"{saved.result.name}, {saved.result.n} rows, {saved.result.fingerprint}"
