"""How the extractive answerer chooses what to quote.

shapes.py    a question -> the kind of answer it wants
cues.py      the words that tell
reading.py   question and passages -> terms, names and token states
spelling.py  a question's misspelt words -> the source's
glance.py    the sentences at a glance: which are worth reading together with the question
cross_encoder.py  a question and each passage, read together -> how well each sentence answers
features.py  what is measured of each sentence
scorer.py    features -> scores and confidence, by small learned weights
judge.py     question + passages -> their sentences with scores, and the confidence that one answers
quote.py     the sentences that are quoted, each with what it needs to be understood
overview.py  a whole document -> the sentences that cover it
layout.py    quotes -> the text people read
"""
