"""Other evaluators' rows in and out: SQuAD 2 files, and the row shapes of ragas and deepeval.

BEIR needs no importer: its layout is our retrieval layout.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.cited_text import citations_in
from eval.dataset import DatasetInvalid
from eval.draft import refuse_filled
from eval.lines import Fields, parse, records_of, text_of
from eval.saved import write_rows
from qa.answer import Answer, ShownPassage

# Our field -> what ragas (new and old) and deepeval call it.
NAMES: Mapping[str, tuple[str, ...]] = {
    "question": ("user_input", "question", "input", "query"),
    "answer": ("response", "answer", "actual_output"),
    "contexts": ("retrieved_contexts", "contexts", "retrieval_context", "context"),
    "reference": ("reference", "ground_truth", "expected_output", "ground_truths"),
}


@dataclass(frozen=True, slots=True)
class Imported:
    """How many questions came in, and how many answers do not stand where their file says they do."""

    questions: int
    adrift: int = 0


def import_squad(path: Path, folder: Path) -> Imported:
    """Write a SQuAD 1.1 or 2.0 file as an answers layout, a document for each article.

    An answer that does not stand at its answer_start gives no evidence, and is counted.

    Raises:
        DatasetInvalid: not such a file, or `folder` holds something.
    """
    top = parse(text_of(path), str(path))
    docs: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    adrift = 0
    for number, article in enumerate(Fields(_object(top, path), str(path)).items("data")):
        name, text = f"{number:04}.txt", ""
        for paragraph in Fields(_object(article, path), f"{path}, article {number + 1}").items("paragraphs"):
            fields = Fields(_object(paragraph, path), f"{path}, article {number + 1}")
            context = fields.text("context")
            for qa in fields.items("qas"):
                row, lost = _squad_row(_object(qa, path), name, len(text), context, str(path))
                rows.append(row)
                adrift += lost
            text += context + "\n\n"
        docs[name] = text
    _write(folder, docs, rows, path)
    return Imported(len(rows), adrift)


def _object(value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DatasetInvalid(f"{path}: not a SQuAD file: data, paragraphs and qas hold objects")
    return value


def _squad_row(
    qa: Mapping[str, Any], doc: str, offset: int, context: str, path: str
) -> tuple[dict[str, Any], int]:
    name = Fields(qa, path).id("id")
    fields = Fields(qa, f"{path}, question {name}")
    golds: dict[int, str] = {}
    for answer in [] if qa.get("is_impossible") else fields.items("answers"):
        start = answer.get("answer_start") if isinstance(answer, dict) else None
        if type(start) is not int or not isinstance(answer.get("text"), str):
            fields.refuse("each answer needs text and answer_start, a whole number")
        golds[start] = answer["text"]
    evidence = [
        {"doc": doc, "start": offset + start, "end": offset + start + len(text), "quote": text}
        for start, text in golds.items()
        if text and start >= 0 and context[start : start + len(text)] == text
    ]
    row = {
        "id": name,
        "question": fields.text("question"),
        "history": [],
        "answerable": bool(golds),
        "evidence": evidence,
        "answers": list(dict.fromkeys(golds.values())),
    }
    return row, len(golds) - len(evidence)


def import_rows(path: Path, folder: Path) -> Imported:
    """Write ragas- or deepeval-shaped rows, JSONL or one JSON array, as an answers layout with answers.jsonl.

    Each different context becomes a document. Where a reference stands word for word in one, that is its
    evidence; elsewhere a row has none, and only what needs a checker is measured. A marker [n] in an answer
    cites context n.

    Raises:
        DatasetInvalid: a row without a question, no contexts at all, or `folder` holds something.
    """
    docs: dict[str, str] = {}  # text -> file name
    rows, answers = [], []
    for number, row in records_of(path):
        fields = Fields(_by_our_names(row), f"{path}, line {number}")
        if not isinstance(fields.get("question"), str):
            fields.refuse(f"no question ({', '.join(NAMES['question'])})")
        question = fields.text("question")
        contexts = fields.text_or_texts("contexts")
        for text in contexts:
            docs.setdefault(text, f"context-{len(docs) + 1:04}.txt")
        name = fields.id("id") if row.get("id") is not None else str(number)
        shown = [(docs[text], text) for text in contexts]
        rows.append(_imported(name, question, fields.text_or_texts("reference"), shown))
        if fields.get("answer") is not None:
            answers.append(_answer(name, question, fields.text_or_texts("answer"), shown))
    if not any(map(str.strip, docs)):
        raise DatasetInvalid(f"{path}: no row has contexts ({', '.join(NAMES['contexts'])}): nothing to cite")
    _write(folder, {file: text for text, file in docs.items()}, rows, path)
    write_rows(folder / "answers.jsonl", (answer.to_json() for answer in answers))
    return Imported(len(rows))


def _by_our_names(row: Mapping[str, Any]) -> dict[str, Any]:
    ours = {
        field: next((row[n] for n in names if row.get(n) is not None), None) for field, names in NAMES.items()
    }
    return ours | {"id": row.get("id")}


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


def _answer(name: str, question: str, texts: Sequence[str], shown: Sequence[tuple[str, str]]) -> Answer:
    said = " ".join(texts)
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


def _write(folder: Path, docs: Mapping[str, str], rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    refuse_filled(folder, "name a new folder")
    if not rows:
        raise DatasetInvalid(f"{path}: no questions in it")
    name, most = Counter(row["id"] for row in rows).most_common(1)[0]
    if most > 1:
        raise DatasetInvalid(f"{path}: the id {name!r} stands twice; give each question its own")
    (folder / "docs").mkdir(parents=True)
    for name, text in docs.items():
        if text.strip():
            (folder / "docs" / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    write_rows(folder / "questions.jsonl", rows)


IMPORTERS: Mapping[str, Callable[[Path, Path], Imported]] = {"squad": import_squad, "rows": import_rows}
