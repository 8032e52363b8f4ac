"""How good is it; may read everything, is read by nothing.

questions.jsonl  the article's own eval set, by hand
dataset.py       the data layouts -> typed rows
measures.py      pure functions: one measure each, with its definition and source
result.py        Measure, Result, and the bootstrap interval
answers.py       answers layout -> answer measures
retrieval.py     BEIR layout -> ranking measures
"""
