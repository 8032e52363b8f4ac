"""Other evaluators' rows in and out: SQuAD 2 files, and the row shapes of ragas and deepeval.

BEIR needs no importer: its layout is our retrieval layout.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.cited_text import citations_in
from eval.dataset import DatasetInvalid
from eval.draft import refuse_filled
from eval.lines import rows_of
from eval.saved import write_rows
from qa.answer import Answer, ShownPassage

# Our field -> what ragas (new and old) and deepeval call it.
NAMES: Mapping[str, tuple[str, ...]] = {
    "question": ("user_input", "question", "input", "query"),
    "answer": ("response", "answer", "actual_output"),
    "contexts": ("retrieved_contexts", "contexts", "retrieval_context", "context"),
    "reference": ("reference", "ground_truth", "expected_output", "ground_truths"),
}


def import_squad(path: Path, folder: Path) -> int:
    """Write a SQuAD 1.1 or 2.0 file as an answers layout, a document for each article; the questions' number.

    Raises:
        DatasetInvalid: not such a file, or `folder` holds something.
    """
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        docs, rows = {}, []
        for number, article in enumerate(articles):
            name = f"{number:04}.txt"
            text = ""
            for paragraph in article["paragraphs"]:
                rows += [_squad_row(qa, name, len(text), paragraph["context"]) for qa in paragraph["qas"]]
                text += paragraph["context"] + "\n\n"
            docs[name] = text
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise DatasetInvalid(f"{path}: not a SQuAD file (data, paragraphs, context, qas): {error}") from error
    _write(folder, docs, rows)
    return len(rows)


def _squad_row(qa: Mapping[str, Any], doc: str, offset: int, context: str) -> dict[str, Any]:
    golds = {} if qa.get("is_impossible") else {a["answer_start"]: a["text"] for a in qa["answers"]}
    evidence = [
        {"doc": doc, "start": offset + start, "end": offset + start + len(text), "quote": text}
        for start, text in golds.items()
        if context[start : start + len(text)] == text
    ]
    answers = list(dict.fromkeys(golds.values()))
    return {
        "id": str(qa["id"]),
        "question": qa["question"],
        "history": [],
        "answerable": bool(golds),
        "evidence": evidence,
        "answers": answers,
    }


def import_rows(path: Path, folder: Path) -> int:
    """Write ragas- or deepeval-shaped rows (JSONL) as an answers layout with answers.jsonl; their number.

    Each different context becomes a document. Where a reference stands word for word in one, that is its
    evidence; elsewhere a row has none, and only what needs a checker is measured. A marker [n] in an answer
    cites context n.

    Raises:
        DatasetInvalid: a row without a question, or `folder` holds something.
    """
    docs: dict[str, str] = {}  # text -> file name
    rows, answers = [], []
    for number, row in rows_of(path):
        question = _named(row, "question")
        if not isinstance(question, str):
            raise DatasetInvalid(f"{path}, line {number}: no question ({', '.join(NAMES['question'])})")
        contexts = _texts(_named(row, "contexts"))
        for text in contexts:
            docs.setdefault(text, f"context-{len(docs) + 1:04}.txt")
        name = str(row.get("id", number))
        shown = [(docs[text], text) for text in contexts]
        references = _texts(_named(row, "reference"))
        rows.append(_imported(name, question, references, shown))
        if (said := _named(row, "answer")) is not None:
            answers.append(_answer(name, question, str(said), shown))
    _write(folder, {file: text for text, file in docs.items()}, rows)
    write_rows(folder / "answers.jsonl", (answer.to_json() for answer in answers))
    return len(rows)


def _imported(
    name: str, question: str, references: Sequence[str], shown: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    evidence = [
        {"doc": file, "start": start, "end": start + len(reference), "quote": reference}
        for reference in references
        for file, text in shown
        if reference.strip() and (start := text.find(reference)) >= 0
    ]
    return {
        "id": name,
        "question": question,
        "history": [],
        "answerable": True,
        "evidence": evidence,
        "answers": list(references),
    }


def _answer(name: str, question: str, said: str, shown: Sequence[tuple[str, str]]) -> Answer:
    passages = tuple(
        ShownPassage(file, file, 0, len(text), text, 0.0, rank)
        for rank, (file, text) in enumerate(shown, start=1)
    )
    sentences, citations = citations_in(said, passages)
    status = "answered" if said.strip() else "not_in_source"
    return Answer(
        question,
        question,
        "answered" if status == "answered" else "not_in_source",
        said,
        "imported",
        1.0 if said.strip() else 0.0,
        sentences=sentences,
        citations=citations,
        passages=passages,
        id=name,
    )


def export_rows(rows: Iterable[Mapping[str, Any]], shape: str) -> Iterator[dict[str, Any]]:
    """Saved rows in the shape of "ragas" or "deepeval", one object each."""
    names = {
        "ragas": ("user_input", "response", "retrieved_contexts", "reference"),
        "deepeval": ("input", "actual_output", "retrieval_context", "expected_output"),
    }[shape]
    for row in rows:
        answer = row["answer"]
        contexts = [passage["text"] for passage in answer["passages"]]
        reference = next(iter(row.get("answers") or ()), "")
        yield dict(zip(names, (row["question"], answer["text"], contexts, reference), strict=True))


def _named(row: Mapping[str, Any], field: str) -> Any:
    return next((row[name] for name in NAMES[field] if row.get(name) is not None), None)


def _texts(value: Any) -> list[str]:
    """A text, or a list of texts, or nothing."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(text) for text in value]


def _write(folder: Path, docs: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
    refuse_filled(folder, "name a new folder")
    (folder / "docs").mkdir(parents=True)
    for name, text in docs.items():
        if text.strip():
            (folder / "docs" / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    write_rows(folder / "questions.jsonl", rows)


IMPORTERS: Mapping[str, Callable[[Path, Path], int]] = {"squad": import_squad, "rows": import_rows}
