"""What is usual: medians, jumps and ranges of many series in one pass are those of each alone, from the definition."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from bellbuoy.alarms.standard.novelty import JUMP, Novelty, Range, jumps_of, lasting, long_run, median_of

Floats = NDArray[np.float64]
laws = settings(max_examples=60, deadline=None, derandomize=True, database=None)
#: Whole numbers, so that ranges are reached exactly; some are not known.
KNOWN = st.integers(-20, 20).map(float)
VALUES = st.one_of(KNOWN, st.just(np.nan))
LEAST = 5


def tables(least: int = 0, most: int = 40) -> st.SearchStrategy[Floats]:
    """Values of a few series by window."""
    shapes = st.tuples(st.integers(1, 4), st.integers(least, most))
    return shapes.flatmap(lambda shape: arrays(np.float64, shape, elements=VALUES))


def plain_median(values: Floats, fewest: int) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) >= max(fewest, 1) else np.nan


def range_of(covered: Range) -> list[Floats]:
    return [covered.low, covered.high, covered.count, covered.mean, covered.squares]


def alike(one: Range, other: Range) -> None:
    for mine, theirs in zip(range_of(one), range_of(other), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)


def judged(baseline: Floats, lived: Floats, limit: float) -> Floats:
    """How far beyond the usual windows of all series are, judged one after the other; and which of them are new."""
    many = len(baseline)
    novelty = Novelty.learnt(np.full(many, limit), np.arange(many) % 2 == 1, baseline)
    found = [novelty.judge(values, np.full(many, 0.1)) for values in lived.T]
    return np.array([[excess, new] for excess, new in found])


@laws
@given(arrays(np.float64, array_shapes(max_dims=3, max_side=7), elements=VALUES), st.integers(0, 4))
def test_a_median_is_that_of_numpy(values: Floats, fewest: int) -> None:
    with warnings.catch_warnings(action="ignore"):  # numpy warns of slices that are all NaN
        expected = np.nanmedian(values, axis=-1)
    few = np.isfinite(values).sum(axis=-1) < fewest
    np.testing.assert_array_equal(median_of(values, fewest), np.where(few, np.nan, expected))


@laws
@given(tables())
def test_a_jump_is_from_the_median_of_those_before(values: Floats) -> None:
    plain = [
        [row[at] - plain_median(row[max(0, at - JUMP) : at], LEAST) for at in range(values.shape[1])] for row in values
    ]
    np.testing.assert_array_equal(jumps_of(values), np.reshape(plain, values.shape))


@laws
@given(tables(), st.integers(1, 5))
def test_what_lasts_is_the_median_of_windows_that_are_all_known(values: Floats, of: int) -> None:
    plain = [
        [plain_median(row[at + 1 - of : at + 1], of) if at + 1 >= of else np.nan for at in range(values.shape[1])]
        for row in values
    ]
    np.testing.assert_array_equal(lasting(values, of), np.reshape(plain, values.shape))


@laws
@given(tables())
def test_a_long_run_lies_among_its_windows_and_forgets_what_left_it(values: Floats) -> None:
    run, of = long_run(values, 14), 14
    for row, known in zip(run, values, strict=True):
        for at in np.flatnonzero(np.isfinite(row)):
            there = known[at + 1 - of : at + 1]
            assert np.nanmin(there) - 1e-9 <= row[at] <= np.nanmax(there) + 1e-9
            assert long_run(there[None, :], of)[0, -1] == row[at]


@laws
@given(tables(least=1), st.data())
def test_a_range_of_all_is_what_learning_one_by_one_gives(values: Floats, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, values.shape[1]))
    learnt = Range.of(values[:, :cut])
    for column in values[:, cut:].T:
        learnt.learn(column, np.ones(len(values), np.bool_))
    alike(learnt, Range.of(values))


@laws
@given(tables(least=1), st.randoms(use_true_random=False))
def test_a_range_does_not_depend_on_the_order_of_windows(values: Floats, chance: object) -> None:
    order = list(range(values.shape[1]))
    chance.shuffle(order)  # type: ignore[attr-defined]
    alike(Range.of(values[:, order]), Range.of(values))


@laws
@given(tables(least=14), st.floats(-30, 30))
def test_beyond_is_nothing_inside_and_has_the_sign_of_its_side(values: Floats, where: float) -> None:
    covered, values_now = Range.of(values), np.full(len(values), where)
    beyond = covered.beyond(values_now, np.full(len(values), 0.25))
    known = ~np.isnan(beyond)
    side = np.where(values_now > covered.high, 1, np.where(values_now < covered.low, -1, 0))
    assert ((np.sign(beyond) == side) | (beyond == 0))[known].all()
    assert (covered.count[known] >= 14).all()


@laws
@given(tables(least=20), st.floats(0, 9), st.floats(0, 9))
def test_what_lies_farther_out_is_no_less_beyond(values: Floats, one: float, more: float) -> None:
    covered, noise = Range.of(values), np.full(len(values), 0.5)
    known = covered.count >= 14
    near = covered.beyond(np.where(known, covered.high, 0) + one, noise)
    far = covered.beyond(np.where(known, covered.high, 0) + one + more, noise)
    assert (far[known] >= near[known] - 1e-12).all()


@laws
@given(arrays(np.float64, (4, 60), elements=VALUES), st.floats(0.1, 2))
def test_a_series_is_judged_as_if_it_were_alone(values: Floats, limit: float) -> None:
    baseline, lived = values[:, :30], values[:, 30:]
    together = judged(baseline, lived, limit)
    for row in (0, 2):  # of the others the level alone decides
        alone = judged(baseline[row : row + 1], lived[row : row + 1], limit)
        np.testing.assert_array_equal(alone[:, :, 0], together[:, :, row])


@laws
@given(arrays(np.float64, (2, 60), elements=VALUES), st.integers(-3, 3), st.sampled_from([0.5, 2.0, 8.0]))
def test_neither_the_unit_nor_the_zero_of_a_series_matters(values: Floats, shift: int, times: float) -> None:
    """With a window's own noise in the same unit."""

    def told(every: Floats, unit: float) -> Floats:
        novelty = Novelty.learnt(np.full(2, 0.5), np.array([False, True]), every[:, :30])
        return np.array([novelty.judge(column, np.full(2, (unit * 0.5) ** 2))[0] for column in every[:, 30:].T])

    np.testing.assert_allclose(told(values * times + shift * times, times), told(values, 1.0), atol=1e-6)


@laws
@given(arrays(np.float64, (2, 60), elements=VALUES))
def test_what_rises_is_judged_as_what_falls(values: Floats) -> None:
    up, down = judged(values[:, :30], values[:, 30:], 0.5), judged(-values[:, :30], -values[:, 30:], 0.5)
    np.testing.assert_allclose(up[:, 0], -down[:, 0], atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_chance_alone_is_hardly_ever_new(seed: int) -> None:
    """A hundred series of white noise over a year, after a year: 36,500 windows, none three deviations beyond."""
    noise = np.random.default_rng(seed).normal(size=(100, 730))
    novelty = Novelty.learnt(np.full(100, 3.0), np.zeros(100, np.bool_), noise[:, :365])
    assert sum(int(novelty.judge(values, np.zeros(100))[1].sum()) for values in noise[:, 365:].T) == 0
