"""Gates: which hold for whom, what breaks them, and what is no gates file."""

from pathlib import Path

import pytest

from eval.gates import GATES, Gate, GatesInvalid, broken, read_gates
from eval.result import Measure, Result

RESULT = Result(
    name="harbour",
    kind="answers",
    n=2,
    fingerprint="f",
    settings={},
    model="extractive",
    checker="footnote",
    measures={"evidence_hit": Measure(0.8, 0.7, 0.9), "false_answer_rate": Measure(0.2, 0.1, 0.3)},
)


def test_a_value_at_its_bound_passes() -> None:
    """Bounds are inclusive."""
    assert broken(RESULT, [Gate("evidence_hit", low=0.8), Gate("false_answer_rate", high=0.2)]) == []


def test_each_broken_gate_has_its_line() -> None:
    """Too low, too high and not measured: three lines, each names the measure, its value and its bound."""
    gates = [Gate("evidence_hit", low=0.81), Gate("false_answer_rate", high=0.19), Gate("faithfulness", 0.5)]
    lines = broken(RESULT, gates)
    assert len(lines) == 3
    assert "evidence_hit is 0.8000, under its bound 0.81" in lines[0]
    assert "false_answer_rate is 0.2000, over its bound 0.19" in lines[1]
    assert "faithfulness was not measured" in lines[2]


def test_a_writing_model_is_held_to_what_always_holds(tmp_path: Path) -> None:
    """[extractive] is for quoted answers only."""
    path = tmp_path / "gates.toml"
    path.write_text("[always]\na = { min = 1 }\n[extractive]\nb = { max = 0.5 }\n", encoding="utf-8")
    assert [gate.measure for gate in read_gates(path, "extractive")] == ["a", "b"]
    assert read_gates(path, "some-model") == [Gate("a", low=1.0)]


@pytest.mark.parametrize(
    "text", ["[always]\na = 3\n", "[always]\na = {}\n", "[always]\na = { low = 1 }\n", "[other]\n", "a ="]
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str) -> None:
    """Bounds that are no bounds, unknown tables, and what is not TOML."""
    path = tmp_path / "gates.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GatesInvalid):
        read_gates(path, "extractive")


def test_the_article_gates_name_measures_there_are() -> None:
    """The shipped file can be read; its first gate is that every citation is a true pointer."""
    gates = read_gates(GATES, "extractive")
    assert Gate("citation_validity", low=1.0) in gates
    assert len(gates) > 2
