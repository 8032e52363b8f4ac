"""Measured sentences -> scores, and the confidence that the best one answers. The weights are learned.

`training/extract.py` makes `extract_weights.json`; see there for data and licences.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from qa.quoting.features import ANSWER_NAMES, SENTENCE_NAMES

WEIGHTS = Path(__file__).parent / "extract_weights.json"


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """Linear weights for sentences, and a logistic regression for the answer, on standardised values.

    Shapes: sentence (len(SENTENCE_NAMES),); answer, answer_mean and answer_spread (len(ANSWER_NAMES),).
    """

    sentence: np.ndarray
    answer_mean: np.ndarray
    answer_spread: np.ndarray
    answer: np.ndarray
    answer_bias: float

    @classmethod
    @lru_cache(maxsize=1)
    def packaged(cls) -> "Scorer":
        """The weights that come with the package.

        Raises:
            ValueError: they were made for other features.
        """
        held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        names = held.pop("sentence_names"), held.pop("answer_names")
        if names != (list(SENTENCE_NAMES), list(ANSWER_NAMES)):
            raise ValueError(f"{WEIGHTS.name} is for other features: run `python -m training.extract`")
        bias = held.pop("answer_bias")
        return cls(**{name: np.array(value) for name, value in held.items()}, answer_bias=bias)

    def scores(self, features: np.ndarray) -> np.ndarray:
        """The score of each sentence, (n_sentences,); the softmax is its chance to be the right one."""
        return np.asarray(features @ self.sentence)

    def confidence(self, answer: np.ndarray) -> float:
        """The chance, in 0..1, that the source holds the answer, if the odds were even before.

        `answer` comes from `measure_answer`.
        """
        logit = ((answer - self.answer_mean) / self.answer_spread) @ self.answer + self.answer_bias
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))
