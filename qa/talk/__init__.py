"""Conversations.

topics.py        what a turn is about, and how far a question leans on it
resolve.py       a follow-up in the words of the question before it
authority.py     "Who says so?", of what was just told
rewriting.py     a follow-up rewritten by a model, checked
told.py          which sentences to prefer after what was told
search.py        passages for a question within its talk
clarify.py       a question that fits two things: which is meant
ledger.py        footnote numbers that stay what they were
conversation.py  turns that can be forked and shown again
changed.py       citations whose source is not what it was
record.py        a conversation <-> JSON
archive.py       conversations kept on disk
export.py        a conversation -> Markdown or JSON
"""
