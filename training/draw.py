"""What the cross-encoder sees of a group at a step: some of its candidates, cut. Each epoch draws anew."""

from dataclasses import dataclass, replace

import numpy as np

from qa.extract import PASSAGES
from qa.quoting.cross_encoder import MARKS
from qa.quoting.glance import READ, worth_reading
from qa.quoting.reading import ReadPassage, ReadQuestion
from training.groups import Candidate, Group

MORE = 0.3  # chance of a passage more than the gold one and another, and of one of another document
WIDE = 0.5  # chance of as many passages as when a question is answered
BARE = 0.06  # chance that the sentences that answer are left out, so that none does
ABROAD = 0.1  # chance that a question is asked of other documents alone
NEARER = 0.6  # weight of each further passage against the one before, when a wrong one is drawn
BUDGET = (100, READ)  # tokens that are read for a group, about


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A passage drawn for a group (its number in the batch), and the span of its tokens that answers."""

    group: int
    asked: ReadQuestion
    passage: ReadPassage
    right: frozenset[int]
    answer: tuple[int, int] | None


def draw(number: int, group: Group, chance: np.random.Generator) -> list[Drawn]:
    """Some of the group's candidates, cut to the sentences that promise most and to those that answer.

    By chance they are fewer than when a question is answered, and so are their tokens.
    """
    chosen = choose(group, chance)
    if chance.random() < BARE:
        chosen = [bare(candidate) for candidate in chosen]
    right = np.array([i in one.right for one in chosen for i in range(len(one.passage.spans))], dtype=bool)
    promise = np.concatenate([one.promise for one in chosen])
    parts = worth_reading([one.passage for one in chosen], promise, chance.uniform(*BUDGET), right)
    return [
        Drawn(number, group.asked, part, one.right, _answer(group, one, part))
        for one, part in zip(chosen, parts, strict=True)
        if len(part.tokens) > MARKS
    ]


def bare(candidate: Candidate) -> Candidate:
    """The candidate without the sentences that answer; those beside them were read with them."""
    stay = np.array([i not in candidate.right for i in range(len(candidate.passage.spans))], dtype=bool)
    return replace(candidate, passage=candidate.passage.cut(stay), right=frozenset())


def choose(group: Group, chance: np.random.Generator) -> list[Candidate]:
    """Up to two candidates that answer, and some that do not: near ones, and of other documents."""
    foreign = [group.far[int(n)] for n in chance.permutation(len(group.far))]
    if foreign and chance.random() < ABROAD:
        return foreign[:2]
    gold = [candidate for candidate in group.candidates if candidate.right]
    wrong = [candidate for candidate in group.candidates if not candidate.right]
    chosen = foreign[:1] if chance.random() < MORE else []
    chosen += [gold[int(n)] for n in chance.permutation(len(gold))[:2]]
    room = 1 if gold else 2
    room += int(chance.random() < MORE)
    if chance.random() < WIDE:
        room = PASSAGES - len(chosen)
    if wrong:
        weights = NEARER ** np.arange(len(wrong))
        places = chance.choice(len(wrong), min(room, len(wrong)), replace=False, p=weights / weights.sum())
        chosen += [wrong[int(n)] for n in places]
    return chosen


def _answer(group: Group, held: Candidate, part: ReadPassage) -> tuple[int, int] | None:
    """The first and the last of the part's tokens that answer, if the answering words stand there."""
    if not group.answer or held is not group.candidates[group.answer[0]]:
        return None
    first = np.flatnonzero((part.offsets[:, 0] == group.answer[1]) & (part.sentence >= 0))
    last = np.flatnonzero((part.offsets[:, 1] == group.answer[2]) & (part.sentence >= 0))
    return int(first[0]), int(last[-1])
