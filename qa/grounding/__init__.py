"""What the checker looks at.

facts.py       numbers, units, dates, names, negation and speakers in a text
claim.py       the sentence to be checked, read
evidence.py    passages, read once
contrast.py    facts that differ: the number, the name, the sign, the speaker
comparison.py  all of it together, as the features of the learned weights
"""
