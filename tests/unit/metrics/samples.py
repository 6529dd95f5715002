"""Labelled rows for tests of performance metrics, and whether a reading agrees with what the raw rows give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bellbuoy.metrics.catalogue import measure
from bellbuoy.metrics.intervals import Floats, Ints
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome, binary_outcome, multiclass_outcome, regression_outcome

BINARY = Subject("binary", ("no", "yes"))
CLASSES = ("bad", "fair", "good", "great")
MULTICLASS = Subject("multiclass", CLASSES)
REGRESSION = Subject("regression")


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows of a binary model."""

    score: Floats
    label: Ints
    cut: float = 0.4

    @property
    def predicted(self) -> Ints:
        return (self.score >= self.cut).astype(np.int64)

    @property
    def outcome(self) -> Outcome:
        return binary_outcome(self.score, self.predicted, self.label)


@dataclass(frozen=True, slots=True)
class Classed:
    """Rows of a multiclass model."""

    scores: Floats
    label: Ints

    @property
    def predicted(self) -> Ints:
        return np.asarray(self.scores.argmax(axis=1), np.int64)

    @property
    def outcome(self) -> Outcome:
        return multiclass_outcome(self.scores, self.predicted, self.label, CLASSES)


@dataclass(frozen=True, slots=True)
class Guessed:
    """Rows of a regression."""

    prediction: Floats
    label: Floats

    @property
    def outcome(self) -> Outcome:
        return regression_outcome(self.prediction, self.label)


def scored(rows: int, *, seed: int = 1, shift: float = 1.0, steep: float = 1.0, digits: int = 17) -> Scored:
    """A calibrated binary model; a larger `shift` makes positives rarer, fewer `digits` more ties."""
    random = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(shift - steep * random.normal(size=rows)))
    return Scored(np.round(chance, digits), (random.random(rows) < chance).astype(np.int64))


def classed(rows: int, *, seed: int = 1, sharp: float = 2.0) -> Classed:
    """A calibrated model of four classes, the first most frequent."""
    random = np.random.default_rng(seed)
    weight = np.exp(sharp * random.normal(size=(rows, 4)) + np.array([1.0, 0.0, 0.0, -1.0]))
    share = weight / weight.sum(axis=1, keepdims=True)
    label = (share.cumsum(axis=1) < random.random((rows, 1))).sum(axis=1)
    return Classed(share, np.minimum(label, 3).astype(np.int64))


def guessed(rows: int, *, seed: int = 1, noise: float = 4.0, size: float = 1.0) -> Guessed:
    """A regression whose errors have a small bias."""
    random = np.random.default_rng(seed)
    label = random.normal(50, 10, rows)
    return Guessed(size * (label + random.normal(1, noise, rows)), size * label)


def _ends() -> Scored:
    score = np.array([0.0, 1.0, 1e-300, 1 - 2**-53, 0.0, 1.0, 1e-17, 0.5] * 5)
    return Scored(score, np.array([0, 1, 1, 0, 0, 0, 1, 1] * 5))


_FIFTY = np.arange(1.0, 100.0, 2.0) / 100
#: Binary data on which every metric must agree with its oracle.
SCORED: Mapping[str, Scored] = {
    "random": scored(2_000),
    "imbalanced": scored(5_000, shift=6.0, steep=1.5),
    "tied": scored(500, digits=1),
    "constant": Scored(np.full(90, 0.3), np.arange(90) % 3 // 2),
    "two rows": Scored(np.array([0.3, 0.6]), np.array([1, 0])),
    "few rows": scored(12, seed=3),
    "perfect": Scored(_FIFTY, (np.arange(50) >= 20).astype(np.int64)),
    "upside down": Scored(_FIFTY, (np.arange(50) < 20).astype(np.int64)),
    "within one bucket": Scored(np.arange(50_000.0, 50_040.0) / 100_000, (np.arange(40) * 7 % 3 == 0).astype(np.int64)),
    "at the ends": _ends(),
}
#: Regression data likewise.
GUESSED: Mapping[str, Guessed] = {
    "random": guessed(2_000),
    "noisy": guessed(300, noise=40.0),
    "two rows": Guessed(np.array([1.0, 2.5]), np.array([2.0, 1.0])),
    "perfect": Guessed(np.arange(20.0), np.arange(20.0)),
    "a constant off": Guessed(np.arange(20.0) + 3, np.arange(20.0)),
    "powers of two": Guessed(np.exp2(np.arange(-20.0, 20.0)), np.zeros(40)),
    "labels of 0": Guessed(np.array([1.0, -2.0, 0.5, 4.0]), np.array([0.0, 0.0, 2.0, -8.0])),
    "huge": guessed(200, size=1e300),
    "tiny": guessed(200, size=1e-300),
    "far from 0": Guessed(1e6 + np.arange(50.0) % 7, 1e6 + np.arange(50.0) % 5),
}


def taken(name: str, outcome: Outcome, subject: Subject) -> Measured:
    """A metric that is measured."""
    reading = measure(name, outcome, subject)
    assert isinstance(reading, Measured), reading
    return reading


def agrees(reading: Reading, truth: float, *, size: float | None = None) -> bool:
    """Whether a reading is within its bound of what the raw rows give, but for rounding at the size of the numbers."""
    assert isinstance(reading, Measured), reading
    rounding = 1e-9 * max(abs(truth), size if size is not None else 1.0)
    inside = reading.low <= reading.value <= reading.high
    return inside and abs(reading.value - truth) <= reading.bound + rounding
