"""Bring your own: drafts from a document, other evaluators' files in and out."""

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import Fails, Says, serving

from eval.__main__ import main
from eval.cited_text import citations_in
from eval.dataset import DatasetInvalid
from eval.draft import drafts
from eval.exchange import import_rows, import_squad
from eval.layouts import read_answers
from eval.rows import answer_from
from eval.unanswerable import near
from index.passage import Source
from qa.answer import ShownPassage

TEXT = (
    "# Harbour\n\nThe harbour of Oldport was dredged by a crew from Lisbon. It takes 40 ships a day.\n\n"
    "The master, Marta Ruiz, has sailed tankers. The pier was opened in May 1998 by the mayor.\n"
)


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A JSONL file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_each_rule_makes_its_question() -> None:
    """A count, a date, a name, and a plain statement turned round."""
    made = {draft.tag: draft for draft in drafts(Source("h.md", "", TEXT, "0"))}
    assert made["how-many"].question == "How many ships are mentioned?"
    assert made["how-many"].answers == ("40",)
    assert made["when"].question == "What happened in May 1998?"
    assert made["who"].question == "What is said about Marta Ruiz?"
    questions = [draft.question for draft in drafts(Source("h.md", "", TEXT, "0"))]
    assert "Was the harbour of Oldport dredged by a crew from Lisbon?" in questions


def test_a_draft_can_be_run_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From a document with Windows line ends: spans hold their quotes, rows are marked unreviewed."""
    source = tmp_path / "report.md"
    source.write_bytes(TEXT.replace("\n", "\r\n").encode())
    folder = tmp_path / "mine"
    assert main(["new", str(source), "--into", str(folder)]) == 0
    assert "python -m eval answers" in capsys.readouterr().out
    rows = lines(folder / "questions.jsonl")
    assert all(row["reviewed"] is False for row in rows)
    dataset = read_answers(folder)
    assert len(dataset.questions) == len(rows) >= 4
    assert dataset.docs[0].text == TEXT.replace("\n", "\r\n")


def test_a_drafts_folder_may_be_named_by_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As with every eval command, before or behind its name; with --into too, which is meant is asked."""
    monkeypatch.chdir(tmp_path)  # where a draft would go that nobody named a folder for
    source = tmp_path / "report.md"
    source.write_text(TEXT, "utf-8")
    assert main(["new", str(source), "--out", "behind"]) == 0
    assert main(["--out", "before", "new", str(source)]) == 0
    capsys.readouterr()
    assert main(["new", str(source), "--out", "one", "--into", "other"]) == 2
    error = capsys.readouterr().err
    assert "give one of them" in error
    assert error.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"report.md", "behind", "before"}
    assert read_answers(tmp_path / "behind").questions


def test_a_draft_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that holds something is left alone; so is a document the rules can ask nothing about."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x").write_text("x")
    source = tmp_path / "report.md"
    source.write_text(TEXT, "utf-8")
    assert main(["new", str(source), "--into", str(tmp_path / "mine")]) == 2
    source.write_text("hello", "utf-8")
    assert main(["new", str(source), "--into", str(tmp_path / "other")]) == 2
    assert main(["new", str(tmp_path / "none.md")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_a_limit_spreads_questions_over_the_document(tmp_path: Path) -> None:
    """Three of thirty: from the beginning, the middle and the end."""
    source = tmp_path / "report.md"
    source.write_text(
        " ".join(f"In this story the year {1900 + i} was quite long." for i in range(30)), "utf-8"
    )
    assert main(["new", str(source), "--into", str(tmp_path / "mine"), "--limit", "3"]) == 0
    starts = [row["evidence"][0]["start"] for row in lines(tmp_path / "mine" / "questions.jsonl")]
    length = len(source.read_text("utf-8"))
    assert [int(3 * start / length) for start in starts] == [0, 1, 2]


def test_what_a_document_does_not_answer_is_drafted_too(tmp_path: Path) -> None:
    """Of 16 questions 4: near ones with a detail that stands nowhere, far ones that share no word."""
    (tmp_path / "report.md").write_text(
        TEXT + "Three cats purr. The harbour was built in 1815 by hand.\n", "utf-8"
    )
    assert main(["new", str(tmp_path / "report.md"), "--into", str(tmp_path / "mine"), "--limit", "16"]) == 0
    rows = [row for row in lines(tmp_path / "mine" / "questions.jsonl") if not row["answerable"]]
    assert [row["tags"][1] for row in rows] == ["near", "near", "far", "far"]
    assert not any(row["evidence"] or row["answers"] or row["reviewed"] for row in rows)
    assert "Why do cats purr?" not in {row["question"] for row in rows}
    assert len(read_answers(tmp_path / "mine").questions) > 4


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("What happened in May 1998?", "What happened in May 2001?"),
        ("Why did 40 ships wait?", "Why did 17 ships wait?"),
        ("What is said about Marta Ruiz?", "What is said about Marta Okafor?"),
        ("Was the harbour dredged?", None),
    ],
)
def test_a_near_question_changes_one_detail(question: str, changed: str | None) -> None:
    """A year, a number or a surname becomes one that the text does not hold; else there is none."""
    assert list(near([question], TEXT)) == ([changed] if changed else [])
    if changed:
        taken = TEXT + "2001, 17, Okafor"
        assert list(near([question], taken)) not in ([changed], [question])


MODEL_ROWS = [
    {"question": "Who dredged the harbour?", "answer": "a crew from Lisbon", "quote": "dredged by a crew"},
    {"question": "Who is Marta Ruiz?", "answer": "a pirate", "quote": "The master, Marta Ruiz, has\nsailed"},
    {"question": "Who built it?", "answer": "Ana", "quote": "It was built by Ana."},
    {"question": 7, "quote": "x"},
]


def test_a_models_drafts_are_tied_to_what_they_quote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two of four: the others quote nothing that stands there. An answer of words not there is left out."""
    (tmp_path / "report.md").write_text(TEXT, "utf-8")
    reply = "Here you are:\n```json\n[" + ",\n".join(map(json.dumps, MODEL_ROWS)) + "]\n```{"
    with serving(Says(reply)) as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        code = main(["new", str(tmp_path / "report.md"), "--into", str(tmp_path / "mine"), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["made"], told["answerable"], told["dropped"]) == (0, "by the model", 2, 2)
    rows = [row for row in lines(tmp_path / "mine" / "questions.jsonl") if row["answerable"]]
    assert [row["evidence"][0]["quote"] for row in rows] == [
        "The harbour of Oldport was dredged by a crew from Lisbon.",
        "The master, Marta Ruiz, has sailed tankers.",
    ]
    assert [row["answers"] for row in rows] == [["a crew from Lisbon"], []]
    assert all(row["reviewed"] is False for row in rows)
    assert read_answers(tmp_path / "mine").questions


def test_rules_stand_in_for_a_model_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The draft is written all the same, and what went wrong is said on stderr."""
    (tmp_path / "report.md").write_text(TEXT, "utf-8")
    with serving(Fails(401)) as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
        assert main(["new", str(tmp_path / "report.md"), "--into", str(tmp_path / "mine")]) == 0
    out, err = capsys.readouterr()
    assert "drafted by rule" in out
    assert err.startswith("footnote: the model ")


def test_squad_2_is_imported(tmp_path: Path) -> None:
    """Offsets move with the paragraph; impossible questions are unanswerable; equal answers are one."""
    first, second = "Ana Łuk built it.", "It opened in 1998, in May."
    answers = [{"text": "1998", "answer_start": 13}, {"text": "1998", "answer_start": 13}]
    impossible = {"id": "1", "question": "Who?", "answers": [], "is_impossible": True}
    data = {
        "data": [
            {
                "title": "Pier",
                "paragraphs": [
                    {"context": first, "qas": [impossible]},
                    {"context": second, "qas": [{"id": "2", "question": "When?", "answers": answers}]},
                ],
            }
        ]
    }
    (tmp_path / "squad.json").write_text(json.dumps(data), "utf-8")
    assert import_squad(tmp_path / "squad.json", tmp_path / "set").questions == 2
    dataset = read_answers(tmp_path / "set")
    first_row, when = dataset.questions
    assert not first_row.answerable
    (span,) = when.evidence
    assert dataset.docs[0].text[span.start : span.end] == "1998"
    assert when.answers == ("1998",)


CONTEXT = "It opened in 1998."
WHEN: dict[str, Any] = {"id": "1", "question": "When?", "answers": [{"text": "1998", "answer_start": 13}]}


def squad(*qas: object, context: object = CONTEXT) -> str:
    """A SQuAD file of one paragraph."""
    return json.dumps({"data": [{"title": "t", "paragraphs": [{"context": context, "qas": qas}]}]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no", "not JSON"),
        ('{"rows": []}', "no questions"),
        ("[]", "not a SQuAD file"),
        ('{"data": 3}', "'data' must be a list"),
        ('{"data": [{"paragraphs": [{"context": "x"}]}]}', "no questions"),
        (squad(WHEN, WHEN), "'1' stands twice"),
        (squad(WHEN, context=3), "'context' is not a string"),
        (squad(WHEN | {"question": None}), "question 1: 'question' is not a string"),
        (squad(WHEN | {"answers": [{"text": "1998", "answer_start": "13"}]}), "answer_start, a whole number"),
        (squad(WHEN | {"question": "\ud800"}), "half a character"),
    ],
)
def test_what_is_no_squad_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """In one line that says what is wrong, before anything is written."""
    (tmp_path / "squad.json").write_text(text, "utf-8")
    with pytest.raises(DatasetInvalid, match=message):
        import_squad(tmp_path / "squad.json", tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_an_answer_that_stands_elsewhere_is_counted(tmp_path: Path) -> None:
    """Its question comes in without evidence; a byte order mark does no harm."""
    moved = {"id": "2", "question": "When?", "answers": [{"text": "1998", "answer_start": 2}]}
    (tmp_path / "squad.json").write_text(squad(WHEN, moved), "utf-8-sig")
    found = import_squad(tmp_path / "squad.json", tmp_path / "set")
    assert (found.questions, found.adrift) == (2, 1)
    assert [len(q.evidence) for q in read_answers(tmp_path / "set").questions] == [1, 0]


@pytest.mark.parametrize(
    "names",
    [
        ("user_input", "response", "retrieved_contexts", "reference"),
        ("question", "answer", "contexts", "ground_truth"),
        ("input", "actual_output", "retrieval_context", "expected_output"),
    ],
    ids=["ragas", "older ragas", "deepeval"],
)
def test_rows_of_other_evaluators_are_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, ...]
) -> None:
    """Imported answers are judged without asking anything: one cites rightly, one cites nothing."""
    contexts = ["The harbour was dredged in 1998.", "It takes 40 ships a day."]
    values = [
        ("When was it dredged?", "The harbour was dredged in 1998. [1]", contexts, "in 1998"),
        ("How many ships?", "It takes 40 ships a day.", contexts, "forty"),
    ]
    source = write(tmp_path / "rows.jsonl", [dict(zip(names, row, strict=True)) for row in values])
    folder = tmp_path / "set"
    assert main(["import", "rows", str(source), str(folder)]) == 0
    capsys.readouterr()
    assert main(["answers", str(folder), "--from", str(folder / "answers.jsonl"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    measures = {name: measure["value"] for name, measure in result["measures"].items()}
    assert result["n"] == 2
    assert result["model"] == "imported"
    assert measures["citation_recall"] == 0.5
    assert measures["faithfulness"] == 1
    assert measures["citation_validity"] == 1
    assert measures["evidence_hit"] == 1  # only the first row has its reference word for word


def test_a_row_without_a_question_is_named(tmp_path: Path) -> None:
    """With its line and the names it may have."""
    with pytest.raises(DatasetInvalid, match=r"line 1: no question \(user_input, "):
        import_rows(write(tmp_path / "rows.jsonl", [{"answer": "x"}]), tmp_path / "set")


ROW = {"question": "Who?", "answer": "Ana.", "contexts": ["Ana built it."]}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ROW | {"contexts": 3}], "line 1: 'contexts' must be a text or a list of texts"),
        ([ROW | {"contexts": [{"text": "x"}]}], "'contexts' must be a list of texts"),
        ([ROW | {"answer": 3}], "'answer' must be a text"),
        ([ROW | {"question": " "}], "'question' is empty"),
        ([ROW | {"id": "x"}, ROW | {"id": "x"}], "'x' stands twice"),
        ([{"question": "Who?", "answer": "Ana."}], "no row has contexts"),
        ([], "no row has contexts"),
    ],
)
def test_rows_that_cannot_be_used_are_refused(
    tmp_path: Path, rows: list[dict[str, Any]], message: str
) -> None:
    """In one line, before anything is written."""
    with pytest.raises(DatasetInvalid, match=message):
        import_rows(write(tmp_path / "rows.jsonl", rows), tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_rows_may_be_one_json_array(tmp_path: Path) -> None:
    """As pandas and others write them; a single context need not be a list."""
    (tmp_path / "rows.json").write_text(json.dumps([ROW, ROW | {"contexts": "Ana."}], indent=2), "utf-8")
    assert import_rows(tmp_path / "rows.json", tmp_path / "set").questions == 2
    assert len(read_answers(tmp_path / "set").docs) == 2


def test_a_run_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Out as ragas and as deepeval rows, and in again: the same questions, contexts and answers."""
    rows = [
        {"user_input": "Who?", "response": "Ana. [1]", "retrieved_contexts": ["Ana."], "reference": "Ana."}
    ]
    main(["import", "rows", str(write(tmp_path / "in.jsonl", rows)), str(tmp_path / "set")])
    answers = str(tmp_path / "set" / "answers.jsonl")
    main(["answers", str(tmp_path / "set"), "--from", answers, "--out", str(tmp_path / "run")])
    capsys.readouterr()
    assert main(["export", "ragas", str(tmp_path / "run")]) == 0
    assert json.loads(capsys.readouterr().out) == rows[0]
    assert main(["export", "deepeval", str(tmp_path / "run")]) == 0
    assert json.loads(capsys.readouterr().out)["expected_output"] == "Ana."


PASSAGES = tuple(ShownPassage(str(i), f"{i}.txt", 0, 4, "text", 0.0, i) for i in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("It is so. [1]", [(1,)]),
        ("It is so [1]. But not this [2].", [(1,), (2,)]),
        ("It is so [1, 2].", [(1, 2)]),
        ("It is so [1-3].", [(1, 2, 3)]),
        ("It is so [1][2][1].", [(1, 2)]),
        ("It is so [0].", [(0,)]),
        ("It is so [7].", [(7,)]),
        ("It is so.", [()]),
        ("See section 2 and [note].", [()]),
        ("[1]", []),
    ],
)
def test_markers_are_read(text: str, cited: list[tuple[int, ...]]) -> None:
    """Every number of a marker, ranges too; what was not offered stays, and has no citation to stand on."""
    sentences, citations = citations_in(text, PASSAGES)
    assert [sentence.citations for sentence in sentences] == cited
    assert all("[" not in s.text or "[note]" in s.text for s in sentences)
    wanted = {n for numbers in cited for n in numbers if 1 <= n <= 3}
    assert {citation.n for citation in citations} == wanted


def test_imported_answers_are_answers(tmp_path: Path) -> None:
    """answers.jsonl holds what the contract calls an Answer; an empty one is a refusal."""
    rows: list[dict[str, Any]] = [
        {"question": "Who?", "answer": "", "contexts": ["Ana."]},
        {"question": "What?", "answer": "x"},
    ]
    import_rows(write(tmp_path / "rows.jsonl", rows), tmp_path / "set")
    answers = [answer_from(row) for row in lines(tmp_path / "set" / "answers.jsonl")]
    assert [answer.status for answer in answers] == ["not_in_source", "answered"]


@pytest.mark.parametrize(
    ("words", "told"),
    [(["import", "squad", "x.json", "folder"], "after the file"), (["export", "ragas", "run"], "> FILE")],
)
def test_where_it_goes_is_said_once(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--out` would be ignored: it is refused, with what to do instead."""
    assert main([*words, "--out", str(tmp_path / "there")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "there").exists()
