"""How the learned weights are made again; needed by nobody at run time.

written/          questions of our own, with documents of our own or about selqa's
questions.py      those, as they are searched for
groups.py         questions with candidate passages, the sentences that answer marked
draw.py           what the cross-encoder sees of those at a step
joint_layers.py   the cross-encoder in torch, and its weights as they are kept
cross_encoder.py  groups -> qa/quoting/cross_encoder.safetensors (asks for torch)
extract.py        groups that one has not seen -> qa/quoting/extract_weights.json
check.py          labelled claims -> qa/grounding/check_weights.json
"""
