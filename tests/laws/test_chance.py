"""How far chance goes: laws that hold for any counts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bellbuoy.metrics.rises import rise_significance
from bellbuoy.metrics.tails import chi_square_limit, chi_square_tail, kolmogorov_limit, normal_limit

SHARES = st.floats(0.001, 0.999)
FREEDOMS = st.floats(0.2, 300)
VALUES = st.floats(0, 2_000, allow_subnormal=False)
ROWS = st.integers(1, 400)


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int, int, int]:
    rows, usual_rows = draw(ROWS), draw(ROWS)
    return draw(st.integers(0, rows)), rows, draw(st.integers(0, usual_rows)), usual_rows


@given(VALUES, FREEDOMS)
def test_the_tail_is_a_probability(value: float, freedom: float) -> None:
    assert 0.0 <= chi_square_tail(value, freedom) <= 1.0


@given(VALUES, VALUES, FREEDOMS)
def test_the_tail_never_rises(one: float, other: float, freedom: float) -> None:
    low, high = sorted((one, other))
    assert chi_square_tail(high, freedom) <= chi_square_tail(low, freedom) + 1e-12


@given(VALUES, FREEDOMS)
def test_the_tail_is_that_of_scipy(value: float, freedom: float) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(stats.chi2.sf(value, freedom), abs=1e-10)


@pytest.mark.parametrize(("value", "tail"), [(-1.0, 1.0), (0.0, 1.0), (math.inf, 0.0)])
def test_beyond_its_ends_the_tail_is_all_or_nothing(value: float, tail: float) -> None:
    assert chi_square_tail(value, 3.0) == tail


@given(SHARES, st.floats(1, 300))
def test_the_limit_leaves_so_much_in_the_tail(share: float, freedom: float) -> None:
    assert chi_square_tail(chi_square_limit(share, freedom), freedom) == pytest.approx(1 - share, abs=1e-6)


@given(SHARES)
def test_the_limit_of_the_normal_is_the_same_on_both_sides(share: float) -> None:
    assert normal_limit(share) == pytest.approx(-normal_limit(1 - share), abs=1e-9)


@given(st.floats(0.1, 0.999), st.floats(0.1, 0.999))
def test_a_greater_share_has_a_greater_limit(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert kolmogorov_limit(low) <= kolmogorov_limit(high)


@given(counts())
def test_the_significance_of_a_rise_is_a_probability(some: tuple[int, int, int, int]) -> None:
    assert 0.0 <= rise_significance(*some) <= 1.0


@given(counts())
def test_a_rise_is_judged_half_way_between_both_exact_tests(some: tuple[int, int, int, int]) -> None:
    part, rows, usual_part, usual_rows = some
    if part / rows > usual_part / usual_rows:
        law = stats.hypergeom(rows + usual_rows, part + usual_part, rows)
        middle = law.sf(part) + law.pmf(part) / 2
        assert rise_significance(*some) == pytest.approx(middle, rel=1e-6, abs=1e-12)


@given(counts())
def test_what_fell_is_never_a_rise(some: tuple[int, int, int, int]) -> None:
    part, rows, usual_part, usual_rows = some
    if part / rows < usual_part / usual_rows:
        assert rise_significance(*some) == 1.0


@given(counts())
def test_one_row_more_is_never_less_significant(some: tuple[int, int, int, int]) -> None:
    part, rows, usual_part, usual_rows = some
    if part < rows:
        assert rise_significance(part + 1, rows, usual_part, usual_rows) <= rise_significance(*some) + 1e-9


@pytest.mark.parametrize("some", [(0, 0, 5, 10), (5, 10, 0, 0), (0, 0, 0, 0)])
def test_without_rows_nothing_rose(some: tuple[int, int, int, int]) -> None:
    assert rise_significance(*some) == 1.0
