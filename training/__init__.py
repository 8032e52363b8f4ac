"""How the learned weights are made again; needed by nobody at run time.

extract.py  labelled questions -> qa/quoting/extract_weights.json
check.py    labelled claims -> qa/grounding/check_weights.json
"""
