"""Questions to start with."""

# What the thing can do, shown on the bundled article: a name, a figure, a who-said, a follow-up in spirit
# (other words than the text's), a yes-or-no, and one that the article does not answer.
ARTICLE_QUESTIONS = (
    "Who did Kim Jong Un meet?",
    "How many containers of ammunition has Russia received?",
    "Which weapon did Biden allow Ukraine to use?",
    "What did the two countries sign in June?",
    "Has Pyongyang admitted sending soldiers?",
    "How many soldiers has North Korea lost?",
)
