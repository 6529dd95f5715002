"""How long labels take, learnt from counted delays: which share of them has come by an age, and which ever comes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import NumericProfile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Fewer labels than this teach no delay.
_ENOUGH = 30
#: The newest so many windows teach delays: what took longer two years ago does not matter any more.
_WINDOWS = 400
#: A window says what share of labels ever comes once so much of it should be there.
_HALF = 0.5
#: So many windows say what share of labels ever comes.
_SPAN = 56
#: Predictions of a window are spread evenly over it: so many moments stand for them.
_MOMENTS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of the labels that ever come that has come by an age."""

    ages: Floats  #: upper ends of delay buckets, in seconds, ascending
    shares: Floats  #: at each of them; the last is 1
    labels: int  #: delays that it was learnt from

    def share(self, age: float) -> float:
        """At an age in seconds, from the prediction on."""
        place = int(np.searchsorted(self.ages, age, side="right"))
        return float(self.shares[place - 1]) if place else 0.0

    def over(self, age: float, width: float) -> float:
        """Of a window's labels, at an age in seconds from its end on; before its end, of those made so far."""
        return float(self.of_all(np.array([age]), width)[0])

    def of_all(self, ages: Floats, width: float) -> Floats:
        """`over` of many windows at once; 0 for predictions that are not made yet."""
        moments = ages[:, None] + width * (np.arange(_MOMENTS) + 0.5) / _MOMENTS
        place = np.searchsorted(self.ages, moments, side="right")
        shares: Floats = np.where(moments < 0, 0.0, np.append(0.0, self.shares)[place])
        return np.asarray(shares.mean(axis=1))

    def age(self, share: float) -> timedelta:
        """By which a share has come: the upper end of its delay bucket, at most 2.2 % too long."""
        return timedelta(seconds=float(self.ages[int(np.argmax(self.shares >= min(share, 1.0)))]))


def delay_curve(parts: Mapping[int, NumericProfile], now: int, width: int) -> Curve | None:
    """The curve that windows of predictions teach: their delays by start, all in seconds; None for too few labels.

    Of a young window only the short delays are there yet, so plain shares would make labels look fast. Each delay is
    therefore compared with the shorter ones among the windows that are old enough to show it: the product-limit
    estimate for truncated times (Lagakos, Barraj & De Gruttola 1988), which actuaries know as the chain ladder. A label
    that took longer than its window is old is none: nothing that is here can have taken until the year 9999.
    """
    starts = sorted(parts)[-_WINDOWS:]
    if not starts:
        return None
    codes = np.unique(np.concatenate([parts[start].cells.codes for start in starts]))
    ages = buckets.edges(codes)[1]
    old = np.array([now - start - width for start in starts], np.float64)
    counts = np.stack([_on(codes, parts[start]) for start in starts])
    # A window's first prediction is older than its last, so delays up to the age of the first may be there.
    counts = np.where(buckets.edges(codes)[0] <= old[:, None] + width, counts, 0)
    if counts.sum() < _ENOUGH:
        return None
    shown = old[:, None] >= ages
    here = np.where(shown, counts, 0).sum(axis=0)
    so_far = np.where(shown, np.cumsum(counts, axis=1), 0).sum(axis=0)
    if here.sum() < _ENOUGH:  # all windows are young: what they show so far is all that is known
        here, so_far = counts.sum(axis=0), np.cumsum(counts.sum(axis=0))
    return _limited(ages, here, so_far, int(counts.sum()))


def _on(codes: Ints, profile: NumericProfile) -> Ints:
    """Counts of a profile at each of some codes."""
    out = np.zeros(len(codes), np.int64)
    out[np.searchsorted(codes, profile.cells.codes)] = profile.cells.counts
    return out


def _limited(ages: Floats, here: Ints, so_far: Ints, labels: int) -> Curve:
    """Shares by going back from the longest delay that was seen."""
    some = np.flatnonzero(so_far > 0)
    last = int(some[-1])
    stay = np.where(so_far > 0, 1 - here / np.maximum(so_far, 1), 1.0)[: last + 1]
    # The share at a delay is the product of what stays at every longer one.
    shares = np.append(np.cumprod(stay[::-1])[::-1][1:], 1.0)
    return Curve(ages[: last + 1], shares, labels)


@dataclass(frozen=True, slots=True)
class Ever:
    """Which share of predictions ever gets a label."""

    usual: float  #: in the middle one of the newest windows
    best: float  #: in nine of ten windows it is no more


def ever_labelled(
    rows: Mapping[int, int], labelled: Mapping[int, int], curve: Curve, now: int, width: int
) -> Ever | None:
    """The share of predictions whose label ever comes, from windows by start; None while none is old enough to say.

    Each window weighs as its rows do. The middle one stands for all, so that a feed that stands still for some days
    does not make missing labels look usual.
    """
    told: list[tuple[float, int]] = []
    for start in sorted(rows, reverse=True)[:_WINDOWS]:
        come = curve.over(now - start - width, width)
        if come >= _HALF and rows[start]:
            told.append((min(1.0, labelled.get(start, 0) / (rows[start] * come)), rows[start]))
    return Ever(_quantile(told[:_SPAN], 0.5), _quantile(told, 0.9)) if told else None


def _quantile(weighed: Sequence[tuple[float, int]], share: float) -> float:
    values, weights = np.array(sorted(weighed)).T
    return float(values[int(np.searchsorted(np.cumsum(weights), weights.sum() * share))])


def expected_coverage(coverage: float, ever: float, come: float) -> float:
    """The coverage that a window will have in the end, from what it has and from what labels usually do.

    `ever` is the share of predictions whose label ever comes, `come` the share of those that has come by its age. Of
    the predictions without a label, some are waited for and others wait in vain (Bayes).
    """
    waiting = ever * (1 - come)
    hopeless = 1 - ever
    return coverage + (1 - coverage) * (waiting / (waiting + hopeless) if waiting > 0 else 0.0)


def falls_short(labelled: int, rows: int, due: float) -> bool:
    """Whether clearly fewer labels came than the share that was due: by a tenth, and by three standard deviations."""
    mean = rows * due
    return labelled < 0.9 * mean - 3 * math.sqrt(mean * (1 - min(1.0, due)))


def labels_due(
    rows: Mapping[int, int], curve: Curve, ever: float, width: int, spans: Mapping[int, int]
) -> dict[int, float]:
    """How many labels should become known in stretches of time (start: end, seconds), from the predictions before."""
    starts = np.array(list(rows), np.float64)
    many = np.array(list(rows.values()), np.float64)
    due = {}
    for start, end in spans.items():
        later, sooner = (curve.of_all(moment - starts - width, width) for moment in (end, start))
        due[start] = ever * float(many @ (later - sooner))
    return due
