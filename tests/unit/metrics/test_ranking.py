from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as oracle
from tests.unit.metrics.samples import BINARY, SCORED, Scored, scored, taken

from bellbuoy.metrics.binary import by_score
from bellbuoy.metrics.ranking import Ranked, _hanley, area, curve, lift, ranked
from bellbuoy.metrics.reading import Measured
from bellbuoy.profiles.profile import Cells


def test_buckets_come_in_order_with_their_positives_and_negatives() -> None:
    cells = Cells(np.array([-8, -5, 4, 5, 7]), np.array([1, 2, 3, 4, 5]))
    counts = ranked(cells, 2)
    table = zip(counts.buckets.tolist(), counts.positives.tolist(), counts.negatives.tolist(), strict=True)
    assert list(table) == [(-2, 2, 1), (1, 9, 3)]


def test_no_cells_are_no_buckets() -> None:
    assert len(ranked(Cells(), 2).buckets) == 0


def test_the_variance_of_auc_is_delongs() -> None:
    rows = SCORED["tied"]
    positive, negative = rows.score[rows.label == 1], rows.score[rows.label == 0]
    above = (positive[:, None] > negative) + (positive[:, None] == negative) / 2
    expected = above.mean(axis=1).var(ddof=1) / len(positive) + above.mean(axis=0).var(ddof=1) / len(negative)
    found = area(by_score(rows.outcome))
    assert found is not None
    assert found.variance == pytest.approx(expected)


def test_counts_beyond_32_bits_multiply_without_overflow() -> None:
    many = np.array([5e9, 5e9])
    found = area(Ranked(np.array([0, 1]), many, many))
    assert found is not None
    assert found.value == 0.5


def test_the_curve_is_that_of_the_scores_at_the_edges_of_buckets() -> None:
    rows = SCORED["tied"]
    cuts = curve(by_score(rows.outcome))
    fall_out, recall, _ = oracle.roc_curve(rows.label, rows.score, drop_intermediate=False)
    assert np.allclose([cuts.fall_out, cuts.recall], [fall_out[1:], recall[1:]])


def test_precision_along_the_curve_ends_at_the_base_rate() -> None:
    rows = scored(300)
    assert curve(by_score(rows.outcome)).precision[-1] == pytest.approx(rows.label.mean())


def test_a_curve_without_negatives_has_no_fall_out() -> None:
    cuts = curve(Ranked(np.array([3]), np.array([2.0]), np.array([0.0])))
    assert np.isnan(cuts.fall_out).all()


def test_the_variance_of_auc_is_known_from_as_many_rows_as_make_it() -> None:
    rows = Scored(np.concatenate([np.linspace(0.1, 0.4, 50), np.linspace(0.3, 0.9, 50)]), np.repeat([0, 1], 50))
    found = area(by_score(rows.outcome))
    assert found is not None
    assert 5 < found.freedom < 98


def test_of_few_positives_auc_is_at_least_as_unsure_as_hanley_and_mcneil_say() -> None:
    label = np.zeros(100, np.int64)
    label[[80, 81, 82]] = 1
    found = area(by_score(Scored(np.arange(1, 101) / 101, label).outcome))
    assert found is not None
    low, high = found.reading(100).low, found.reading(100).high
    assert high - low > 0.3


def test_one_positive_row_leaves_auc_open() -> None:
    label = np.zeros(50, np.int64)
    label[30] = 1
    reading = taken("auc", Scored(np.arange(1, 51) / 51, label).outcome, BINARY)
    assert reading.low < 0.3
    assert reading.high > 0.9


def test_lift_is_never_more_than_ten_nor_its_interval() -> None:
    reading = lift(Ranked(np.array([0, 1]), np.array([0.0, 10.0]), np.array([90.0, 0.0])), 100)
    assert isinstance(reading, Measured)
    assert reading.low < reading.value == reading.high == 10.0


def test_lift_without_a_positive_in_the_top_tenth_is_0_and_may_be_more() -> None:
    reading = lift(Ranked(np.array([0, 1]), np.array([5.0, 0.0]), np.array([85.0, 10.0])), 100)
    assert isinstance(reading, Measured)
    assert reading.low == reading.value == 0.0
    assert reading.high > 1.0


@pytest.mark.parametrize(("value", "positive", "negative"), [(1 - 3e-16, 3.947, 0.052), (1 - 3e-16, 2.748, 0.013)])
def test_of_less_than_one_row_the_variance_is_not_below_0(value: float, positive: float, negative: float) -> None:
    assert _hanley(value, positive, negative) >= 0
