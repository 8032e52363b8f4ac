"""Words that a question or a sentence is read by: stop words, numbers, times and openings."""

import re

from index.words import terms

STOP = frozenset(
    terms(
        "a an the of in on at to for from by with and or but as is are was were be been being do does "
        "did has have had can could will would shall should may might must it its this that these "
        "those there he she they them his her their i you we me my your our what which who whom whose "
        "when where why how if so than then not no many much any some tell list give name s t please "
        "about into over after before during between while also wat wich wen wher wy according"
    )
)
NUMBER = re.compile(
    r"\d[\d,.]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|half|twice|third|"
    r"quarter)\b",
    re.IGNORECASE,
)
TIME = re.compile(
    r"\b(?:1\d{3}|20\d{2})s?\b|\b(?:january|february|march|april|june|july|august|september|october|"
    r"november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|century|"
    r"centuries|decades?|spring|summer|autumn|winter|(?:earlier|last|next|this) (?:week|month|year)|"
    r"years? (?:ago|later))\b|\b(?:in|by|of) May\b",
    re.IGNORECASE,
)
_POINTING = (
    r"he|she|it|they|his|her|its|their|this|these|those|that|such|both|even so|"
    r"the (?:former|latter|two|pair)|"
    r"(?:under|in|at|after|during|for|with|by|of|on|from) (?:this|that|these|those|it|them)"
)
# An opening that needs the sentence before it to say who or what; a leaning one may only follow on from it.
POINTING = re.compile(rf"(?:{_POINTING})\b", re.IGNORECASE)
LEANING = re.compile(
    rf"(?:{_POINTING}|however|but|and|also|instead|meanwhile|as a result|the (?:company|team|city|group))\b",
    re.IGNORECASE,
)
# A line that only points to another text: an answer if asked for, never something said besides.
ELSEWHERE = re.compile(r"\W*(?:also read|read (?:also|more)|see also)\b", re.IGNORECASE)
