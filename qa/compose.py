"""A question's passages, and a model's reply if there is one -> an Answer: quoted, or written and checked."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter

from index.passage import ScoredPassage
from qa.answer import Answer, Citation, Sentence, ShownPassage, Status
from qa.check import Ground
from qa.events import Event, SentenceChecked, TextDelta
from qa.extract import Extraction, Quote
from qa.settings import Settings
from qa.writing.cite import ParsedReply, Written, only_finished, parse
from qa.writing.markers import without_begun_marker
from qa.writing.prompt import REFUSAL, build, estimate_tokens
from qa.writing.reply import Reply, is_refusal
from qa.writing.verdict import Footnotes, footnoted

EXTRACTIVE = "extractive"
# A question none of whose passages reaches one of these is about something else: no model is asked.
NEAR_COSINE = 0.15
NEAR_WORDS = 0.2
STOPPED = "Stopped: the sentence that was being written is left out."
STOPPED_BETWEEN = "Stopped between two sentences: the model may have had more to say."
STOPPED_EARLY = "Stopped before a sentence was finished: the answer is quoted from the source."
REFUSED = 0.5  # of the confidence, left where a model read the passages and found no answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it; times are `perf_counter`'s.

    `rewriting` holds the tokens of the call that rewrote the question, which took `rewriting_s`, if any did.
    """

    id: str | None
    question: str
    standalone: str
    passages: tuple[ScoredPassage, ...]
    extraction: Extraction
    began: float
    found: float
    rewriting: Mapping[str, int] = field(default_factory=dict)
    rewriting_s: float = 0.0
    choices: tuple[str, ...] = ()

    @property
    def near(self) -> bool:
        """Whether there is something to write about: no small talk, and passages near the question."""
        if self.extraction.quotes:
            return True
        near = any(p.cosine >= NEAR_COSINE or p.words >= NEAR_WORDS for p in self.passages)
        return near and self.extraction.status == "not_in_source"


def quoted_answer(asked: Asked, warning: str = "", settings: Settings | None = None) -> Answer:
    """The answer in the source's own words; `settings` price the tokens of a rewriting call."""
    citations = tuple(_citation(n, quote) for n, quote in enumerate(asked.extraction.quotes, start=1))
    tokens = _tokens(asked)
    return Answer(
        id=asked.id,
        question=asked.question,
        standalone=asked.standalone,
        status=asked.extraction.status,
        text=asked.extraction.text,
        model=EXTRACTIVE,
        confidence=round(asked.extraction.confidence, 4),
        sentences=tuple(Sentence(c.quote, (c.n,), "supported", 1.0) for c in citations),
        citations=citations,
        passages=tuple(map(ShownPassage.of, asked.passages)),
        timings_ms=_timings(asked, 0.0),
        tokens=tokens,
        cost_usd=settings.cost_usd(tokens["prompt"], tokens["completion"])
        if settings and asked.rewriting
        else None,
        warnings=tuple(filter(None, (asked.extraction.caution, warning))),
        choices=asked.choices,
    )


def told(answer: Answer) -> Iterator[Event]:
    """The events of an answer that is already there."""
    yield TextDelta(answer.text)
    for index, sentence in enumerate(answer.sentences):
        yield SentenceChecked(
            index, sentence, tuple(c for c in answer.citations if c.n in sentence.citations)
        )
    yield answer


@dataclass
class Draft:
    """A model's reply in the making: its prompt, and the sentences checked so far."""

    asked: Asked
    settings: Settings
    _written: list[Written] = field(default_factory=list)
    _checked: list[Sentence | None] = field(default_factory=list)
    _check_s: float = 0.0

    def __post_init__(self) -> None:
        passages = [scored.passage for scored in self.asked.passages]
        self.prompt = build(self.asked.standalone, passages, self.settings.context_tokens)
        self._shown = passages[: self.prompt.shown]
        self._ground = Ground(self._shown)
        self._footnotes = Footnotes(self._ground, self._shown)

    def advance(self, text: str, ended: bool = False) -> Iterator[SentenceChecked]:
        """The sentences of the reply so far that are finished and not yet told, with their verdicts."""
        reply = parse(text if ended else without_begun_marker(text), self.prompt.shown)
        sentences = reply.sentences if ended else reply.sentences[:-1]
        if not _refuses(reply) and list(sentences[: len(self._written)]) == self._written:
            for written in sentences[len(self._written) :]:
                held = len(self._footnotes.citations)
                sentence = self._check(written)
                if sentence is not None:
                    index = len(self._footnotes.sentences) - 1
                    yield SentenceChecked(index, sentence, tuple(self._footnotes.citations[held:]))

    def answer(self, reply: Reply, model: str) -> Answer:
        """The finished answer; one without a sentence left to show is quoted instead."""
        parsed = parse(reply.text, self.prompt.shown)
        if _refuses(parsed):
            return self._refusal(reply, model)
        return self._finished(parsed, reply, model, _nothing_left(model, len(parsed.sentences)))

    def stopped(self, text: str, model: str) -> Answer:
        """The answer that was stopped after `text`: its finished sentences, quoted where there is none."""
        tokens = {
            "prompt": estimate_tokens(self.prompt.text),
            "completion": estimate_tokens(text),
            "estimated": 1,
        }
        finished = only_finished(text, self.prompt.shown)
        if _refuses(finished):
            finished = ParsedReply("", (), ())  # more was to come, or nothing: it cannot be told
        answer = self._finished(finished, Reply(text, False, tokens), model, STOPPED_EARLY)
        if answer.model != model:
            return answer
        whole = parse(without_begun_marker(text), self.prompt.shown)
        begun = finished.sentences != whole.sentences
        return replace(answer, warnings=(*answer.warnings, STOPPED if begun else STOPPED_BETWEEN))

    def _finished(self, parsed: ParsedReply, reply: Reply, model: str, nothing_left: str) -> Answer:
        if self._written != list(parsed.sentences[: len(self._written)]):
            self._restart()  # what came later changed how the reply divides into sentences
        for written in parsed.sentences[len(self._written) :]:
            self._check(written)
        notes = self._footnotes
        if not notes.sentences:
            return quoted_answer(self.asked, nothing_left, self.settings)
        return self._answer(
            reply,
            model,
            status="answered",
            text=footnoted(parsed, self._checked),
            sentences=tuple(notes.sentences),
            citations=tuple(notes.citations),
            warnings=tuple(self._warnings(parsed, reply)),
        )

    def _check(self, written: Written) -> Sentence | None:
        began = perf_counter()
        sentence = self._footnotes.add(written, self.settings.strict)
        self._written.append(written)
        self._checked.append(sentence)
        self._check_s += perf_counter() - began
        return sentence

    def _restart(self) -> None:
        self._written, self._checked = [], []
        self._footnotes = Footnotes(self._ground, self._shown)

    def _refusal(self, reply: Reply, model: str) -> Answer:
        confidence = REFUSED * self.asked.extraction.confidence
        return self._answer(reply, model, status="not_in_source", text=REFUSAL, confidence=confidence)

    def _answer(
        self,
        reply: Reply,
        model: str,
        status: Status,
        text: str,
        confidence: float | None = None,
        sentences: tuple[Sentence, ...] = (),
        citations: tuple[Citation, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> Answer:
        tokens = _tokens(self.asked, reply.tokens)
        return Answer(
            id=self.asked.id,
            question=self.asked.question,
            standalone=self.asked.standalone,
            status=status,
            text=text,
            model=model,
            confidence=round(self.asked.extraction.confidence if confidence is None else confidence, 4),
            sentences=sentences,
            citations=citations,
            passages=tuple(ShownPassage.of(p) for p in self.asked.passages[: self.prompt.shown]),
            timings_ms=_timings(self.asked, self._check_s),
            tokens=tokens,
            cost_usd=self.settings.cost_usd(tokens["prompt"], tokens["completion"]),
            warnings=warnings,
            choices=self.asked.choices,
        )

    def _warnings(self, parsed: ParsedReply, reply: Reply) -> Iterator[str]:
        yield from self._footnotes.notes
        if parsed.invented:
            named = ", ".join(map(str, parsed.invented))
            yield f"The model cited {named}, but was shown passages 1 to {self.prompt.shown} only."
        left_out = self._checked.count(None)
        if left_out:
            yield f"{left_out} of {len(self._checked)} sentences had no support and were left out."
        if reply.truncated:
            yield "The model's reply was cut off at its limit; the last sentence may be incomplete."
        if self.prompt.shown < len(self.asked.passages):
            yield (
                f"Only {self.prompt.shown} of {len(self.asked.passages)} passages fit the model's window; "
                "raise FOOTNOTE_CONTEXT_TOKENS if it is larger."
            )


def _refuses(reply: ParsedReply) -> bool:
    """Whether a reply begins by saying that the passages do not answer, and cites none of them."""
    return (
        bool(reply.sentences)
        and is_refusal(reply.sentences[0].text)
        and not any(sentence.markers for sentence in reply.sentences if not is_refusal(sentence.text))
    )


def _nothing_left(model: str, count: int) -> str:
    if not count:
        return f"The model {model} gave a reply without a sentence. The answer was made without it."
    return (
        f"None of the {count} sentences of the model {model} has support in the passages. "
        "The answer was made without it."
    )


def _citation(n: int, quote: Quote) -> Citation:
    passage = quote.passage
    return Citation(
        n, passage.source, passage.title, passage.sha256, quote.start, quote.end, quote.text, passage.id
    )


def _tokens(asked: Asked, reply: Mapping[str, int] | None = None) -> dict[str, int]:
    """The tokens of a reply and of the call that rewrote its question."""
    told = Counter({"prompt": 0, "completion": 0})
    for counts in (asked.rewriting, reply or {}):
        told.update(counts)
    return {name: min(count, 1) if name == "estimated" else count for name, count in told.items()}


def _timings(asked: Asked, check_s: float) -> dict[str, float]:
    """Milliseconds of each step; what is neither retrieving nor checking is answering."""
    ended = perf_counter()
    steps = {
        "retrieve": asked.found - asked.began - asked.rewriting_s,
        "answer": ended - asked.found - check_s + asked.rewriting_s,
        "check": check_s,
        "total": ended - asked.began,
    }
    return {name: round(seconds * 1000, 2) for name, seconds in steps.items()}
