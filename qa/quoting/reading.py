"""What a question asks and what the sentences of a passage tell: terms, names, token states."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from index.embed import MiniLM, TokenStates
from index.passage import Passage
from index.sentences import Span, sentence_spans, trim
from index.store import embedded_text
from index.words import terms
from qa.quoting.cues import STOP
from qa.quoting.shapes import Kind, kind_of

KEPT = 300  # passages read and kept; at 250 KB each, 75 MB
UNSEEN = "\0"  # a term that no text holds
SLIGHT = 0.15  # the weight of a stop word beside a term's idf

_TOKEN = re.compile(r"\w+(?:[.,]\d+)*")
_CAPITAL = re.compile(r"\b[A-Z][\w&-]*|\b\d[\d.,]*")


@dataclass(frozen=True, slots=True, eq=False)
class ReadQuestion:
    """A question as sentences are measured against it.

    `weights` holds the idf of its terms (of stop words only where there is nothing else);
    `token_weights` sum to 1; `named` marks tokens of names; `read` are its tokens' states;
    `odd` are words that the model knows only in pieces: rare names, and slips of the pen.
    """

    kind: Kind
    terms: frozenset[str]
    weights: Mapping[str, float]
    names: frozenset[str]
    vector: np.ndarray
    token_weights: np.ndarray
    named: np.ndarray
    odd: frozenset[str]
    read: TokenStates


@dataclass(frozen=True, slots=True, eq=False)
class ReadPassage:
    """A passage's sentences: spans in the source, texts, terms, mean vectors in context; and its tokens.

    The tokens are those of its title and heading and the model's marks, too. `tokens` are their unit vectors,
    `middle` their states after the model's middle layer: float16, (n_tokens, 384); `sentence` is the number
    of each one's sentence, -1 for none, ascending otherwise; `offsets` its span in the source.
    """

    passage: Passage
    spans: tuple[Span, ...]
    texts: tuple[str, ...]
    terms: tuple[frozenset[str], ...]
    vectors: np.ndarray
    tokens: np.ndarray
    middle: np.ndarray
    sentence: np.ndarray
    offsets: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """The number of tokens of each sentence: int, (n_sentences,)."""
        return np.bincount(self.sentence[self.sentence >= 0], minlength=len(self.spans))

    def cut(self, kept: np.ndarray) -> "ReadPassage":
        """The same with no tokens but those of the sentences kept (bool, (n_sentences,)) and the marks."""
        there = np.append(kept, False)[self.sentence]
        there[[0, -1]] = True
        return replace(
            self,
            tokens=self.tokens[there],
            middle=self.middle[there],
            sentence=self.sentence[there],
            offsets=self.offsets[there],
        )


class Reader:
    """Reads questions and passages; one of the last `keep` passages read costs nothing."""

    def __init__(self, embedding: MiniLM, idf: Callable[[str], float], keep: int = KEPT) -> None:
        self._embedding = embedding
        self._keep = keep
        self._idf = idf
        self._kept: OrderedDict[str, ReadPassage] = OrderedDict()
        self._turn = Lock()  # one engine answers several people

    def question(self, text: str) -> ReadQuestion:
        """The question, analysed."""
        row = terms(text)
        kept = [term for term in row if term not in STOP] or row
        weights = {term: self._idf(term) for term in dict.fromkeys(kept)}
        first = _TOKEN.search(text)
        names = names_in(text[first.end() :] if first else "")
        read = self._embedding.token_states(text)
        real = read.spans[:, 1] > read.spans[:, 0]
        offsets, states = read.spans[real], read.last[real]
        token_weights, named = _token_weights(text, offsets, weights, names)
        return ReadQuestion(
            kind=kind_of(text),
            terms=frozenset(row),
            weights=weights,
            names=names,
            vector=unit(states.mean(axis=0)) if len(states) else np.zeros(states.shape[1], np.float32),
            token_weights=token_weights,
            named=named,
            odd=_odd(text, offsets),
            read=read,
        )

    def passages(self, passages: Sequence[Passage]) -> list[ReadPassage]:
        """Each passage, read under its title and heading."""
        found = []
        for passage in passages:
            with self._turn:
                read = self._kept.get(passage.id)
            if read is None:
                text = embedded_text(passage)
                read = _read(passage, text, self._embedding.token_states(text))
            found.append(read)
        with self._turn:
            for read in found:
                self._kept[read.passage.id] = read
                self._kept.move_to_end(read.passage.id)
            while len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        return found


def names_in(text: str) -> frozenset[str]:
    """The terms of capitalised words and of numbers."""
    return frozenset(terms(" ".join(_CAPITAL.findall(text)))) - STOP


def unit(vectors: np.ndarray) -> np.ndarray:
    """The vectors at length 1; a zero one stays zero."""
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-6), dtype=np.float32)


def _token_weights(
    text: str, offsets: np.ndarray, weights: Mapping[str, float], names: frozenset[str]
) -> tuple[np.ndarray, np.ndarray]:
    """The weight of each token of a question, summing to 1; and whether it belongs to a name."""
    given = np.zeros(len(offsets))
    named = np.zeros(len(offsets), dtype=bool)
    for match in _TOKEN.finditer(text):
        inside = (offsets[:, 0] >= match.start()) & (offsets[:, 1] <= match.end())
        found = terms(match[0])
        given[inside] = max((weights.get(term, 0.0) for term in found), default=0.0) or SLIGHT
        named[inside] = any(term in names for term in found)
    return given / (given.sum() + 1e-6), named


def _odd(text: str, offsets: np.ndarray) -> frozenset[str]:
    spans = {(int(start), int(end)) for start, end in offsets}
    return frozenset(m[0].casefold() for m in _TOKEN.finditer(text) if m.span() not in spans)


def _read(passage: Passage, text: str, read: TokenStates) -> ReadPassage:
    spans = [trim(passage.text, span) for span in sentence_spans(passage.text)]
    spans = [span for span in spans if span[0] < span[1]]
    texts = tuple(passage.text[a:b] for a, b in spans)
    offsets = read.spans - (len(text) - len(passage.text))
    vectors = np.zeros((len(spans), read.last.shape[1]), dtype=np.float32)
    sentence = np.full(len(offsets), -1)
    for i, (a, b) in enumerate(spans):
        inside = (offsets[:, 0] >= a) & (offsets[:, 1] <= b) & (offsets[:, 1] > offsets[:, 0])
        if inside.any():  # else past the model's length: nothing is known of it
            vectors[i] = unit(read.last[inside].mean(axis=0))
            sentence[inside] = i
    return ReadPassage(
        passage=passage,
        spans=tuple((passage.start + a, passage.start + b) for a, b in spans),
        texts=texts,
        terms=tuple(frozenset(terms(text)) for text in texts),
        vectors=vectors,
        tokens=unit(read.last).astype(np.float16),
        middle=read.middle.astype(np.float16),
        sentence=sentence,
        offsets=offsets + passage.start,
    )
