"""How good is it; may read everything, is read by nothing.

questions.jsonl  the article's own eval set, by hand
dataset.py       data sets as typed rows; layouts.py: from disk; lines.py: JSONL read strictly
result.py        Measure, Result, and the bootstrap interval
measures.py      pure functions: one measure each, with its definition and source
attribution.py   the measures that need a checker: ALCE's, and faithfulness
rows.py          a question with what came of it; rows on disk, so that a killed run goes on
table.py         the scores of many rows -> measures with intervals
answers.py       answers layout -> answer measures
retrieval.py     BEIR layout -> ranking measures; spans.py: spans of an answers layout
bench.py         speed
ablation.py, injection.py, rephrasing.py, sensitivity.py   four probes; probe.py: what they share
judge.py, judging.py   a model's verdict words, and a run's answers before it: advisory
gates.py, gates.toml   bounds that fail a run
saved.py, paired.py, compare.py   saved runs, and two of them side by side
report.py, report_rows.py, curves.py, report.css   one HTML file; markdown.py: for a pull request
draft.py, draft_model.py, unanswerable.py   a user's document -> questions to correct by hand
exchange.py, cited_text.py   other evaluators' rows -> an answers layout, and back
reading.py, terminal.py   what each number says in a line; tables and progress
options.py, commands.py, running.py   the command line, and one run of it
"""

import index  # noqa: F401  # sets how numpy waits, before numpy is loaded
