"""How good is it; may read everything, is read by nothing.

questions.jsonl  the article's own eval set, by hand
dataset.py       the data layouts -> typed rows
result.py        Measure, Result, and the bootstrap interval
measures.py      pure functions: one measure each, with its definition and source
attribution.py   the measures that need a checker: ALCE's, and faithfulness
rows.py          a question with what came of it; rows on disk, so that a killed run goes on
table.py         the scores of many rows -> measures with intervals
answers.py       answers layout -> answer measures
retrieval.py     BEIR layout -> ranking measures; spans.py: spans of an answers layout
bench.py         speed
ablation.py, injection.py, rephrasing.py, sensitivity.py   four probes; probe.py: what they share
gates.py, gates.toml   bounds that fail a run
saved.py, compare.py   saved runs, and two of them side by side
report.py, report_rows.py, curves.py, report.css   one HTML file; markdown.py: for a pull request
draft.py, exchange.py, cited_text.py   a user's document or other evaluators' rows -> an answers layout
reading.py, terminal.py   what each number says in a line; tables and progress
options.py, commands.py   the command line
"""
