"""Traits of a window are what its raw rows give: shares, ranks among the usual values, what is unseen or outside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.metrics.columns import categories, numbers

from bellbuoy.metrics.traits import (
    FOLLOWED,
    CategoryYardstick,
    NumberYardstick,
    Trait,
    count_of,
    share,
    traits,
    yardstick,
)
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile

Floats = NDArray[np.float64]
USUAL = np.random.default_rng(1).normal(100, 15, 4_000)


def traits_of(now: Profile, usual: Profile | None = None) -> dict[str, Trait]:
    """All traits of a window, measured by a usual profile."""
    return dict(traits(now, None if usual is None else yardstick(usual)))


def value(name: str, now: Profile, usual: Profile | None = None) -> float:
    return traits_of(now, usual)[name].value


def sample(*, shift: float = 0.0, times: float = 1.0, rows: int = 500) -> NumericProfile:
    return numbers(np.random.default_rng(2).normal(100 * times + shift, 15 * times, rows))


def test_a_share_is_a_part_of_the_rows() -> None:
    assert share(3, 12)[::2] == (0.25, 12)
    assert share(3, 12).variance == pytest.approx(0.25 * 0.75 / 12, rel=0.2)


@pytest.mark.parametrize("part", [0, 50])
def test_a_share_of_none_or_of_all_is_not_known_beyond_noise(part: float) -> None:
    assert 0 < share(part, 50).variance < share(25, 50).variance


def test_a_share_of_no_rows_is_not_known() -> None:
    assert all(math.isnan(one) for one in share(0, 0)[:2])


def test_nulls_nans_and_zeros_are_shares_of_the_rows_that_could_have_them() -> None:
    found = traits_of(numbers([0.0, 0.0, 1.0, 2.0, math.nan], nulls=5))
    assert (found["null_rate"].value, found["nan_rate"].value, found["zero_rate"].value) == (0.5, 0.1, 0.5)
    assert (found["null_rate"].rows, found["zero_rate"].rows) == (10, 4)


def test_the_value_that_comes_most_makes_up_a_share() -> None:
    assert value("top_rate", numbers([1.0, 1.0, 1.0, 5.0])) == 0.75
    assert value("top_rate", categories("aaabbc", nulls=6)) == 0.5


def test_variety_is_the_logarithm_of_how_many_values_there_are() -> None:
    assert value("variety", numbers([1.0, 2.0, 2.0, -2.0, 0.0])) == pytest.approx(math.log(4))


def test_a_column_that_is_all_null_has_nothing_but_nulls() -> None:
    assert set(traits_of(numbers([], nulls=9), numbers(USUAL))) == {"null_rate", "nan_rate"}
    assert set(traits_of(categories([], nulls=9), categories("ab"))) == {"null_rate"}
    assert value("null_rate", numbers([], nulls=9)) == 1


def test_without_anything_usual_only_shares_are_told() -> None:
    assert set(traits_of(numbers([1.0]))) == {"null_rate", "nan_rate", "zero_rate", "top_rate", "variety"}
    assert set(traits_of(categories("ab"))) == {"null_rate", "top_rate"}


def test_a_column_that_changed_its_kind_has_no_ranks() -> None:
    assert "rank" not in traits_of(numbers([1.0]), categories("ab"))
    assert "unseen_rate" not in traits_of(categories("ab"), numbers([1.0]))


def test_the_usual_values_lie_in_the_middle_of_themselves() -> None:
    found = traits_of(numbers(USUAL), numbers(USUAL))
    assert found["rank"].value == pytest.approx(0.5)
    assert found["rank_spread"].value == pytest.approx(0.25, abs=0.01)
    assert found["level"].value == 0


@pytest.mark.parametrize(("where", "rank"), [(-1e9, 0.0), (1e9, 1.0), (0.0, 0.0)])
def test_beyond_all_usual_values_ranks_end(where: float, rank: float) -> None:
    assert value("rank", numbers([where] * 3), numbers(USUAL)) == rank


def test_a_value_between_two_usual_ones_ranks_after_all_below_it() -> None:
    assert value("rank", numbers([2.0]), numbers([1.0, 1.0, 1.0, 4.0])) == 0.75


def test_a_shift_moves_the_rank_and_a_wider_spread_the_spread() -> None:
    usual = numbers(USUAL)
    shifted, wider = traits_of(sample(shift=15), usual), traits_of(numbers(3 * (USUAL - 100) + 100), usual)
    assert shifted["rank"].value > 0.7
    assert wider["rank"].value == pytest.approx(0.5, abs=0.03)
    assert wider["rank_spread"].value > 0.35


def test_low_and_high_values_are_those_at_the_ends_of_the_usual() -> None:
    low, lowish, highish, high = np.quantile(USUAL, [0.03, 0.08, 0.92, 0.97])
    found = traits_of(numbers([low, low, low, lowish, lowish, 100.0, highish, high, high, highish]), numbers(USUAL))
    assert (found["low_rate"].value, found["high_rate"].value) == (0.3, 0.2)


@pytest.mark.parametrize(("shift", "level"), [(0.0, 0.0), (30.0, 2.0), (-15.0, -1.0)])
def test_the_level_is_told_in_usual_widths(shift: float, level: float) -> None:
    assert value("level", numbers(USUAL + shift), numbers(USUAL)) == pytest.approx(level, abs=0.15)


def test_a_usual_width_of_next_to_nothing_is_no_error() -> None:
    found = traits_of(numbers([0.0, 1.0]), numbers([0.0, 1e-205, 2e-205]))["level"]
    assert found.variance == math.inf


def test_a_column_that_is_mostly_one_value_has_no_level() -> None:
    assert "level" not in traits_of(numbers([0.0, 5.0]), numbers([0.0, 0.0, 0.0, 1.0, 2.0]))


def test_another_unit_is_many_widths_away() -> None:
    assert value("level", sample(times=2.54), numbers(USUAL)) > 8


def test_where_all_usual_values_are_alike_there_is_no_width_to_tell_a_level_in() -> None:
    assert "level" not in traits_of(numbers([1.0, 2.0]), numbers([7.0] * 20))


def test_the_noise_of_a_level_is_that_of_a_median() -> None:
    draws = [np.random.default_rng(seed).normal(100, 15, 200) for seed in range(300)]
    found = [traits_of(numbers(draw), numbers(USUAL))["level"] for draw in draws]
    spread = np.std([one.value for one in found])
    assert np.sqrt(np.mean([one.variance for one in found])) == pytest.approx(spread, rel=0.2)


def test_the_noise_of_a_rank_is_that_of_a_mean() -> None:
    draws = [np.random.default_rng(seed).normal(100, 15, 200) for seed in range(300)]
    for name in ("rank", "rank_spread"):
        found = [traits_of(numbers(draw), numbers(USUAL))[name] for draw in draws]
        spread = np.std([one.value for one in found])
        assert np.sqrt(np.mean([one.variance for one in found])) == pytest.approx(spread, rel=0.15)


@pytest.mark.parametrize(("where", "outside"), [(9.0, 0.0), (14.7, 0.0), (15.3, 0.5), (-4.0, 0.0), (-6.0, 0.5)])
def test_a_value_is_outside_from_half_of_the_usual_width_beyond_it_on(where: float, outside: float) -> None:
    assert value("outside_rate", numbers([where, 5.0]), numbers(np.linspace(0, 10, 50))) == outside


def test_categories_that_were_never_known_are_unseen() -> None:
    assert value("unseen_rate", categories("aabxy"), categories("abc")) == 0.4


def test_where_not_all_categories_are_known_by_name_none_is_unseen() -> None:
    usual = CategoryProfile(20, 0, {"a": 10}, 10, b"")
    assert "unseen_rate" not in traits_of(categories("ax"), usual)


def test_categories_that_do_not_come_any_more_are_gone_by_their_usual_share() -> None:
    assert value("gone_rate", categories("aax"), categories("aabbbcdd")) == pytest.approx(6 / 8)


def test_categories_without_a_name_are_unseen_where_all_usual_ones_have_one() -> None:
    assert value("unseen_rate", CategoryProfile(10, 0, {"a": 6}, 4, b""), categories("ab")) == 0.4


def test_shares_are_followed_of_the_categories_that_come_most() -> None:
    usual = categories(name for place in range(30) for name in [f"k{place:02}"] * (40 - place))
    found = traits_of(categories(["k00", "k00", "k05", "k29"]), usual)
    followed = {name.partition(":")[2]: one.value for name, one in found.items() if name.startswith("share:")}
    assert followed == {f"k{place:02}": {0: 0.5, 5: 0.25}.get(place, 0.0) for place in range(FOLLOWED)}


def test_categories_that_come_as_often_are_followed_by_name() -> None:
    made = yardstick(categories(reversed("abcdefghijklmnopqrst")))
    assert isinstance(made, CategoryYardstick)
    assert made.followed == tuple("abcdefghijkl")


@pytest.mark.parametrize(
    "usual", [categories([]), categories([], nulls=9), numbers([]), numbers([math.nan, math.inf], nulls=2)]
)
def test_where_there_are_no_usual_values_there_is_no_yardstick(usual: Profile) -> None:
    assert yardstick(usual) is None


def test_a_yardstick_has_the_median_and_the_width_of_the_usual_values() -> None:
    made = yardstick(numbers(USUAL))
    assert isinstance(made, NumberYardstick)
    assert made.middle == pytest.approx(np.median(USUAL), rel=0.02)
    assert made.width == pytest.approx(USUAL.std(), rel=0.1)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_ranks_are_taken_on_the_coarser_grid_of_the_usual_values(scale: int) -> None:
    assert value("rank", sample(), numbers(USUAL).to_scale(scale)) == pytest.approx(
        value("rank", sample(), numbers(USUAL)), abs=0.05
    )


@pytest.mark.parametrize(("rows", "count"), [(0, 0.5), (1, 1), (250, 250)])
def test_a_number_of_rows_is_followed_by_its_logarithm(rows: float, count: float) -> None:
    assert count_of(rows).value == pytest.approx(math.log(count))
    assert count_of(rows).variance == 1 / count


def test_that_no_rows_came_is_known() -> None:
    assert count_of(0).rows >= 20
    assert count_of(5_000).rows == 5_000
