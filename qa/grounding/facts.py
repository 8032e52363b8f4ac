"""Text -> the facts in it that one can check: words, numbers, names, negation, modality, who said it."""

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from index.encoder import weights_folder
from index.words import terms

STOP = frozenset(
    str.split(
        """a about above after again all also although am among an and another any are around as at be
    because been before being between both but by can could did do does doing down during each either
    else etc even ever for from further had has have having he her here hers herself him himself his
    how however i if in into is it its itself just let like made make many may me might more most much
    must my myself no nor not now of off often on once one only or other our out over own per rather s
    same she should so some still such t than that the their them then there therefore these they this
    those through thus to too under until up upon us use used using very via was we well were what
    when where whether which while who whom whose why will with within without would yet you your
    yours d ll m o re ve y don didn doesn isn wasn weren won wouldn shouldn couldn hasn haven hadn
    aren said says say"""
    )
)
NEGATIONS = frozenset(
    str.split(
        """not no never neither nor none nobody nothing without cannot n't dont doesnt didnt isnt wasnt arent
    werent wont cant couldnt wouldnt shouldnt hasnt havent hadnt unable fail fails failed refuse
    refused refuses deny denied denies unlikely impossible lack lacks lacked hardly"""
    )
)
HEDGES = frozenset(
    str.split(
        """may might could possibly perhaps maybe likely probably reportedly allegedly alleged purportedly
    suggest suggests suggested apparently seems seem seemed appears appear appeared would should
    potentially presumably supposedly supposed believed thought expected rumoured rumored claimed"""
    )
)
OPPOSITES = {
    a: b
    for pair in str.split(
        """rise/fall rises/falls rose/fell rising/falling increase/decrease increases/decreases
    increased/decreased increasing/decreasing increase/reduce increases/reduces increased/reduced
    first/last before/after more/less more/fewer most/least win/lose wins/loses won/lost
    support/oppose supports/opposes supported/opposed high/low higher/lower highest/lowest above/below
    largest/smallest larger/smaller large/small big/small long/short longer/shorter old/young
    older/younger oldest/youngest early/late earlier/later earliest/latest north/south
    northern/southern east/west eastern/western begin/end began/ended start/end started/ended
    open/closed accept/reject accepted/rejected allow/forbid allowed/forbidden allow/prevent
    strong/weak stronger/weaker fast/slow faster/slower good/bad better/worse best/worst male/female
    hot/cold warm/cool hard/soft import/export majority/minority maximum/minimum positive/negative
    present/absent success/failure true/false inside/outside always/never agree/disagree
    agreed/disagreed confirm/deny confirms/denies confirmed/denied
    buy/sell bought/sold cause/prevent causes/prevents enable/disable left/right
    legal/illegal major/minor man/woman men/women older/newer possible/impossible safe/dangerous
    tight/loose upper/lower wide/narrow remember/forget single/multiple strengthen/weaken
    strengthened/weakened"""
    )
    for a, b in [pair.split("/"), pair.split("/")[::-1]]
}
_UNITS = {
    w: float(i)
    for i, w in enumerate(
        str.split(
            """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen"""
        )
    )
}
_TENS = {
    w: 10.0 * i
    for i, w in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_SCALES |= {word + "s": value for word, value in _SCALES.items()} | {"m": 1e6, "bn": 1e9, "k": 1e3}
_ORDINALS = {
    w: float(i)
    for i, w in enumerate(
        str.split("""first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"""),
        start=1,
    )
}
_COUNTS = {"both": 2.0, "twice": 2.0, "pair": 2.0, "double": 2.0, "half": 0.5, "quarter": 0.25, "thrice": 3.0}
MONTH = 0.5  # weight of "May"; other months have about as much
APPROXIMATE = frozenset(
    str.split("""about around nearly almost approximately roughly over than some least most up""")
)
SPOKEN = frozenset(
    str.split(
        """said says say told tells stated states stressed claimed claims announced declared argued argues
    added insisted warned noted explained denied accused reported reports confirmed suggested believes
    believed described called wrote writes vowed urged asked according"""
    )
)
_WORD = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:\.[^\W\d_]\.)*(?:['’][^\W\d_]+)?")
_POSSESSIVE = re.compile(r"['’]s?$")
_OPENING = re.compile(r"[.!?:;\n\"“(*•]\s*$")  # what a capital after it is owed to
_SPACED_COMMA = re.compile(r"(?<=\d) ([,.]) (?=\d{3}\b)")
_SPACED_QUOTE = re.compile(r"(?<=\w) ['’] (?=(?:s|m|t|re|ve|ll|d)\b)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: as written, folded, stemmed; `weight` in 0..1 says how rare it is (0: it carries no matter)."""

    text: str
    low: str
    stem: str
    start: int
    end: int
    weight: float
    number: float | None
    named: bool  # written with a capital that no sentence start explains


def unspaced(text: str) -> str:
    """The text with the spaces taken out that tokenised text has in "400 , 000" and "it ' s"."""
    return _SPACED_QUOTE.sub("'", _SPACED_COMMA.sub(r"\1", text))


@lru_cache(maxsize=1)
def _ranks() -> dict[str, int]:
    """Rank of each whole word of the packaged vocabulary, which stands in order of frequency."""
    vocabulary = json.loads((weights_folder() / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    return {word: rank for word, rank in vocabulary.items() if not word.startswith("##")}


def _weight(low: str) -> float:
    if low in STOP:
        return 0.0
    rank = _ranks().get(low)
    return 1.0 if rank is None else max(0.2, math.log(max(2, rank - 1990)) / math.log(28_532))


@lru_cache(maxsize=50_000)
def _looked_up(shown: str) -> tuple[str, str, float, float | None]:
    """Of a word as written: folded, stemmed, its weight and its value."""
    low = "".join(c for c in unicodedata.normalize("NFKD", shown.casefold()) if not unicodedata.combining(c))
    low = low.replace("’", "'").replace(".", "" if not shown[0].isdigit() else ".")
    value = _value(low)
    return low, (terms(low) or [low])[0] if value is None else f"#{value:g}", _weight(low), value


def words(text: str) -> tuple[Word, ...]:
    """The words of `text` in order, possessive 's dropped; numbers carry their value."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        start = match.start()
        shown = _POSSESSIVE.sub("", match.group())
        low, stem, weight, value = _looked_up(shown)
        named = shown[:1].isupper() and bool(found) and not _OPENING.search(text, max(0, start - 4), start)
        month = named and shown == "May"  # elsewhere "may" is no name
        if month:
            weight = MONTH
        named = named and (month or low not in STOP)
        found.append(Word(shown, low, stem, start, start + len(shown), weight, value, named))
    return tuple(_joined(found))


def _value(low: str) -> float | None:
    if re.fullmatch(r"\d[\d,]*(?:\.\d+)?", low):
        return float(low.replace(",", ""))
    for table in (_UNITS, _TENS, _ORDINALS, _COUNTS):
        if low in table:
            return table[low]
    return None


def _joined(found: list[Word]) -> list[Word]:
    """Numbers of several words made one: "ten thousand", "3.5 million", "twenty five"."""
    out: list[Word] = []
    for word in found:
        last = out[-1] if out else None
        if last and last.number is not None and word.start - last.end <= 2:
            if word.low in _SCALES:
                out[-1] = _grown(last, word, last.number * _SCALES[word.low])
                continue
            if last.low in _TENS and word.low in _UNITS and (word.number or 0) in range(1, 10):
                out[-1] = _grown(last, word, last.number + (word.number or 0))
                continue
        out.append(word)
    return out


def _grown(word: Word, by: Word, value: float) -> Word:
    low = f"{word.low} {by.low}"
    return Word(low, low, f"#{value:g}", word.start, by.end, max(word.weight, by.weight), value, False)
