"""Is a question one that can be asked? Light, so that a door can tell before anything is loaded."""

from collections.abc import Mapping, Sequence

from qa.errors import QuestionInvalid

LONGEST_QUESTION = 5000  # characters


def check_question(question: object, history: object = ()) -> None:
    """Pass a question and the turns before it, or say what is wrong with them.

    Raises:
        QuestionInvalid: the question is no text, empty or longer than 5,000 characters, or a turn of
            `history` is not {"role": ..., "content": ...}.
    """
    if not isinstance(question, str) or not question.strip():
        raise QuestionInvalid("the question is empty; type one")
    if len(question) > LONGEST_QUESTION:
        raise QuestionInvalid(
            f"the question has {len(question):,} characters; ask in {LONGEST_QUESTION:,} or fewer, "
            "and give long texts as a source"
        )
    turns = history if isinstance(history, Sequence) and not isinstance(history, str | bytes) else None
    if turns is None or not all(isinstance(turn, Mapping) for turn in turns):
        raise QuestionInvalid('history must be a list of turns like {"role": "user", "content": "..."}')
