"""The report: one file that needs nothing else, in which documents are text and never markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from test_eval_answers import DOC, asked, refused, told
from test_eval_compare import run_of, save

from eval.compare import compare
from eval.dataset import AnswersSet
from eval.report import write_report
from eval.report_rows import marked
from eval.rows import failed
from eval.saved import read_saved

VOID = {"meta", "input", "br", "link", "img"}


class Balanced(HTMLParser):
    """Collects tags, and fails on one that is closed in the wrong place."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(html: str) -> Balanced:
    """The page, read strictly."""
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    return parser


def page(tmp_path: Path, **more: object) -> str:
    """A report over forty rows."""
    saved = read_saved(save(tmp_path / "run", run_of(20)))
    write_report(tmp_path / "report.html", saved, {DOC.name: DOC.text}, **more)  # type: ignore[arg-type]
    return (tmp_path / "report.html").read_text("utf-8")


def test_the_page_is_well_formed_and_needs_nothing_else(tmp_path: Path) -> None:
    """Tags balance; no script, no link, no image, no address of anything."""
    html = page(tmp_path)
    tags = parsed(html).tags
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags}
    assert not [attrs for _, attrs in tags if "src" in attrs or str(attrs.get("href", "#"))[0] != "#"]
    assert "http" not in html
    assert "url(" not in html
    assert "@import" not in html


def test_every_row_is_there_with_its_outcome(tmp_path: Path) -> None:
    """Forty folded rows: 20 hits, 10 missed, 10 rightly refused; the filter counts them."""
    html = page(tmp_path)
    assert html.count('<details class="row ') == 40
    assert html.count("row good hit") == 20
    assert html.count("row bad missed") == 10
    assert html.count("row good rightly-refused") == 10
    assert "wrong 10" in html
    assert "right 30" in html


def test_figures_curves_and_intervals_are_drawn(tmp_path: Path) -> None:
    """Cards with a bar, a reliability curve, a context curve."""
    html = page(tmp_path)
    assert html.count('<div class="card">') == 6
    assert html.count("<svg ") == 2
    assert "0.6667" in html


def test_what_is_written_in_a_document_stays_text(tmp_path: Path) -> None:
    """Markup in document, question, id, tag, history, error and model name is shown, not run."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    text = f"{evil} The harbour was dredged in 1998."
    doc = replace(DOC, name=f"{evil}.txt", text=text)
    question = asked(
        f"a{evil}",
        question=evil,
        tags=(evil,),
        answers=(evil,),
        evidence=(),
        history=({"role": evil, "content": evil},),
    )
    row = told(question)
    quoted = tuple(replace(c, source=doc.name, quote=text[c.start : c.end]) for c in row.answer.citations)
    passages = tuple(replace(p, source=doc.name, text=text) for p in row.answer.passages)
    answer = replace(row.answer, citations=quoted, passages=passages, model=evil, warnings=(evil,))
    rows = [replace(row, answer=answer), failed(asked("b"), evil), refused(asked("c", False))]
    dataset = AnswersSet(evil, (doc,), tuple(r.question for r in rows))
    saved = read_saved(save(tmp_path / "run", rows, dataset))
    write_report(tmp_path / "report.html", saved, {doc.name: text}, compare(saved, saved))
    html = (tmp_path / "report.html").read_text("utf-8")
    assert not {"script", "img"} & {tag for tag, _ in parsed(html).tags}
    assert html.count("&lt;script&gt;") > 8


def test_a_baseline_is_set_beside(tmp_path: Path) -> None:
    """What changed, and links from the rows that flipped to their place in the page."""
    old = read_saved(save(tmp_path / "old", run_of(5)))
    saved = read_saved(save(tmp_path / "run", run_of(20)))
    write_report(tmp_path / "report.html", saved, {DOC.name: DOC.text}, compare(old, saved))
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "15 rows flipped" in html
    links = re.findall(r'href="#([^"]+)"', html)
    assert len(links) == 15
    assert all(f'id="{link}"' in html for link in links)


@pytest.mark.parametrize(
    ("gold", "cited", "expected"),
    [
        ([], [], "a&lt;b&gt;c"),
        ([(0, 2)], [], '<mark class="gold" title="gold">a&lt;</mark>b&gt;c'),
        (
            [(0, 3)],
            [(2, 5)],
            '<mark class="gold" title="gold">a&lt;</mark>'
            '<mark class="gold cited" title="gold and cited">b</mark>'
            '<mark class="cited" title="cited">&gt;c</mark>',
        ),
        ([(1, 99)], [(-3, 0)], 'a<mark class="gold" title="gold">&lt;b&gt;c</mark>'),
    ],
)
def test_spans_are_marked(gold: list[tuple[int, int]], cited: list[tuple[int, int]], expected: str) -> None:
    """Alone, overlapping, and out of bounds; the text is escaped piece by piece."""
    assert marked("a<b>c", gold, cited) == expected


def test_gold_that_was_not_shown_is_shown_now(tmp_path: Path) -> None:
    """A refusal without passages: the evidence stands in the report all the same."""
    question = asked("a")
    saved = read_saved(save(tmp_path / "run", [refused(question)], AnswersSet("h", (DOC,), (question,))))
    write_report(tmp_path / "report.html", saved, {DOC.name: DOC.text})
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "evidence that was not shown to the model" in html
    assert '<mark class="gold" title="gold">The harbour was dredged in 1998.</mark>' in html
