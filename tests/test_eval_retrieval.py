"""Ranking measures agree with ir_measures, spans with numbers by hand, and no query or document is lost."""

import dataclasses

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import measures
from eval.dataset import AnswersSet, Evidence, Question, RetrievalSet
from eval.retrieval import KS, evaluate, evaluate_spans, ranking_measures
from eval.spans import Stretch, span_overlap
from index.passage import Source

THEIRS = {
    "hit": ir_measures.Success,
    "p": ir_measures.P,
    "recall": ir_measures.R,
    "mrr": ir_measures.RR,
    "ndcg": ir_measures.nDCG,
}
DOCS = [f"d{number}" for number in range(12)]


def ask(id_: str, text: str = "?", *evidence: Evidence) -> Question:
    """An answerable question."""
    return Question(id_, text, (), True, evidence, ())


def ranked_set(qrels: dict[str, dict[str, int]], queries: list[Question]) -> RetrievalSet:
    """A set of which only queries and judgements matter."""
    return RetrievalSet("made", (), tuple(queries), qrels)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.permutations(DOCS).map(lambda docs: docs[:10]), min_size=1, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(DOCS), st.integers(0, 3), min_size=1), min_size=4, max_size=4),
)
def test_measures_agree_with_ir_measures(rankings: list[list[str]], judged: list[dict[str, int]]) -> None:
    """Every measure at every cut is ir_measures' own value, graded judgements included."""
    run = {f"q{n}": [(doc, 10.0 - rank) for rank, doc in enumerate(docs)] for n, docs in enumerate(rankings)}
    qrels = {f"q{n}": row for n, row in enumerate(judged[: len(rankings)])}
    ours = ranking_measures(run, ranked_set(qrels, [ask(query) for query in run]))
    wanted = {f"{name}@{k}": measure @ k for name, measure in THEIRS.items() for k in KS}
    theirs = ir_measures.calc_aggregate(
        list(wanted.values()), qrels, {query: dict(found) for query, found in run.items()}
    )
    for name, measure in wanted.items():
        assert ours[name].value == pytest.approx(theirs[measure], abs=1e-4), name


def test_a_query_without_a_hit_counts_as_zero_and_an_unjudged_one_is_left_out() -> None:
    """Found, missed, not in the run, unjudged: one of three, as ir_measures (and trec_eval) has it."""
    qrels = {"found": {"a": 1}, "missed": {"b": 1}, "absent": {"a": 1}}
    dataset = ranked_set(qrels, [ask(name) for name in ("found", "missed", "absent", "unjudged")])
    run = {"found": [("a", 1.0)], "missed": [("c", 1.0)], "unjudged": [("a", 1.0)]}
    ours = ranking_measures(run, dataset)["hit@1"].value
    theirs = ir_measures.calc_aggregate(
        [ir_measures.Success @ 1], qrels, {query: dict(found) for query, found in run.items()}
    )
    assert ours == pytest.approx(1 / 3, abs=1e-4)
    assert ours == pytest.approx(theirs[ir_measures.Success @ 1], abs=1e-4)
    assert ranking_measures({}, dataset)["ndcg@10"].value == 0.0


def test_evaluate_ranks_whole_documents_and_loses_none() -> None:
    """Long documents, one with a title only and an empty one: each query finds its document, once."""
    docs = (
        Source("ships", "Ships", "The ship left the harbour. " * 80 + "It carried grain.", "1"),
        Source("bees", "Bees", "Bees make honey from nectar.", "2"),
        Source("title", "Zeppelin history", "", "3"),
        Source("empty", "", "", "4"),
    )
    queries = (
        ask("1", "What did the ship carry?"),
        ask("2", "Who makes honey?"),
        ask("3", "zeppelin history"),
        ask("4", ""),
    )
    qrels = {"1": {"ships": 1}, "2": {"bees": 1}, "3": {"title": 1}}
    result, run = evaluate(RetrievalSet("made", docs, queries, qrels))
    assert (result.n, result.settings["unjudged"]) == (3, 1)
    assert result.settings["documents"] == 4
    assert result.measures["hit@1"].value == 1.0
    assert all(len({doc for doc, _ in found}) == len(found) for found in run.values())
    assert {doc for found in run.values() for doc, _ in found} == {doc.name for doc in docs}
    assert set(result.baselines) == {"BM25 alone", "vectors alone"}
    assert result.baselines["BM25 alone"]["hit@1"] == 1.0
    assert {"p50_ms", "p95_ms", "embed_p50_ms", "chroma_p95_ms", "passages_per_s"} <= set(result.timings)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ([("a", 0, 10)], (1.0, 0.5, 0.5)),  # all of the evidence, half of what is shown
        ([("a", 0, 2)], (0.4, 1.0, 0.4)),
        ([("a", 0, 4), ("a", 2, 6), ("a", 0, 4)], (1.0, 5 / 6, 5 / 6)),  # shown twice counts once
        ([("b", 0, 5)], (0.0, 0.0, 0.0)),
        ([], (0.0, 0.0, 0.0)),
    ],
)
def test_span_overlap_by_hand(
    shown: list[tuple[str, int, int]], expected: tuple[float, float, float]
) -> None:
    """Recall, precision and IoU over characters of the evidence a[0:5]."""
    assert span_overlap([Stretch(*piece) for piece in shown], [Evidence("a", 0, 5)]) == pytest.approx(
        expected
    )


def test_spans_of_an_answers_layout() -> None:
    """Evidence is found with the first passage, tokens grow with k, and the other engine has its row."""
    ships = "The ship left the harbour in May. It carried grain to the north.\n\n" * 30
    bees = "Bees make honey from nectar. " * 20
    docs = (Source("ships.txt", "Ships", ships, "1"), Source("bees.txt", "Bees", bees, "2"))
    question = ask("1", "Who makes honey from nectar?", Evidence("bees.txt", 0, 28))
    unanswerable = dataclasses.replace(question, id="2", answerable=False, evidence=())
    result, rows = evaluate_spans(AnswersSet("made", docs, (question, unanswerable)))
    values = {name: measure.value for name, measure in result.measures.items()}
    assert result.n == 1
    assert values["span_recall"] == values["evidence_recall@1"] == 1.0
    assert 0 < values["span_iou"] <= values["span_precision"] < 0.5
    assert values["tokens_shown@1"] < values["tokens_shown@2"]
    assert result.baselines["CitationQueryEngine"]["evidence_recall"] == 1.0
    assert rows["1"] == pytest.approx(values, abs=1e-4)


@given(st.permutations(DOCS), st.dictionaries(st.sampled_from(DOCS), st.integers(0, 2)))
def test_measures_lie_between_0_and_1(ranking: list[str], relevant: dict[str, int]) -> None:
    """Whatever is ranked and relevant, every measure is a share."""
    for measure in (measures.hit, measures.precision, measures.recall, measures.mrr, measures.ndcg):
        assert 0.0 <= measure(ranking, relevant, 5) <= 1.0 + 1e-9
