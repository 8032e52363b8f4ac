"""How the learned weights are made again; needed by nobody at run time.

groups.py         questions with candidate passages, the sentences that answer marked
written/          questions of our own, with documents of our own or about selqa's
cross_encoder.py  groups -> qa/quoting/cross_encoder.safetensors (asks for torch)
extract.py        groups that one has not seen -> qa/quoting/extract_weights.json
check.py          labelled claims -> qa/grounding/check_weights.json
"""
