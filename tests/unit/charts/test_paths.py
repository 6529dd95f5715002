from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.charts.parts import Bar, Dot
from bellbuoy.charts.paths import added, bands, columns, lines, steps, thin
from bellbuoy.charts.plane import Plane

#: Ten windows of ten seconds, values 0 to 10, a unit a step of either.
PLANE = Plane(0.0, 100.0, 0.0, 10.0, 100, 100)
VALUES = st.one_of(st.none(), st.floats(0, 10), st.just(math.nan))


def dots(*values: float | None) -> list[Dot]:
    return [Dot(10.0 * n, 10.0 * (n + 1), value) for n, value in enumerate(values)]


def drawn(svg: str) -> list[str]:
    return re.findall(r'd="([^"]*)"', svg)


def test_a_line_goes_through_the_middles_of_its_windows() -> None:
    assert drawn(lines(dots(10, 5, 0), PLANE)) == ["M5 0l10 50 10 50"]


def test_nothing_measured_is_no_line() -> None:
    assert (lines([], PLANE), lines(dots(None, math.nan, math.inf), PLANE)) == ("", "")


def test_values_beyond_the_axis_are_drawn_at_its_rim() -> None:
    assert drawn(lines(dots(99, -99), PLANE)) == ["M5 0l10 100"]


@given(st.lists(VALUES, max_size=30))
def test_there_are_as_many_lines_as_stretches_of_measured_windows(values: list[float | None]) -> None:
    there = [value is not None and math.isfinite(value) for value in values]
    stretches = sum(now and not before for before, now in zip([False, *there], there, strict=False))
    assert len(drawn(lines(dots(*values), PLANE))) == stretches


@given(st.lists(VALUES, max_size=30))
def test_no_path_leaves_the_plane(values: list[float | None]) -> None:
    for path in drawn(lines(dots(*values), PLANE)):
        x, y, *moves = map(int, re.findall(r"-?\d+", path.replace("h0", "")))
        xs = [x + sum(moves[0:n:2]) for n in range(0, len(moves) + 1, 2)]
        ys = [y + sum(moves[1 : n + 1 : 2]) for n in range(0, len(moves) + 1, 2)]
        assert 0 <= min(xs) <= max(xs) <= 100
        assert 0 <= min(ys) <= max(ys) <= 100


def test_a_line_has_the_class_of_its_shade() -> None:
    shaded = [dot._replace(shade="provisional") for dot in dots(1, 2)]
    assert 'class="line provisional"' in lines(shaded, PLANE)


def test_a_shade_cannot_become_markup() -> None:
    assert "<b>" not in lines([dot._replace(shade='"><b>') for dot in dots(1, 2)], PLANE)


def test_an_interval_is_drawn_there_and_back() -> None:
    some = [dot._replace(low=2.0, high=8.0) for dot in dots(5, 5)]
    assert drawn(bands(some, PLANE)) == ["M5 20l10 0 0 60-10 0z"]


def test_the_interval_of_a_lonely_window_is_a_whisker() -> None:
    svg = bands([Dot(0, 10, 5.0, 2.0, 8.0)], PLANE)
    assert ('class="whisker"' in svg, drawn(svg)) == (True, ["M5 20l0 60z"])


@pytest.mark.parametrize("ends", [(None, 8.0), (2.0, None), (math.nan, 8.0), (2.0, math.inf)])
def test_half_an_interval_is_not_drawn(ends: tuple[float | None, float | None]) -> None:
    assert bands([Dot(0, 10, 5.0, *ends)], PLANE) == ""


def test_an_interval_without_a_value_is_not_drawn() -> None:
    assert bands([Dot(0, 10, None, 2.0, 8.0)], PLANE) == ""


def test_bars_of_no_height_are_left_out() -> None:
    bars = [((0.0, 10.0), 0.0, 0.0), ((10.0, 20.0), None, 0.0), ((20.0, 30.0), 2.0, 5.0)]
    assert columns(bars, PLANE, "whole") == ""


def test_a_bar_stands_on_its_foot() -> None:
    assert drawn(columns([((0.0, 50.0), 8.0, 3.0)], PLANE, "due")) == ["M0 70V20h40V70z"]


def test_a_bar_is_never_too_thin_to_be_seen() -> None:
    assert "h4V" in columns([((10.0, 10.5), 5.0, 0.0)], PLANE, "whole")


def test_steps_begin_and_end_on_the_ground() -> None:
    plane = Plane(0.0, 2.0, 0.0, 10.0, 100, 100)
    assert drawn(steps([10, 5], plane)) == ["M0 100V0h50V50h50V100z"]


def test_no_counts_are_no_steps() -> None:
    assert steps([], PLANE) == ""


@given(st.lists(VALUES, max_size=200), st.integers(2, 40))
def test_thinning_keeps_the_least_and_the_greatest(values: list[float | None], most: int) -> None:
    def ends(some: list[Dot]) -> tuple[float, ...]:
        real = [dot.value for dot in some if dot.value is not None and math.isfinite(dot.value)]
        return (min(real), max(real)) if real else ()

    assert ends(list(thin(dots(*values), most))) == ends(dots(*values))


@given(st.lists(VALUES, max_size=300), st.integers(2, 40))
def test_thinning_leaves_no_more_than_about_so_many(values: list[float | None], most: int) -> None:
    assert len(thin(dots(*values), most)) <= most + 2


@given(st.lists(VALUES, min_size=50, max_size=90))
def test_thinned_windows_stay_in_order_of_time(values: list[float | None]) -> None:
    middles = [dot.middle for dot in thin(dots(*values), 20)]
    assert middles == sorted(middles)


def test_a_thinned_line_stays_whole() -> None:
    many = dots(*(float(n % 7) for n in range(500)))
    assert len(drawn(lines(thin(many, 50), Plane(0, 5_000, 0, 10, 100)))) == 1


def test_a_long_gap_stays_a_gap_when_thinned() -> None:
    many = dots(*[1.0] * 100, *[None] * 100, *[1.0] * 100)
    assert len(drawn(lines(thin(many, 30), Plane(0, 3_000, 0, 10, 100)))) == 2


def test_few_windows_are_not_thinned() -> None:
    few = dots(1, 2, 3)
    assert thin(few, 3) is few


BARS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=80).map(
    lambda counts: [Bar(n, n + 1, whole, part) for n, (whole, part) in enumerate(counts)]
)


@given(BARS, st.integers(1, 30))
def test_bars_that_are_added_up_lose_no_rows(bars: list[Bar], most: int) -> None:
    few = added(bars, most)
    assert len(few) <= most
    assert sum(bar.whole or 0 for bar in few) == sum(bar.whole or 0 for bar in bars)
    assert sum(bar.part or 0 for bar in few) == sum(bar.part or 0 for bar in bars)


@given(BARS.filter(bool), st.integers(1, 30))
def test_bars_that_are_added_up_cover_the_same_time(bars: list[Bar], most: int) -> None:
    few = added(bars, most)
    assert (few[0].start, few[-1].end) == (bars[0].start, bars[-1].end)
    assert all(one.end == next_.start for one, next_ in pairwise(few))


def test_what_nobody_counted_adds_nothing() -> None:
    (one,) = added([Bar(0, 1, None), Bar(1, 2, 5.0, 2.0)], 1)
    assert (one.whole, one.part, one.due) == (5.0, 2.0, 2.0)


def test_a_plane_can_be_drawn_on_twice() -> None:
    wide = replace(PLANE, width=1_000)
    assert (PLANE.xs([50.0]), wide.xs([50.0])) == ([50], [500])
