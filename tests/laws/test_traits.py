"""Traits of any rows are what a loop over the raw rows gives, and those of versions' names are in an order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from tests.unit.metrics.columns import categories, numbers

from bellbuoy.alarms.standard.versions import back, precedes
from bellbuoy.metrics.traits import FOLLOWED, Trait, traits, yardstick
from bellbuoy.profiles.buckets import encode, middles

laws = settings(max_examples=100, deadline=None, derandomize=True, database=None)
#: Numbers that fall into each other's buckets now and then, and some that do not.
NUMBER = st.one_of(st.integers(-8, 8).map(float), st.floats(-1e3, 1e3), st.sampled_from([1.0, 1.001, 1.002]))
usual_numbers = st.lists(NUMBER, min_size=1, max_size=60)
rows_now = st.lists(NUMBER | st.just(math.nan), min_size=1, max_size=40)
names = st.lists(st.sampled_from([f"k{number}" for number in range(20)]), min_size=1, max_size=60)
DAY = 86_400


def read(now: Sequence[float], usual: Sequence[float], nulls: int = 0) -> dict[str, Trait]:
    return dict(traits(numbers(now, nulls=nulls), yardstick(numbers(usual))))


def codes(values: Sequence[float]) -> list[int]:
    return [int(code) for code in encode(np.array([value for value in values if not math.isnan(value)]))]


def ranks(now: Sequence[float], usual: Sequence[float]) -> list[float]:
    """Mid-ranks among the usual values, one by one, to the width of a bucket."""
    theirs = codes(usual)
    return [
        (sum(other < code for other in theirs) + sum(other == code for other in theirs) / 2) / len(theirs)
        for code in codes(now)
    ]


def near(found: Trait, expected: ArrayLike) -> bool:
    return bool(found.value == pytest.approx(float(np.mean(np.asarray(expected, np.float64))), abs=1e-9))


@laws
@given(rows_now, usual_numbers, st.integers(0, 9))
def test_shares_are_those_of_the_rows(now: list[float], usual: list[float], nulls: int) -> None:
    found, finite = read(now, usual, nulls), [value for value in now if not math.isnan(value)]
    assert found["null_rate"].value == nulls / (len(now) + nulls)
    assert found["nan_rate"].value == (len(now) - len(finite)) / (len(now) + nulls)
    assert ("zero_rate" in found) == bool(finite)
    if finite:
        assert near(found["zero_rate"], [value == 0 for value in finite])
        most = Counter(codes(finite)).most_common(1)[0][1]
        assert found["top_rate"].value == most / len(finite)
        assert found["variety"].value == pytest.approx(math.log(len(set(codes(finite)))))


@laws
@given(st.lists(NUMBER, min_size=1, max_size=40), usual_numbers)
def test_ranks_are_those_of_each_row_among_the_usual_values(now: list[float], usual: list[float]) -> None:
    found, every = read(now, usual), np.array(ranks(now, usual))
    assert near(found["rank"], every)
    assert found["rank"].variance == pytest.approx(every.var() / len(now), abs=1e-9)
    assert near(found["rank_spread"], np.abs(every - 0.5))


@laws
@given(st.lists(NUMBER, min_size=1, max_size=40), st.lists(st.integers(-400, 400).map(float), min_size=21, max_size=60))
def test_low_and_high_rows_are_those_with_the_ranks_of_an_end(now: list[float], usual: list[float]) -> None:
    found, every = read(now, usual), np.array(ranks(now, usual))
    edge = np.minimum(np.abs(every - 0.05), np.abs(every - 0.95)) < 1e-9
    assert abs(found["low_rate"].value - float(np.mean(every < 0.05))) <= float(edge.mean()) + 1e-9
    assert abs(found["high_rate"].value - float(np.mean(every > 0.95))) <= float(edge.mean()) + 1e-9


@laws
@given(st.lists(NUMBER, min_size=1, max_size=40), usual_numbers)
def test_rows_are_outside_beyond_half_of_the_usual_width(now: list[float], usual: list[float]) -> None:
    """To the width of a bucket: its middle stands for a value, and the ends of the window are known exactly."""
    margin = (max(usual) - min(usual)) / 2
    low, high = min(usual) - margin, max(usual) + margin
    beyond = [low > value or value > high for value in middles(encode(np.array(now))).tolist()]
    expected = beyond if any(low > value or value > high for value in now) else [False]
    assert near(read(now, usual)["outside_rate"], expected)


@laws
@given(st.lists(NUMBER, min_size=1, max_size=40), usual_numbers, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(now: list[float], usual: list[float], chance: object) -> None:
    mixed = list(now)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert read(mixed, usual) == read(now, usual)


@laws
@given(usual_numbers, st.integers(1, 5))
def test_the_same_rows_many_times_have_the_same_values(usual: list[float], times: int) -> None:
    once, often = read(usual, usual), read(usual * times, usual)
    for name, one in once.items():
        assert often[name].value == pytest.approx(one.value, abs=1e-9)
        assert often[name].rows == times * one.rows


@laws
@given(names, names, st.integers(0, 9))
def test_shares_of_categories_are_those_of_the_rows(now: list[str], usual: list[str], nulls: int) -> None:
    found = dict(traits(categories(now, nulls=nulls), yardstick(categories(usual))))
    counts, known = Counter(now), Counter(usual)
    followed = sorted(known, key=lambda name: (-known[name], name))[:FOLLOWED]
    assert {name: one.value for name, one in found.items()} == {
        "null_rate": nulls / (len(now) + nulls),
        "top_rate": max(counts.values()) / len(now),
        "unseen_rate": pytest.approx(sum(name not in known for name in now) / len(now)),
        "gone_rate": pytest.approx(sum(name not in counts for name in usual) / len(usual)),
        **{f"share:{name}": counts[name] / len(now) for name in followed},
    }


@laws
@given(st.lists(NUMBER, min_size=1, max_size=40), usual_numbers)
def test_every_trait_has_noise_that_can_be_reckoned_with(now: list[float], usual: list[float]) -> None:
    for one in read(now, usual).values():
        assert not math.isnan(one.value)
        assert one.variance >= 0
        assert one.rows > 0


numbered = st.lists(st.integers(0, 40), min_size=3, max_size=3)


@laws
@given(numbered, numbered)
def test_versions_with_numbers_are_in_the_order_of_these(one: list[int], other: list[int]) -> None:
    mine, theirs = ("v{}.{}-rc{}".format(*parts) for parts in (one, other))
    assert precedes(mine, theirs) == (one < other)


@laws
@given(st.text("v1.2-a", max_size=6), st.text("v1.2-a", max_size=6), st.text("v1.2-a", max_size=6))
def test_of_two_names_at_most_one_came_first_and_the_order_goes_on(one: str, two: str, three: str) -> None:
    assert not (precedes(one, two) and precedes(two, one))
    assert precedes(one, three) or not (precedes(one, two) and precedes(two, three))


@laws
@given(
    st.dictionaries(
        st.sampled_from(["v1", "v2", "v3"]),
        st.dictionaries(st.integers(0, 40).map(lambda day: day * DAY), st.integers(1, 3_000), min_size=1),
        min_size=1,
    )
)
def test_who_is_back_is_told_once_and_never_the_latest(versions: dict[str, dict[int, int]]) -> None:
    today = 40 * DAY
    newest = {name: windows.get(today, 0) for name, windows in versions.items()}
    told = back(newest, versions, today)
    assert len({one.version for one in told}) == len(told)
    assert max(versions) not in {one.version for one in told}
    assert sum(one.share for one in told) <= 1 + 1e-9
    assert all(one.rows == newest[one.version] for one in told)


@laws
@given(st.integers(0, 60), st.integers(100, 400))
def test_one_that_is_back_stays_so_for_as_long_as_it_serves(later: int, many: int) -> None:
    days = {"v2": {day * DAY: 1_000 - many for day in range(30 + later)}}
    days["v1"] = {day * DAY: many for day in range(30, 30 + later)}
    newest = {"v1": many, "v2": 1_000 - many}
    assert [one.version for one in back(newest, days, (30 + later) * DAY)] == ["v1"]
