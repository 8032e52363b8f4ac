"""The data layouts: what is read, what is refused, and that the article's own set still fits its article."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from eval.dataset import DatasetInvalid, Evidence, Selection, drifted, select
from eval.layouts import article_set, read_answers, read_retrieval


def layout(folder: Path, *rows: object, text: str = "The harbour was dredged in 1998.") -> Path:
    """An answers layout with one document."""
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "harbour.txt").write_text(text, encoding="utf-8")
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


ROW = {"id": "1", "question": "When?", "evidence": [{"doc": "harbour.txt", "start": 4, "end": 11}]}


def test_no_span_of_the_article_set_has_drifted() -> None:
    """Each evidence span of the article's set still holds the quote its author saw."""
    dataset = article_set()
    assert drifted(dataset) == []
    assert all(span.quote for question in dataset.questions for span in question.evidence)


def test_the_article_set_is_whole() -> None:
    """At least 120 rows, both splits, answerable exactly where there is evidence, tags and ids on all."""
    questions = article_set().questions
    assert len(questions) >= 120
    assert {q.split for q in questions} == {"dev", "test"}
    assert all(q.answerable == bool(q.evidence) == bool(q.answers) for q in questions)
    assert all(q.tags for q in questions)
    assert sum(not q.answerable for q in questions) >= 40


def test_every_paragraph_is_asked_in_its_own_words_and_in_others() -> None:
    """Each paragraph but the title holds evidence of a verbatim and of a reworded question."""
    dataset = article_set()
    text = dataset.docs[0].text
    starts = [match.end() for match in re.finditer(r"\n\n", text)]
    for tag in ("verbatim", "paraphrase"):
        asked = [span.start for q in dataset.questions if tag in q.tags for span in q.evidence]
        held = {sum(start >= first for first in starts) for start in asked}
        assert set(range(1, len(starts) + 1)) - held == set(), tag


def test_every_kind_that_must_be_refused_and_talks_are_there() -> None:
    """At least 15 false premises, near and far questions each; 15 talks or more, of 40 turns or more."""
    questions = article_set().questions
    for tag in ("false-premise", "near", "far"):
        assert sum(tag in q.tags and not q.answerable for q in questions) >= 15
    turns = [q.id.rpartition("-")[0] for q in questions if q.id.startswith("chain-")]
    assert len(set(turns)) >= 15
    assert len(turns) >= 40


def test_a_moved_span_is_drift() -> None:
    """A span one character off is found, and told with both texts."""
    dataset = article_set()
    first = dataset.questions[0]
    moved = replace(first.evidence[0], start=first.evidence[0].start + 1)
    lines = drifted(replace(dataset, questions=(replace(first, evidence=(moved,)),)))
    assert len(lines) == 1
    assert first.id in lines[0]


def test_a_drifted_set_is_refused(tmp_path: Path) -> None:
    """A set whose quote does not stand at its span is not measured with."""
    row = ROW | {"evidence": [{"doc": "harbour.txt", "start": 4, "end": 11, "quote": "another"}]}
    with pytest.raises(DatasetInvalid, match="drifted"):
        read_answers(layout(tmp_path / "set", row))


def test_a_row_is_read(tmp_path: Path) -> None:
    """A row without `answerable` is answerable where it has evidence; what is missing is empty."""
    question = read_answers(layout(tmp_path / "set", ROW)).questions[0]
    assert question.answerable
    assert question.evidence == (Evidence("harbour.txt", 4, 11),)
    assert (question.history, question.answers, question.tags) == ((), (), ())


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "not a JSON object"),
        ({"id": "1"}, "no field 'question'"),
        ({"id": "1", "question": 3}, "not a string"),
        ({"id": "1", "question": "?", "evidence": [{"doc": "harbour.txt"}]}, "needs doc, start and end"),
        ({"id": "1", "question": "?", "evidence": [{"doc": "no.txt", "start": 0, "end": 1}]}, "not in docs/"),
        (
            {"id": "1", "question": "?", "evidence": [{"doc": "harbour.txt", "start": 0, "end": 99}]},
            "outside",
        ),
        ({"id": "1", "question": "?", "evidence": [{"doc": "harbour.txt", "start": 5, "end": 5}]}, "outside"),
        ({"id": "1", "question": "?", "history": ["hello"]}, "role and content"),
        ({"id": "1", "question": "?", "history": "hello"}, "'history' must be a list"),
        ({"id": "1", "question": " "}, "'question' is empty"),
        ({"id": None, "question": "?"}, "'id' must be a text or a whole number"),
        (ROW | {"answerable": "false"}, "must be true or false"),
        (ROW | {"answerable": False}, "has evidence, but 'answerable' is false"),
        (ROW | {"evidence": [{"doc": "harbour.txt", "start": "4", "end": 11}]}, "two whole numbers"),
        (ROW | {"evidence": {"doc": "harbour.txt"}}, "'evidence' must be a list"),
        (ROW | {"tags": "who"}, "'tags' must be a list"),
        (ROW | {"answers": [3]}, "'answers' must be a list of texts"),
        ({"id": "1", "question": "\ud800"}, "half a character"),
        ('{"id": "1", "question": "?", "x": NaN}', "NaN is no number"),
        ("[" * 100_000, "not JSON"),
        ("", "no questions"),
    ],
)
def test_a_malformed_row_is_named(tmp_path: Path, row: object, message: str) -> None:
    """What is wrong with a row is said in one line that names the file."""
    with pytest.raises(DatasetInvalid, match=message) as error:
        read_answers(layout(tmp_path / "set", row))
    assert "questions.jsonl" in str(error.value)


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    """Two rows are two rows, whatever wrote the file."""
    folder = layout(tmp_path / "set", ROW)
    text = json.dumps(ROW) + "\r\n\r\n" + json.dumps(ROW | {"id": "2"}) + "\r\n"
    (folder / "questions.jsonl").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [q.id for q in read_answers(folder).questions] == ["1", "2"]


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Two rows with one id would be one row in every comparison."""
    with pytest.raises(DatasetInvalid, match="twice"):
        read_answers(layout(tmp_path / "set", ROW, ROW))


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    """The message names the layout."""
    with pytest.raises(DatasetInvalid, match="docs/"):
        read_answers(tmp_path)


def test_selection_by_split_tag_and_number() -> None:
    """Each narrows the set; what is left keeps its order; another selection is another fingerprint."""
    dataset = article_set()
    tests = select(dataset, Selection("test"))
    assert {q.split for q in tests.questions} == {"test"}
    typos = select(dataset, Selection("all", ("typo",), 3))
    assert [q.id for q in typos.questions] == [q.id for q in dataset.questions if "typo" in q.tags][:3]
    assert len({dataset.fingerprint, tests.fingerprint, typos.fingerprint}) == 3
    assert dataset.corpus == typos.corpus


def test_an_empty_selection_names_what_there_is() -> None:
    """A misspelt tag gets the list of tags."""
    with pytest.raises(DatasetInvalid, match="typo"):
        select(article_set(), Selection(tags=("tpyo",)))


def test_a_beir_set_is_read(tmp_path: Path) -> None:
    """Documents, queries with their history, and judgements."""
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d1", "title": "T", "text": "Text."}\n', "utf-8")
    query = {"_id": "q1", "text": "When?", "metadata": {"history": [{"role": "user", "content": "Hi"}]}}
    (tmp_path / "queries.jsonl").write_text(json.dumps(query), "utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t2\n", "utf-8")
    dataset = read_retrieval(tmp_path)
    assert [d.name for d in dataset.docs] == ["d1"]
    assert dataset.queries[0].history[0]["content"] == "Hi"
    assert dataset.qrels == {"q1": {"d1": 2}}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\n", "line 2"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq9\td1\t1\n", "judges no query"),
        ("corpus.jsonl", '{"_id": "d1", "text": "T"}\n{"_id": "d1", "text": "T"}\n', "'d1' stands twice"),
        ("corpus.jsonl", "", "no corpus in it"),
        ("corpus.jsonl", '{"_id": "d1"}', "no field 'text'"),
        ("queries.jsonl", '{"_id": "q1", "text": "?", "metadata": "m"}', "'metadata' must be an object"),
    ],
)
def test_a_beir_set_that_is_not_whole_is_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    """The message names the file, and the line where there is one."""
    beir(tmp_path)
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(DatasetInvalid, match=message) as error:
        read_retrieval(tmp_path)
    assert name in str(error.value)


def test_qrels_without_their_header_lose_no_line(tmp_path: Path) -> None:
    """The first line is skipped only where it is the header."""
    beir(tmp_path)
    (tmp_path / "qrels" / "test.tsv").write_text("q1\td1\t2\n", "utf-8")
    assert read_retrieval(tmp_path).qrels == {"q1": {"d1": 2}}


def beir(folder: Path) -> None:
    """A BEIR layout of one document and one query."""
    (folder / "qrels").mkdir()
    (folder / "corpus.jsonl").write_text('{"_id": "d1", "text": "Text."}\n', "utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "When?"}\n', "utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n", "utf-8")
