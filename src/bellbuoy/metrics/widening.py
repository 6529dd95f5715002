"""Estimates whose intervals are as wide as those before them turned out to need."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bellbuoy.metrics.intervals import Z, student
from bellbuoy.metrics.reading import Measured, Reading

#: So many estimates before one say how far off they are, and so few at the least: Student's factor is 3 then.
PAST, _FEWEST = 56, 3


class Told(NamedTuple):
    """An estimate of a window, from `start` to `end` (seconds)."""

    start: int
    end: int
    reading: Reading


class Apart(NamedTuple):
    """How far an estimate lay from the truth, and the variance that its own interval grants it."""

    known_at: int  #: seconds; when the truth was known
    distance: float
    variance: float


def widened(
    told: Sequence[Told],
    truth: Mapping[int, Reading],
    lag: int,
    ends: tuple[float, float],
    before: Iterable[tuple[Reading, Reading]] = (),
) -> Iterator[Reading]:
    """Each estimate, in order of time, with its interval widened by what earlier ones missed the truth by.

    An estimate's own interval holds what labels do by chance, if scores mean what they meant. In life they mean a
    little more or less from week to week. How much more is what distances between estimates and truths show beyond
    chance: the variance between studies of DerSimonian & Laird (1986), about a mean of 0, since an estimate that is
    always too high is off as well. A window's truth is known a `lag` of seconds after its end, and only what was known
    when a window began is used for it. `ends` are the least and greatest value that the metric can have; `before` are
    estimates and truths that were known before any of them.
    """
    waiting: list[Apart] = []
    past = [pair for estimate, real in before if (pair := _apart(estimate, real, 0)) is not None]
    for one in told:
        past += [pair for pair in waiting if pair.known_at <= one.start]
        waiting = [pair for pair in waiting if pair.known_at > one.start]
        yield _wider(one.reading, _beyond_chance(past[-PAST:]), ends)
        if (pair := _apart(one.reading, truth.get(one.start), one.end + lag)) is not None:
            waiting.append(pair)


def _apart(told: Reading, truth: Reading | None, known_at: int) -> Apart | None:
    if not isinstance(told, Measured) or not isinstance(truth, Measured):
        return None
    half = (told.high - told.value) if truth.value > told.value else (told.value - told.low)
    return Apart(known_at, truth.value - told.value, (half / Z) ** 2) if half > 0 else None


def _beyond_chance(past: Sequence[Apart]) -> float:
    """How far estimates stray, 95 times of 100, beyond what chance explains; 0 while too few are known."""
    if len(past) < _FEWEST:
        return 0.0
    excess = math.fsum(pair.distance**2 / pair.variance for pair in past) - len(past)
    variance = max(0.0, excess / math.fsum(1 / pair.variance for pair in past))
    return student(len(past)) * math.sqrt(variance)


def _wider(reading: Reading, more: float, ends: tuple[float, float]) -> Reading:
    if not isinstance(reading, Measured) or more <= 0:
        return reading
    least, most = ends
    low = max(least, reading.value - math.hypot(reading.value - reading.low, more))
    high = min(most, reading.value + math.hypot(reading.high - reading.value, more))
    return replace(reading, low=min(low, reading.low), high=max(high, reading.high))
