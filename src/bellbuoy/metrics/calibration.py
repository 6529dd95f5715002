"""How far scores are from the shares that they promise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bellbuoy.metrics.intervals import Floats, Ints, Z
from bellbuoy.metrics.ranking import Ranked
from bellbuoy.metrics.reading import Measured
from bellbuoy.profiles import buckets

#: Bins of equal width over 0..1.
BINS = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram: rows, mean score and share of positives of each bin that has rows."""

    rows: Floats
    score: Floats
    share: Floats


def probabilities(codes: Ints) -> tuple[Floats, Floats, Floats]:
    """Middle, lower and upper end of each bucket of probabilities, ascending."""
    low, high = buckets.edges(codes)
    return buckets.decode_probability(codes), low / (1 + low), high / (1 + high)


def reliability(counts: Ranked) -> Reliability:
    """Ten bins over 0..1; a bucket lies whole in the bin of its middle, so a bin's edge is that of a bucket.

    Buckets are at most 0.0055 wide here, so no edge is farther than 0.003 from its tenth.
    """
    score, _, _ = probabilities(counts.buckets)
    place = np.minimum((score * BINS).astype(np.int64), BINS - 1)
    every = counts.positives + counts.negatives
    rows, total, positive = (
        np.bincount(place, part, BINS).astype(np.float64) for part in (every, every * score, counts.positives)
    )
    some = rows > 0
    return Reliability(rows[some], total[some] / rows[some], positive[some] / rows[some])


def calibration_error(counts: Ranked, rows: int) -> Measured:
    """Expected calibration error (Naeini, Cooper & Hauskrecht 2015) over the bins of `reliability`.

    The bound is how far scores can be from the middles of their buckets. The interval adds the normal ends of each
    bin's share as if bins were separate samples; since a bin's chance deviation only ever adds to the error (Bröcker
    2012), its low end is lower by what chance alone would give a calibrated model.
    """
    bins = reliability(counts)
    weight = bins.rows / bins.rows.sum()
    value = float(weight @ np.abs(bins.share - bins.score))
    # Agresti and Coull's share: a bin of few rows, all alike, is not a certain one.
    steady = (bins.share * bins.rows + 2) / (bins.rows + 4)
    errors = weight * np.sqrt(steady * (1 - steady) / bins.rows)
    chance = math.sqrt(2 / math.pi) * float(errors.sum())
    half = Z * math.sqrt(float(errors @ errors))
    _, low, high = probabilities(counts.buckets)
    every = counts.positives + counts.negatives
    bound = float(every @ (high - low)) / float(every.sum())
    return Measured(value, max(0.0, value - chance - half), min(1.0, value + half), rows, bound)
