"""The answers of a run before a judge: the configured model, asked several times about each sentence."""

import asyncio
import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

from eval.judge import Judgement, Vote, parse_vote, prompt_for
from eval.lines import rows_of
from eval.result import Result, mean
from eval.rows import Row
from index.errors import FootnoteError
from qa.answer import Answer
from qa.errors import ModelFailed
from qa.model import ChatModel
from qa.settings import NO_MODEL, Settings

PATIENCE = 5  # calls in a row that fail; after them the model is not asked any more


class JudgeMissing(FootnoteError):
    """A judge is asked for, but no model is set."""


class Judge:
    """Asks a model `votes` times whether a sentence follows from what it cites; keeps every vote it got.

    With `kept`, a JSONL file, votes outlive the run: a killed or repeated one asks only for what is missing.
    A call that fails is no vote: it is counted, and asked again by the next run.
    """

    def __init__(self, settings: Settings, votes: int, jobs: int = 1, kept: Path | None = None) -> None:
        if not settings.writes:
            raise JudgeMissing(
                "--judge needs a model: set OPENAI_API_KEY or OPENAI_BASE_URL, and its name in FOOTNOTE_MODEL"
            )
        self._settings = settings
        self._model = ChatModel(settings)
        self._votes, self._jobs = votes, jobs
        self._kept = kept
        self._known: dict[str, Vote] = _read(kept) if kept else {}
        self._failures = 0  # in a row
        self.tokens: Counter[str] = Counter()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def votes(self) -> int:
        """How often each sentence is asked about."""
        return self._votes

    @property
    def cost_usd(self) -> float | None:
        """What the votes of this run cost; None without prices."""
        return self._settings.cost_usd(self.tokens["prompt"], self.tokens["completion"])

    def judge(self, answer: Answer) -> tuple[Judgement, ...]:
        """A judgement of each sentence by the quotes it cites; what cites nothing is unsupported, unasked."""
        quotes = {citation.n: citation.quote for citation in answer.citations}
        claims = [
            (s.text, [quotes[n] for n in s.citations])
            if s.citations and all(n in quotes for n in s.citations)
            else None
            for s in answer.sentences
        ]
        return asyncio.run(self._all(claims))

    async def _all(self, claims: Sequence[tuple[str, list[str]] | None]) -> tuple[Judgement, ...]:
        door = asyncio.Semaphore(self._jobs)
        unsupported: Vote = "unsupported"
        none = Judgement((unsupported,) * self._votes)

        async def one(claim: str, evidence: list[str]) -> Judgement:
            prompt = prompt_for(claim, evidence)
            votes = [self._vote(prompt, number, door) for number in range(self._votes)]
            return Judgement(tuple(await asyncio.gather(*votes)))

        async def unasked() -> Judgement:
            return none

        return tuple(await asyncio.gather(*(one(*claim) if claim else unasked() for claim in claims)))

    async def _vote(self, prompt: str, number: int, door: asyncio.Semaphore) -> Vote:
        key = self._key(prompt, number)
        if key in self._known:
            return self._known[key]
        async with door:
            if self._failures >= PATIENCE:
                return "FAILED"
            try:
                reply = await self._model.reply(prompt)
            except ModelFailed:
                self._failures += 1
                return "FAILED"
        self._failures = 0
        self.tokens.update(reply.tokens)
        self._keep(key, reply.text)
        return self._known[key]

    def _key(self, prompt: str, number: int) -> str:
        parts = [self._settings.base_url, self._settings.model, number, prompt]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]

    def _keep(self, key: str, reply: str) -> None:
        self._known[key] = parse_vote(reply)
        if self._kept:
            with self._kept.open("a", encoding="utf-8", errors="replace") as file:
                file.write(json.dumps({"key": key, "reply": reply}, ensure_ascii=False) + "\n")


class Tally:
    """What a judge made of a run, summed up as citation recall is: by answer, over answerable questions.

    A refusal counts 0. An answer on which no vote parsed has no part in the mean; it is counted.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._scores = array("d")
        self._rounds: list[list[float]] = [[] for _ in range(judge.votes)]
        self._spreads = array("d")
        self._counts: Counter[str] = Counter()
        self._unjudged = 0

    def judge(self, row: Row) -> list[Sequence[Vote]]:
        """The votes on each sentence of a row's answer; that of an unanswerable question is not judged."""
        if not row.question.answerable:
            return []
        judgements = self._judge.judge(row.answer)
        self._add(judgements)
        return [judgement.votes for judgement in judgements]

    def _add(self, judgements: Sequence[Judgement]) -> None:
        scores = [j.score for j in judgements if j.score is not None]
        self._spreads.extend(j.spread for j in judgements if j.spread is not None)
        self._counts.update(vote for j in judgements for vote in j.votes)
        self._counts["sentences"] += len(judgements)
        if judgements and not scores:
            self._unjudged += 1
            return
        self._scores.append(fmean(scores) if scores else 0.0)
        for number, held in enumerate(self._rounds):
            worths = [Judgement((j.votes[number],)).score for j in judgements]
            known = [worth for worth in worths if worth is not None]
            if known or not judgements:
                held.append(fmean(known) if known else 0.0)

    def beside(self, result: Result) -> Result:
        """The result with the judge's figure beside the checker's: it is no measure, so no gate sees it."""
        figure = mean(self._scores).value
        judged = {f"judge: {self._judge.name}": {"citation_recall": figure}} if self._spreads else {}
        return replace(
            result,
            settings={**result.settings, "judge": self.summary()},
            baselines={**result.baselines, **judged},
            timings={**result.timings, **self._spent()},
        )

    def summary(self) -> dict[str, Any]:
        """Who judged, the figure with its interval, what each round of votes says alone, and the failures."""
        found = mean(self._scores)
        return {
            "model": self._judge.name,
            "votes": self._judge.votes,
            "sentences": self._counts["sentences"],
            "citation_recall": [found.value, found.low, found.high] if self._spreads else None,
            "by_vote": [round(fmean(held), 4) for held in self._rounds if held] if self._spreads else [],
            "spread": round(fmean(self._spreads), 4) if self._spreads else None,
            "unparseable": self._counts["UNPARSEABLE"],
            "failed": self._counts["FAILED"],
            "answers_not_judged": self._unjudged,
        }

    def _spent(self) -> dict[str, float]:
        """Tokens of the votes asked for now, and what they cost where prices are set."""
        used = {f"judge_{kind}_tokens": float(self._judge.tokens[kind]) for kind in ("prompt", "completion")}
        cost = self._judge.cost_usd
        return used | ({"judge_cost_usd": cost} if cost is not None else {})


def judge_settings(model: str | None) -> Settings:
    """The settings of the model that judges: `model`, or where answers are quoted, the environment's."""
    settings = Settings.from_environment()
    return settings if model in {None, NO_MODEL} else settings.choose(model)


def _read(path: Path) -> dict[str, Vote]:
    """The votes kept so far: replies are read again, so that the rule for reading them may get stricter."""
    if not path.exists():
        return {}
    text = path.read_text(encoding="utf-8", errors="replace")
    if text and not text.endswith("\n"):  # the run before was killed inside a line
        path.write_text(text[: text.rfind("\n") + 1], encoding="utf-8")
    return {str(row.get("key")): parse_vote(str(row.get("reply"))) for _, row in rows_of(path)}
