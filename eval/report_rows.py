"""One saved row as HTML: question, answer, verdicts, and its passages with cited and gold spans marked.

Everything that comes from a document, a question or a model goes through `escape`: it is text, never markup.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from eval.table import GOOD, outcome

Span = tuple[int, int]
AROUND = 160  # characters shown on either side of gold evidence that was not among the passages


def row_html(row: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """The row, folded; `texts`: source name -> text."""
    answer, came = row["answer"], outcome(row["scores"])
    kind = "good" if came in GOOD else "bad"
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in row.get("tags") or ())
    return (
        f'<details class="row {kind} {came.replace(" ", "-")}" id="{escape(str(row["id"]), quote=True)}">'
        f'<summary><span class="badge {kind}">{came}</span> <span class="q">{escape(row["question"])}</span> '
        f'<span class="meta">{escape(str(row["id"]))} {tags}</span></summary><div class="body">'
        f"{_history(row)}{_gold_answers(row)}{_answer(answer, row)}"
        f"{_passages(row, texts)}</div></details>\n"
    )


def _history(row: Mapping[str, Any]) -> str:
    turns = "".join(
        f"<li><b>{escape(str(turn.get('role', '')))}</b> {escape(str(turn.get('content', '')))}</li>"
        for turn in row.get("history") or ()
    )
    return f'<ul class="history">{turns}</ul>' if turns else ""


def _gold_answers(row: Mapping[str, Any]) -> str:
    if not row.get("answerable"):
        return '<p class="expected">Expected: a refusal. The documents do not say.</p>'
    answers = " · ".join(escape(answer) for answer in row.get("answers") or ())
    return f'<p class="expected">Expected: {answers}</p>' if answers else ""


def _answer(answer: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if row.get("error"):
        return f'<p class="error">Failed: {escape(row["error"])}</p>'
    votes = row.get("votes") or [()] * len(answer["sentences"])
    said = "".join(
        f'<li>{escape(s["text"])} <span class="cites">{"".join(f"[{n}]" for n in s["citations"])}</span> '
        f'<span class="verdict {escape(s["verdict"], quote=True)}">{escape(s["verdict"])} '
        f"{s['support']:.2f}</span>{_votes(cast)}</li>"
        for s, cast in zip(answer["sentences"], votes, strict=False)
    )
    told = f'<ol class="answer">{said}</ol>' if said else f'<p class="answer">{escape(answer["text"])}</p>'
    warned = "".join(f'<p class="error">{escape(w)}</p>' for w in answer["warnings"])
    searched = (
        f'<p class="meta">searched as: {escape(answer["standalone"])}</p>'
        if answer["standalone"] not in {answer["question"], ""}
        else ""
    )
    return f'{searched}{told}{warned}<p class="meta">confidence {answer["confidence"]:.2f}</p>'


def _votes(votes: Sequence[str]) -> str:
    """What a judge said of a sentence, vote by vote."""
    return f' <span class="meta">judge: {escape(", ".join(votes))}</span>' if votes else ""


def _passages(row: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """The passages with something marked in them, the others folded, and gold that was not shown."""
    answer = row["answer"]
    gold = [(e["doc"], e["start"], e["end"]) for e in row.get("evidence") or ()]
    cited = [(c["source"], c["start"], c["end"]) for c in answer["citations"]]
    touched: list[str] = []
    others: list[str] = []
    for passage in answer["passages"]:
        body = _passage(passage, gold, cited)
        (touched if "<mark" in body else others).append(body)
    missing = [_not_shown(span, texts) for span in gold if not _is_shown(span, answer["passages"])]
    folded = (
        f'<details class="others"><summary>{len(others)} more passages shown to the model</summary>'
        f"{''.join(others)}</details>"
        if others
        else ""
    )
    return "".join([*touched, *missing, folded])


def _passage(passage: Mapping[str, Any], gold: Sequence[Any], cited: Sequence[Any]) -> str:
    start, end, source = passage["start"], passage["end"], passage["source"]
    text = marked(
        passage["text"].rstrip(), _within(gold, source, start, end), _within(cited, source, start, end)
    )
    return (
        f'<figure class="passage"><figcaption>{passage["rank"]}. {escape(source)}, {start} to {end} '
        f"(score {passage['score']:.2f})</figcaption><blockquote>{text}</blockquote></figure>"
    )


def _not_shown(span: tuple[str, int, int], texts: Mapping[str, str]) -> str:
    source, start, end = span
    text = texts.get(source, "")
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    body = marked(text[first:last], [(start - first, end - first)], [])
    return (
        f'<figure class="passage missing"><figcaption>evidence that was not shown to the model: '
        f"{escape(source)}, {start} to {end}</figcaption><blockquote>… {body} …</blockquote></figure>"
    )


def _is_shown(span: tuple[str, int, int], passages: Sequence[Mapping[str, Any]]) -> bool:
    source, start, end = span
    return any(p["source"] == source and p["start"] < end and start < p["end"] for p in passages)


def _within(spans: Sequence[tuple[str, int, int]], source: str, start: int, end: int) -> list[Span]:
    """Those parts of the spans that lie in a slice of a source, counted from its start."""
    return [
        (max(first, start) - start, min(last, end) - start)
        for name, first, last in spans
        if name == source and first < end and start < last
    ]


def marked(text: str, gold: Sequence[Span], cited: Sequence[Span]) -> str:
    """The text as HTML, gold and cited spans marked; where they overlap, both."""
    inside = sorted({0, len(text), *(i for span in (*gold, *cited) for i in span if 0 <= i <= len(text))})
    parts = []
    for start, end in pairwise(inside):
        kinds = [name for name, spans in (("gold", gold), ("cited", cited)) if _covers(spans, start, end)]
        piece = escape(text[start:end])
        label = " and ".join(kinds)
        parts.append(f'<mark class="{" ".join(kinds)}" title="{label}">{piece}</mark>' if kinds else piece)
    return "".join(parts)


def _covers(spans: Sequence[Span], start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in spans)
