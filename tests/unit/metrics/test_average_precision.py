from __future__ import annotations

import numpy as np
import pytest
from scipy.special import digamma
from tests.unit.metrics.samples import BINARY, Scored, scored, taken

from bellbuoy.metrics.average_precision import _digamma, _excess, _moved, _variance, pr_auc
from bellbuoy.metrics.binary import by_score
from bellbuoy.metrics.ranking import Ranked
from bellbuoy.metrics.reading import Measured


def of(rows: Scored) -> Ranked:
    return by_score(rows.outcome)


def value(counts: Ranked) -> float:
    reading = pr_auc(counts, 1)
    assert isinstance(reading, Measured)
    return reading.value


def resampled(counts: Ranked, random: np.random.Generator) -> Ranked:
    positives, negatives = (
        np.asarray(random.multinomial(int(part.sum()), part / part.sum()), np.float64)
        for part in (counts.positives, counts.negatives)
    )
    return Ranked(counts.buckets, positives, negatives)


def test_our_digamma_is_scipys() -> None:
    x = np.concatenate([np.linspace(0.5, 20, 200), np.logspace(2, 9, 30)])
    assert np.allclose(_digamma(x), digamma(x), rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize("shift", [0.0, 2.0])
def test_the_variance_is_what_samples_with_as_many_of_each_class_vary_by(shift: float) -> None:
    rows, random = scored(600, shift=shift), np.random.default_rng(3)
    counts = of(rows)
    again = [value(resampled(counts, random)) for _ in range(800)]
    assert np.var(again) == pytest.approx(_variance(counts), rel=0.25)


def test_the_variance_of_a_perfect_order_is_0() -> None:
    assert _variance(Ranked(np.array([0, 1]), np.array([0.0, 5.0]), np.array([9.0, 0.0]))) == 0.0


@pytest.mark.parametrize(("rate", "to"), [(0.1, 0.3), (0.5, 0.02)])
def test_a_precision_moves_with_the_odds_of_being_positive(rate: float, to: float) -> None:
    recall, fall_out = 0.6, 0.05
    before, after = (recall * part / (recall * part + fall_out * (1 - part)) for part in (rate, to))
    assert _moved(before, rate, to) == pytest.approx(after)


def test_the_value_of_scores_that_tell_nothing_is_too_high_by_about_what_is_allowed_for() -> None:
    random = np.random.default_rng(8)
    draws = [of(Scored(random.random(60), np.arange(60) % 6 // 5)) for _ in range(600)]
    excess = np.mean([value(one) for one in draws]) - 1 / 6
    assert np.mean([_excess(one) for one in draws]) == pytest.approx(excess, rel=0.5)


def test_one_positive_row_leaves_the_area_open() -> None:
    label = np.zeros(50, np.int64)
    label[49] = 1
    reading = taken("pr_auc", Scored(np.arange(1, 51) / 51, label).outcome, BINARY)
    assert reading.low < 0.06 < reading.high == reading.value == 1.0


def test_a_rare_class_may_be_rarer_than_it_was_in_the_window() -> None:
    few, many = (taken("pr_auc", scored(rows, seed=5, shift=3.0).outcome, BINARY) for rows in (150, 15_000))
    assert few.high - few.low > 3 * (many.high - many.low)


def test_counts_that_are_not_whole_stand_for_many_windows() -> None:
    counts = of(scored(2_000))
    third = Ranked(counts.buckets, counts.positives / 3, counts.negatives / 3)
    many = Ranked(counts.buckets, counts.positives * 1e6, counts.negatives * 1e6)
    assert value(third) == pytest.approx(value(many), abs=1e-6)


def test_no_positives_have_no_area() -> None:
    assert not isinstance(pr_auc(Ranked(np.array([0]), np.array([0.0]), np.array([5.0])), 5), Measured)


def test_of_few_negative_rows_the_area_is_unsure_as_well() -> None:
    truth, held = value(of(scored(400_000, shift=-4.0, steep=1.5))), 0
    for seed in range(300):
        reading = taken("pr_auc", scored(300, seed=seed, shift=-4.0, steep=1.5).outcome, BINARY)
        held += reading.low <= truth <= reading.high
    assert held / 300 > 0.91
