"""Questions to start with."""

from index.source import ARTICLE
from page.session import Desk

# What the thing can do, shown on the bundled article: a name, a figure, a paraphrase, a date, a yes-or-no,
# and one that the article does not answer.
ARTICLE_QUESTIONS = (
    "Who did Kim meet on Friday?",
    "How many containers of ammunition has Russia received?",
    "Which weapon did Biden allow Ukraine to use?",
    "What did the two countries sign in June?",
    "Has Pyongyang admitted sending soldiers?",
    "How many soldiers has North Korea lost?",
)
FROM_HEADINGS = 4


def questions_for(desk: Desk) -> tuple[str, ...]:
    """The article's questions where it is a source; else the first headings, asked as they stand."""
    if str(ARTICLE.resolve()) in desk.names:
        return ARTICLE_QUESTIONS
    document = desk.library.find(desk.names[0]) if desk.names else None
    headings = [p.heading for p in document.passages if p.heading] if document else []
    return tuple(dict.fromkeys(headings))[:FROM_HEADINGS]
