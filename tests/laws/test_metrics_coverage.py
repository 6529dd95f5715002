"""An interval covers the truth as often as it says: windows are drawn, and it is counted how often.

95 % intervals are asked to hold the truth in 93 to 97 of 100 windows. With few rows there are few counts that can come
about, and what is never wrong by much is then held more often; that is allowed, the opposite is not. Of DRAWS windows
a share is known to ± 3 of its standard deviations (0.038 at 0.93, 0.026 at 0.97), by which every range is wider.
Windows in which a metric is not defined are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from tests.unit.metrics.samples import BINARY, Guessed, Scored, taken

from bellbuoy.metrics.catalogue import CATALOGUE, Family, measure, metrics_of
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.subject import Money, Subject
from bellbuoy.profiles.outcome import Outcome, multiclass_outcome

Draw = Callable[[np.random.Generator, int], Outcome]
DRAWS = 400
LEAST, MOST = 0.93, 0.97
#: So many rows give the truth.
ALL = 400_000


@dataclass(frozen=True, slots=True)
class World:
    """Where windows come from."""

    draw: Draw
    subject: Subject
    few: tuple[int, ...]
    many: int
    one_class: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        return (*metrics_of(self.subject), *(f"{metric}:{name}" for name in self.one_class for metric in OF_ONE_CLASS))


#: A hit gains 3; a false alarm costs 1, a miss 5.
PAYING = replace(BINARY, money=Money(((0.0, -5.0), (-1.0, 3.0))))
NUMBERS = Subject("regression")
OF_ONE_CLASS = ("precision", "recall", "f1", "base_rate", "predicted_rate", "auc", "pr_auc")


def logistic(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-x)))


def binary(shift: float, cut: float, *, steep: float = 1.5, tilt: float = 0.0) -> Draw:
    """A model whose scores are calibrated, or off by as much as `tilt` says."""

    def draw(random: np.random.Generator, rows: int) -> Outcome:
        evidence = shift + steep * random.normal(size=rows)
        label = random.random(rows) < logistic(evidence * (1 - tilt) + tilt)
        return Scored(logistic(evidence), label.astype(np.int64), cut).outcome

    return draw


def classes(*bias: float, sharp: float = 2.0) -> Draw:
    """A calibrated model of several classes, the last the rarest."""

    def draw(random: np.random.Generator, rows: int) -> Outcome:
        weight = np.exp(sharp * random.normal(size=(rows, len(bias))) + np.array(bias))
        share = weight / weight.sum(axis=1, keepdims=True)
        label = (share.cumsum(axis=1) < random.random((rows, 1))).sum(axis=1).clip(max=len(bias) - 1)
        return multiclass_outcome(share, share.argmax(axis=1), label, names(bias))

    return draw


def names(bias: tuple[float, ...]) -> tuple[str, ...]:
    return tuple("abcde"[: len(bias)])


def normal(random: np.random.Generator, rows: int) -> Outcome:
    label = random.normal(50, 10, rows)
    return Guessed(label + random.normal(1, 4, rows), label).outcome


def heavy(random: np.random.Generator, rows: int) -> Outcome:
    """Student's errors with 3 degrees of freedom: their squares have no variance."""
    label = random.normal(50, 10, rows)
    return Guessed(label + 1 + 3 * random.standard_t(3, rows), label).outcome


def growing(random: np.random.Generator, rows: int) -> Outcome:
    """Lognormal labels, and errors that grow with them."""
    label = np.exp(random.normal(3, 0.7, rows))
    return Guessed(label * np.exp(random.normal(0, 0.3, rows)), label).outcome


def useless(random: np.random.Generator, rows: int) -> Outcome:
    """Predictions that know nothing of the labels: R² is below 0."""
    return Guessed(20 + random.exponential(10, rows), random.exponential(20, rows) + 5).outcome


def _multiclass(*bias: float, sharp: float = 2.0, few: tuple[int, ...] = (30,)) -> World:
    subject = Subject("multiclass", names(bias))
    return World(classes(*bias, sharp=sharp), subject, few, 1_000, (names(bias)[0], names(bias)[-1]))


WORLDS: Mapping[str, World] = {
    "half positive": World(binary(0, 0.5), PAYING, (20, 200), 2_000),
    "half positive, told well": World(binary(0, 0.5, steep=5.0), PAYING, (20, 200), 2_000),
    "a tenth positive": World(binary(-3, 0.25), PAYING, (20, 200), 2_000),
    "one in fifty positive": World(binary(-5, 0.08), PAYING, (20, 50, 200), 2_000),
    "not calibrated": World(binary(-3, 0.25, tilt=0.5), PAYING, (20, 200), 2_000),
    "three classes, one rare": _multiclass(1.0, 0.0, -3.0, few=(30, 100)),
    "three classes, told well": _multiclass(1.0, 0.0, -6.0, sharp=5.0),
    "five classes, one very rare": _multiclass(1.0, 0.5, 0.0, 0.0, -4.0),
    "normal errors": World(normal, NUMBERS, (10, 20, 100), 1_000),
    "heavy tails": World(heavy, NUMBERS, (10, 20), 1_000),
    "errors that grow": World(growing, NUMBERS, (10, 20, 100), 1_000),
    "useless predictions": World(useless, NUMBERS, (10, 20), 1_000),
}
#: What may hold the truth more often even with many rows, and why.
CAUTIOUS: Mapping[str, str] = {
    "ks": "its low end holds at all scores at once",
    "ece": "chance only ever adds to it, and the truth of a calibrated model is its least value",
    "classwise_ece": "as ece",
    "mape": "its tail is that of errors, taken as apart from labels",
    "mae": "it allows for a tail that the window lacks",
    "mse": "as mae",
    "rmse": "as mae",
    "r2": "as mae",
    **{f"error_p{part}": "ranks, out to the ends of buckets" for part in ("05", "50", "95")},
    **{f"absolute_error_p{part}": "ranks, out to the ends of buckets" for part in ("50", "90", "95")},
    **dict.fromkeys(("auc", "precision", "recall", "f1"), "over classes: one has but 5 of 1,000 rows"),
    **{f"{metric}:e": "5 of 1,000 rows" for metric in OF_ONE_CLASS},
}
#: Of these no interval can be had that always covers (Bahadur & Savage 1956): the mean of squares without a variance.
HOPELESS: Mapping[tuple[str, str], float] = {("heavy tails", metric): 0.92 for metric in ("mse", "rmse", "r2")}


@cache
def truth(name: str) -> Mapping[str, float]:
    world = WORLDS[name]
    whole = world.draw(np.random.default_rng(0), ALL)
    return {metric: taken(metric, whole, world.subject).value for metric in world.metrics}


def coverage(name: str, rows: int) -> Mapping[str, tuple[float, int]]:
    """How often the interval of each metric holds the truth, and of how many windows."""
    world, true = WORLDS[name], dict(truth(name))
    true["value"] = true.get("value", 0.0) * rows / ALL  # the one metric that grows with the window
    random = np.random.default_rng(rows)
    held: dict[str, list[bool]] = {metric: [] for metric in world.metrics}
    for _ in range(DRAWS):
        outcome = world.draw(random, rows)
        for metric, found in held.items():
            reading = measure(metric, outcome, world.subject)
            if isinstance(reading, Measured):
                found.append(reading.low - 1e-12 <= true[metric] <= reading.high + 1e-12)
    return {metric: (sum(found) / len(found), len(found)) for metric, found in held.items() if found}


def chance(share: float, windows: int) -> float:
    """Three standard deviations of a share of windows."""
    return 3 * math.sqrt(share * (1 - share) / windows)


def too_rarely(name: str, found: Mapping[str, tuple[float, int]]) -> Mapping[str, tuple[float, int]]:
    least = {metric: HOPELESS.get((name, metric), LEAST) for metric in found}
    return {metric: one for metric, one in found.items() if one[0] < least[metric] - chance(least[metric], one[1])}


FEW = [(name, rows) for name, world in WORLDS.items() for rows in world.few]


@pytest.mark.parametrize(("name", "rows"), FEW)
def test_intervals_of_few_rows_hold_the_truth_at_least_as_often_as_they_say(name: str, rows: int) -> None:
    assert too_rarely(name, coverage(name, rows)) == {}


@pytest.mark.parametrize("name", WORLDS)
def test_intervals_of_many_rows_hold_the_truth_as_often_as_they_say(name: str) -> None:
    found = coverage(name, WORLDS[name].many)
    too_often = {metric: one for metric, one in found.items() if one[0] > MOST + chance(MOST, one[1])}
    assert too_rarely(name, found) == {}
    assert set(too_often) - set(CAUTIOUS) == set()


def test_no_performance_metric_is_left_out() -> None:
    performance = {line.name for line in CATALOGUE if line.family is Family.PERFORMANCE}
    assert performance == {metric for world in WORLDS.values() for metric in metrics_of(world.subject)}


def test_only_metrics_that_there_are_may_be_cautious() -> None:
    assert set(CAUTIOUS) <= {metric for world in WORLDS.values() for metric in world.metrics}


def test_the_interval_of_ks_holds_0_for_scores_that_tell_nothing() -> None:
    random = np.random.default_rng(5)
    draws = [Scored(random.random(200), random.integers(0, 2, 200)) for _ in range(DRAWS)]
    held = sum(taken("ks", rows.outcome, BINARY).low == 0.0 for rows in draws)
    assert held / DRAWS >= LEAST - chance(LEAST, DRAWS)


def test_ninety_percent_intervals_would_be_found_out() -> None:
    narrow = {"base_rate": (0.89, DRAWS), "accuracy": (0.95, DRAWS)}
    assert set(too_rarely("half positive", narrow)) == {"base_rate"}


def test_the_worlds_are_as_rare_as_their_names_say() -> None:
    rates = [truth(name)["base_rate"] for name in ("half positive", "a tenth positive", "one in fifty positive")]
    assert rates == pytest.approx([0.5, 0.1, 0.02], abs=0.005)
