from __future__ import annotations

import numpy as np
import pytest
from scipy.special import digamma
from sklearn import metrics as oracle
from tests.unit.metrics.samples import SCORED, scored

from bellbuoy.metrics.binary import by_score
from bellbuoy.metrics.ranking import Ranked, _digamma, area, curve, ranked
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


def test_our_digamma_is_scipys() -> None:
    x = np.concatenate([np.linspace(0.5, 20, 200), np.logspace(2, 9, 30)])
    assert np.allclose(_digamma(x), digamma(x), rtol=1e-13, atol=1e-12)
