"""A reply in any real-world shape gives the sentences, and the passages each of them names."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.writing.cite import only_finished, parse
from qa.writing.markers import escape_markers, format_marker, parse_markers, restore_markers
from qa.writing.reply import is_refusal, is_text, visible, visible_so_far

SHAPES = {
    "one marker": ("Kim met him [1].", [("Kim met him.", (1,))]),
    "two markers": ("Kim met him [1][3].", [("Kim met him.", (1, 3))]),
    "spaced markers": ("Kim met him [1] [3].", [("Kim met him.", (1, 3))]),
    "comma between markers": ("Kim met him [1], [3].", [("Kim met him.", (1, 3))]),
    "list": ("Kim met him [1, 2].", [("Kim met him.", (1, 2))]),
    "semicolons": ("Kim met him [1; 2].", [("Kim met him.", (1, 2))]),
    "and": ("Kim met him [1 and 2].", [("Kim met him.", (1, 2))]),
    "range": ("Kim met him [1-3].", [("Kim met him.", (1, 2, 3))]),
    "en dash": ("Kim met him [1–3].", [("Kim met him.", (1, 2, 3))]),
    "backward range": ("Kim met him [3-1].", [("Kim met him.", (3, 1))]),
    "lenticular": ("Kim met him 【1】.", [("Kim met him.", (1,))]),
    "lenticular with dagger": ("Kim met him【2†source】.", [("Kim met him.", (2,))]),
    "named": ("Kim met him [Source 1].", [("Kim met him.", (1,))]),
    "named, colon": ("Kim met him [source: 2].", [("Kim met him.", (2,))]),
    "named list": ("Kim met him [Source 1, Source 3].", [("Kim met him.", (1, 3))]),
    "plural": ("Kim met him [Passages 1 and 2].", [("Kim met him.", (1, 2))]),
    "named, round": ("Kim met him (Passage 2).", [("Kim met him.", (2,))]),
    "footnote": ("Kim met him.[^1]", [("Kim met him.", (1,))]),
    "footnote with definition": ("Kim met him.[^1]\n\n[^1]: The article\n", [("Kim met him.", (1,))]),
    "double brackets": ("Kim met him [[2]].", [("Kim met him.", (2,))]),
    "escaped": (r"Kim met him \[2\].", [("Kim met him.", (2,))]),
    "linked": ("Kim met him [1](#ref-1).", [("Kim met him.", (1,))]),
    "superscript tag": ("Kim met him<sup>1</sup>.", [("Kim met him.", (1,))]),
    "superscript": ("Kim met him.¹", [("Kim met him.", (1,))]),
    "square metres": ("It has 12 m² of space [1].", [("It has 12 m² of space.", (1,))]),
    "bare round number": ("Kim met him (1).", [("Kim met him (1).", ())]),
    "a year": ("Kim met him [2023].", [("Kim met him [2023].", ())]),
    "after the stop": ("Kim met him. [1] He left. [2]", [("Kim met him.", (1,)), ("He left.", (2,))]),
    "glued to the stop": ("Kim met him.[1] He left.[2]", [("Kim met him.", (1,)), ("He left.", (2,))]),
    "mid-sentence": ("Kim [1] met him [2].", [("Kim met him.", (1, 2))]),
    "twice the same": ("Kim [1] met him [1].", [("Kim met him.", (1,))]),
    "according to": ("According to [2], Kim met him.", [("Kim met him.", (2,))]),
    "in words": ("Passage 2 says that he left.", [("Passage 2 says that he left.", (2,))]),
    "abbreviations": ("Dr. Kim met Mr. Lee. [1]", [("Dr. Kim met Mr. Lee.", (1,))]),
    "no marker": ("Kim met him. He left.", [("Kim met him.", ()), ("He left.", ())]),
    "leading": ("[1] Kim met him.\n[2] He left.", [("Kim met him.", (1,)), ("He left.", (2,))]),
    "bullets": ("- Kim met him [1]\n- He left [2]", [("Kim met him", (1,)), ("He left", (2,))]),
    "bullets, leading": ("* [1] Kim met him.\n* [2] He left.", [("Kim met him.", (1,)), ("He left.", (2,))]),
    "numbered": ("1. Kim met him [1]\n2. He left [2]", [("Kim met him", (1,)), ("He left", (2,))]),
    "on a line of its own": ("Kim met him.\n[1]", [("Kim met him.", (1,))]),
    "announced list": (
        "They sent:\n- shells [1]\n- guns [2]",
        [("They sent:\n- shells", (1,)), ("guns", (2,))],
    ),
    "table": (
        "| Item | Count |\n|------|------:|\n| shells | 10 [1] |\n| guns | 3 [2] |",
        [("| shells | 10 |", (1,)), ("| guns | 3 |", (2,))],
    ),
    "code block": (
        "```\nx = a[1]\ny. z\n```\nIt is set [2].",
        [("```\nx = a[1]\ny. z\n```", ()), ("It is set.", (2,))],
    ),
    "inline code": ("Use `a[1]` for it [2].", [("Use `a[1]` for it.", (2,))]),
    "yes": ("Yes. Kim met him [1].", [("Yes. Kim met him.", (1,))]),
    "yes, cited": ("Yes [1].", [("Yes.", (1,))]),
    "emphasis": ("**Kim** met *him* [1].", [("Kim met him.", (1,))]),
    "heading": ("## Answer\n\nKim met him [1].", [("Kim met him.", (1,))]),
    "opener": ("Sure! Here is the answer:\n\nKim met him [1].", [("Kim met him.", (1,))]),
    "references": ("Kim met him [1].\n\nSources:\n[1] The article\n[2] Another", [("Kim met him.", (1,))]),
    "Chinese": ("金正恩会见了他[1]。他离开了。[2]", [("金正恩会见了他。", (1,)), ("他离开了。", (2,))]),
    "quotation": (
        "He said “we stand by it.” [1] He left.",
        [("He said “we stand by it.”", (1,)), ("He left.", ())],
    ),
    "decimal": ("It grew by 2.5 percent [1].", [("It grew by 2.5 percent.", (1,))]),
    "the source's own note": ("It grew ⟨12⟩ fast [1].", [("It grew [12] fast.", (1,))]),
    "empty": ("", []),
    "only a marker": ("[1]", []),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_reply_shape(shape: str) -> None:
    """Every shape gives its sentences without markers, and the passages they name."""
    reply, expected = SHAPES[shape]
    assert [(s.text, s.markers) for s in parse(reply, offered=5).sentences] == expected


@pytest.mark.parametrize(
    ("reply", "invented"),
    [
        ("He left [0].", (0,)),
        ("He left [9].", (9,)),
        ("He left [2][7] and came [7].", (7,)),
        ("Source 9 is.", ()),
    ],
)
def test_marker_to_passage_not_offered_is_invented(reply: str, invented: tuple[int, ...]) -> None:
    """A number that no passage has is no citation; it is kept apart to be told."""
    parsed = parse(reply, offered=5)
    assert parsed.invented == invented
    assert all(1 <= n <= 5 for s in parsed.sentences for n in s.markers)


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("Kim met him [1]. Then he", ["Kim met him."]),
        ("Kim met him [1].", ["Kim met him."]),
        ("Kim met him. [1]", ["Kim met him."]),
        ("Kim met him. [1] [2", ["Kim met him."]),
        ("**Kim met him. [1]**", ["Kim met him."]),
        ("他见了金。[1]", ["他见了金。"]),
        ("- Kim met him [1].\n- ", ["Kim met him."]),
        ("1. Kim met him [1]\n2. ", ["Kim met him"]),
        ("Kim met him [1]. He left [2].", ["Kim met him.", "He left."]),
        ("Kim met him [1]", []),  # "[1] and her [2]."
        ("Kim met him. ", []),  # its marker may still come
        ("Kim met him.\n[1]", []),  # the marker may open the next line
        ("Kim went to the U.S. [1]", []),  # "[1] and to Russia."
        ("Yes. [1]", []),
        ("As passage 1 says, Kim met him.", []),
        ("| Kim | him |\n|", []),  # a line of dashes would make it a head
        ("```\nKim met him. [1]", []),
    ],
)
def test_only_a_sentence_that_cannot_go_on_is_finished(reply: str, kept: list[str]) -> None:
    """A reply still being written loses the sentence that is being written, and no other."""
    finished = only_finished(reply, 3)
    assert [sentence.text for sentence in finished.sentences] == kept
    assert finished.text.endswith(kept[-1] if kept else "")


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_finished_stays(shape: str) -> None:
    """Wherever a reply is cut, the sentences that are finished there stand in the whole one as well."""
    reply = SHAPES[shape][0]
    whole = [sentence.text for sentence in parse(reply, 9).sentences]
    for cut in range(len(reply)):
        finished = [sentence.text for sentence in only_finished(reply[:cut], 9).sentences]
        assert finished == whole[: len(finished)]


@given(st.integers(1, 999))
def test_markers_round_trip(number: int) -> None:
    """What we write, we read."""
    assert parse_markers(format_marker(number)) == [number]


@given(st.text(alphabet="ab.[]【】^, 0129()\n|-`*“”", max_size=60))
def test_any_reply_is_parsed(reply: str) -> None:
    """Spans are in order, lie in the text, and are their sentences."""
    parsed = parse(reply, offered=3)
    ends = [0]
    for sentence in parsed.sentences:
        assert ends[-1] <= sentence.start < sentence.end <= len(parsed.text)
        assert parsed.text[sentence.start : sentence.end] == sentence.text
        ends.append(sentence.end)


@pytest.mark.parametrize(
    "text", ["see [12]", "a[1] = b[2]", "【3】 and [^4]", "[Source 1] (Passage 2)<sup>3</sup>"]
)
def test_a_documents_own_markers_are_none_of_ours(text: str) -> None:
    """Escaped, square ones no longer read as markers, and come back as they were."""
    escaped = escape_markers(text)
    assert parse_markers(escaped) == []


def test_escaped_markers_come_back() -> None:
    """Where a reply repeats a document's own note, the reader sees it as it stood."""
    assert restore_markers(escape_markers("as in [12] and a[1]")) == "as in [12] and a[1]"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<think>He may\n\n[1]</think>\n\nKim left [1].", "Kim left [1]."),
        ("<thinking>x</thinking>Kim left.", "Kim left."),
        ("so it is so</think>Kim left.", "Kim left."),
        ("<think>never ends", ""),
        (
            "<|channel|>analysis<|message|>Hm<|end|><|channel|>final<|message|>Kim left.<|return|>",
            "Kim left.",
        ),
        ("<|channel|>analysis<|message|>Hm", ""),
        ("Kim left.</s>", "Kim left."),
        ("2 < 3 and 4 > 3", "2 < 3 and 4 > 3"),
    ],
)
def test_reasoning_is_not_shown(raw: str, shown: str) -> None:
    """Reasoning and template tags are taken out."""
    assert visible(raw) == shown


def test_reasoning_never_flashes_up() -> None:
    """While a reply comes in, no character of its reasoning is shown, and nothing shown is taken back."""
    raw = "<think>secret [2]</think>Kim < Belousov, they met [1]."
    seen = [visible_so_far(raw[:i]) for i in range(len(raw) + 1)]
    assert not any("secret" in text or "think" in text for text in seen)
    assert all(later.startswith(text) for text, later in pairwise(seen) if "<" not in text)


@pytest.mark.parametrize(
    "text",
    [
        "The source does not say.",
        "I couldn’t find that in the passages.",
        "The provided passages do not mention the cost.",
        "I'm sorry, but I cannot answer this question based on the given context.",
        "The text doesn't specify when.",
        "There is no information about this in the documents.",
        "No information is given on this.",
        "None of the passages mention it.",
        "This is not mentioned in the passages.",
        "I don't have enough information to answer.",
        "Based on the provided context, I am unable to determine the answer.",
        "The answer is not found in the provided text.",
        "Die Quelle sagt das nicht.",
        "La fuente no lo dice.",
    ],
)
def test_usual_refusals_are_seen(text: str) -> None:
    """Whatever the wording."""
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Kim did not mention the troops.",
        "North Korea's government has not confirmed that troops were sent.",
        "He said he could not find a partner.",
        "The talks gave no information to reporters.",
        "The officials do not say when they will meet.",
    ],
)
def test_denials_in_the_source_are_no_refusals(text: str) -> None:
    """A sentence about what people did not do or say is an answer."""
    assert not is_refusal(text)


@pytest.mark.parametrize(
    ("reply", "fine"),
    [
        ("Kim.", True),
        ("金", True),
        ("", False),
        ("...", False),
        ("\x00\x01\x02a", False),
        ("\ufffd\ufffdk", False),
    ],
)
def test_text_is_told_from_noise(reply: str, fine: bool) -> None:
    """A reply needs words, and hardly anything that is no text."""
    assert is_text(reply) is fine
