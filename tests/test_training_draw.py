"""What the cross-encoder learns from at a step: candidates drawn from a group, cut, their labels kept."""

from dataclasses import replace

import numpy as np
import pytest

from eval.dataset import Evidence
from index.embed import MiniLM
from index.passage import Source
from qa.quoting.cross_encoder import MARKS
from training import draw as drawing
from training.draw import bare, choose, draw
from training.groups import Collection, Group

SENTENCES = (
    "The harbour of Oldport was dredged in 1998.",
    "The market hall beside the quay sells fish on Saturdays.",
    "Marta Ruiz has been harbour master since 2015.",
)
TEXT = " ".join(SENTENCES)


@pytest.fixture
def group(minilm: MiniLM) -> Group:
    """A question whose first sentence answers, beside six documents that do not and one from elsewhere."""
    others = [Source(f"{n}.txt", f"Town {n}", f"The quay of town {n} is of stone.", "") for n in range(9)]
    whole = Collection([Source("oldport.txt", "Oldport", TEXT, ""), *others], minilm)
    place = TEXT.index("1998")
    found = whole.group(
        "one",
        "When was the harbour dredged?",
        [Evidence("oldport.txt", 0, len(SENTENCES[0]))],
        Evidence("oldport.txt", place, place + 4),
    )
    assert found.candidates[0].right == {0}
    return replace(found, far=(found.candidates[-1],), candidates=found.candidates[:-1])


def test_a_draw_keeps_what_answers(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is read, the right sentence is, and the answering token's place is its own."""
    monkeypatch.setattr(drawing, "ABROAD", 0.0)
    monkeypatch.setattr(drawing, "BARE", 0.0)
    monkeypatch.setattr(drawing, "BUDGET", (1, 30))
    chance = np.random.default_rng(0)
    for _ in range(30):
        drawn = draw(3, group, chance)
        (gold,) = [one for one in drawn if one.right]
        assert gold.group == 3
        assert gold.passage.sizes[0] > 0
        assert all(len(one.passage.tokens) > MARKS for one in drawn)
        assert gold.answer is not None
        (start, _), (_, end) = (gold.passage.offsets[place] for place in gold.answer)
        assert TEXT[start:end] == "1998"


def test_what_answers_may_be_left_out(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing is right, and the sentences beside are as they were."""
    gold = group.candidates[0]
    left = bare(gold)
    assert left.right == frozenset()
    assert left.passage.sizes[0] == 0
    assert left.passage.sizes[1:].tolist() == gold.passage.sizes[1:].tolist()
    monkeypatch.setattr(drawing, "BARE", 1.0)
    monkeypatch.setattr(drawing, "ABROAD", 0.0)
    for seed in range(5):
        drawn = draw(0, group, np.random.default_rng(seed))
        assert drawn
        assert not any(one.right or one.answer for one in drawn)


def test_draws_are_narrow_or_as_wide_as_in_use(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gold passage is always among them; other documents' alone where that is asked for."""
    monkeypatch.setattr(drawing, "ABROAD", 0.0)
    sizes = set()
    for seed in range(60):
        chosen = choose(group, np.random.default_rng(seed))
        assert group.candidates[0] in chosen
        sizes.add(len(chosen))
    assert sizes == {2, 3, 4, drawing.PASSAGES}
    monkeypatch.setattr(drawing, "ABROAD", 1.0)
    assert choose(group, np.random.default_rng(0)) == list(group.far)
