from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest

from bellbuoy.charts import (
    Bar,
    Dot,
    Event,
    bar_chart,
    line_chart,
    short_text,
    spark_bars,
    spark_line,
    tick_texts,
    time_ticks,
    value_ticks,
)

DAY = 86_400.0
NAN, INF = math.nan, math.inf


def dots(*values: float | None, shade: str = "") -> list[Dot]:
    return [Dot(n * DAY, (n + 1) * DAY, value, shade=shade) for n, value in enumerate(values)]


def paths(svg: str, kind: str) -> list[str]:
    return [p.attrib["d"] for p in ET.fromstring(svg).iter("path") if kind in p.attrib["class"].split()]


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("text")]


def seconds(*moment: int) -> float:
    return datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]


AWKWARD: dict[str, list[Dot]] = {
    "nothing": [],
    "one": dots(0.5),
    "all gaps": dots(None, None),
    "constant": dots(0.5, 0.5, 0.5),
    "constant zero": dots(0.0, 0.0),
    "not finite": dots(NAN, INF, -INF, 1.0),
    "huge": dots(-1.7e308, 1.7e308),
    "next to nothing": dots(0.0, 5e-324),
    "tiny at a great height": dots(1e16, 1e16 + 2),
    "wild interval": [Dot(0, DAY, 0.5, -INF, 1e308), Dot(DAY, 2 * DAY, 0.6, NAN, 0.7)],
    "no width": [Dot(5.0, 5.0, 1.0)],
    "many": dots(*(float(n % 7) for n in range(20_000))),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_any_numbers_make_well_formed_charts_without_nan(name: str) -> None:
    some = AWKWARD[name]
    bars = [Bar(dot.start, dot.end, dot.value, dot.value) for dot in some]
    drawn = [line_chart(some, title=name, baseline=0.5), bar_chart(bars, title=name), spark_line(some, title=name)]
    drawn += [spark_line(some, title=name, floor=0.0)]
    for svg in drawn:
        ET.fromstring(svg)
        assert not re.search(r"\b(nan|inf)\b", svg, re.IGNORECASE)


@pytest.mark.parametrize("counts", [[], [0.0], [1.0, 2.0], [3.0] * 1_001])
def test_any_counts_make_small_bars(counts: list[float]) -> None:
    ET.fromstring(spark_bars(counts, title="rows"))


def test_texts_are_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    event = Event(0, None, evil, kind=evil)
    svg = line_chart(dots(1, 2), title=evil, events=[event], key=evil) + spark_line(dots(1), title=evil)
    assert "<script" not in svg
    ET.fromstring(line_chart(dots(1, 2, shade=evil), title=evil, events=[event], key=evil))


def test_an_unmeasured_window_is_a_gap_in_the_line() -> None:
    assert len(paths(line_chart(dots(1, 2, None, 3, 4), title=""), "line")) == 2


def test_an_absent_window_is_a_gap_in_the_line() -> None:
    some = dots(1, 2, 3, 4)
    assert len(paths(line_chart([*some[:1], *some[2:]], title=""), "line")) == 2


def test_a_lonely_window_is_a_dot() -> None:
    assert paths(line_chart(dots(None, 3, None), title=""), "line") == ["M5000 1300h0"]


def test_a_change_of_style_does_not_break_the_line() -> None:
    mixed = dots(1, 2) + [dot._replace(shade="provisional") for dot in dots(1, 2, 3, 4)[2:]]
    plain, soft = paths(line_chart(mixed, title=""), "line")
    x, y, step_x, step_y = map(int, re.findall(r"-?\d+", plain))
    assert soft.startswith(f"M{x + step_x} {y + step_y}l")


def test_provisional_windows_stand_on_hatched_ground() -> None:
    mixed = dots(1, 1) + [dot._replace(shade="provisional") for dot in dots(1, 1, 1, 1)[2:]]
    ground = re.search(r'<rect class="ground provisional"[^>]*>', line_chart(mixed, title="", key="k"))
    assert ground
    assert 'x="50%"' in ground[0]
    assert 'width="50%"' in ground[0]
    assert 'fill="url(#k-hatch)"' in ground[0]


def test_an_estimate_has_its_own_style_whatever_its_shade() -> None:
    some = [dot._replace(estimate=True) for dot in dots(1, 2, shade="provisional")]
    assert paths(line_chart(some, title=""), "estimate")


def test_the_interval_is_an_area_around_the_line() -> None:
    some = [Dot(n * DAY, (n + 1) * DAY, 0.5, 0.4, 0.6) for n in range(3)]
    (band,) = paths(line_chart(some, title=""), "band")
    assert band.endswith("z")


def test_the_ends_of_lines_are_labelled_apart() -> None:
    svg = line_chart(dots(0.5, 0.5), title="", baseline=0.5)
    heights = [int(y) for y in re.findall(r'<text class="label[^"]*"[^>]* y="(\d+)"', svg)]
    assert {"0.500", "baseline"} <= set(texts(svg))
    assert min(abs(a - b) for a in heights[:1] for b in heights[1:]) >= 12


def test_events_are_numbered_and_their_texts_do_not_meet() -> None:
    events = [Event(n * DAY, None, "a new version") for n in range(3)]
    svg = line_chart(dots(*range(100)), title="", events=events)
    assert [text for text in texts(svg) if "version" in text] == [f"{n} a new version" for n in (1, 2, 3)]
    heights = re.findall(r'y="(\d+)">\d<tspan', svg)
    assert len(set(heights)) == 3


def test_an_event_near_the_right_edge_has_its_text_before_it() -> None:
    svg = line_chart(dots(*range(100)), title="", events=[Event(98 * DAY, None, "a new version")])
    assert 'x="98%" text-anchor="end"' in svg


def test_events_outside_of_the_span_are_not_drawn() -> None:
    svg = line_chart(dots(1, 2), title="", events=[Event(90 * DAY, None, "later")])
    assert "later" not in svg


def test_more_events_than_lanes_keep_their_bars() -> None:
    events = [Event(n, n + DAY, "all at once") for n in range(9)]
    svg = line_chart(dots(*range(100)), title="", events=events)
    assert svg.count('height="3"') == 9
    assert svg.count("all at once") == 5


def test_no_hairline_falls_through_a_text() -> None:
    days = (0, 5, 20, 24, 40, 45, 60, 66, 97, 99)
    svg = line_chart(dots(*range(100)), title="", events=[Event(day * DAY, None, "a version") for day in days])
    lines = re.findall(r'<line x1="([\d.]+)%" x2="[\d.]+%" y1="(\d+)"', svg.split("event")[0] + svg)
    texts = re.findall(r'<text x="([\d.]+)%"( text-anchor="end")? y="(\d+)">(\d+)<tspan class="wide">([^<]+)', svg)
    assert len(texts) == len(days)
    for place, before, y, number, text in texts:
        width = 0.65 * (len(number) + len(text))
        first = float(place) - (width if before else 0)
        assert not [x for x, top in lines if int(top) < int(y) and first < float(x) < first + width]


def test_thinning_keeps_the_extremes() -> None:
    values = [0.0] * 20_000
    values[12_345] = 1.0
    svg = line_chart(dots(*values), title="")
    (line,) = paths(svg, "line")
    steps = [int(y) for _, y in re.findall(r"(-?\d+)[ ]?(-?\d+)", line[1:].replace("l", " "))]
    assert min(steps) < -1_500
    assert len(svg) < 60_000


def test_places_for_tooltips_are_the_middles_of_the_newest_windows() -> None:
    assert 'data-x="2500 7500"' in line_chart(dots(1, 2), title="")
    assert line_chart(dots(*range(5_000)), title="").split('data-x="')[1].split('"')[0].count(" ") == 999


def test_bars_show_their_part_on_the_same_place() -> None:
    svg = bar_chart([Bar(0, DAY, 10, 5), Bar(DAY, 2 * DAY, 0, 0)], title="")
    (whole,), (part,) = paths(svg, "whole"), paths(svg, "part")
    assert (whole, part) == ("M0 720V0h4980V720z", "M0 720V360h4980V720z")


def test_a_spark_line_with_limits_starts_at_its_floor() -> None:
    some = [Dot(n * DAY, (n + 1) * DAY, 0.02, high=0.04) for n in range(3)]
    (band,) = paths(spark_line(some, title="Drift: quiet", floor=0.0), "band")
    assert band == "M167 30l333 0 333 0 0 250-333 0-333 0z"


def test_a_spark_line_says_its_title() -> None:
    assert spark_line(dots(1, 2), title="Drift: quiet").count("<title>Drift: quiet</title>") == 1


def test_what_must_be_in_view_scales_a_spark_line() -> None:
    low = paths(spark_line(dots(0.001, 0.0), title="", floor=0.0, reach=0.1), "line")[0]
    assert low.startswith("M250 27")


def test_a_last_step_of_fewer_windows_does_not_look_like_a_fall() -> None:
    (steps,) = paths(spark_bars([5.0] * 5, title="", most=3), "whole")
    assert set(re.findall(r"V(\d+)h", steps)) == {"0"}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.63, 0.79, [0.65, 0.70, 0.75]),
        (-3.0, 3.0, [-2.0, 0.0, 2.0]),
        (5.0, 5.0, [5.0]),
    ],
)
def test_ticks_are_round_numbers_within_the_axis(low: float, high: float, expected: list[float]) -> None:
    assert value_ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.65, 0.7, 0.75], ["0.65", "0.70", "0.75"]),
        ([0.0, 500.0, 1000.0], ["0", "500", "1000"]),
        ([0.0, 20_000.0], ["0", "20k"]),
        ([0.0, 2.5e6], ["0.0", "2.5M"]),
        ([-1.0, 0.0], ["−1", "0"]),
        ([], []),
    ],
)
def test_ticks_of_one_axis_have_the_same_places(values: list[float], expected: list[str]) -> None:
    assert tick_texts(values) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.7424, "0.742"),
        (-0.5, "−0.500"),
        (12.414, "12.41"),
        (336_776, "337k"),
        (999_999, "1000k"),
        (2.5e6, "2.5M"),
        (0.0, "0.000"),
        (1e-5, "1.0e−05"),
        (1e300, "1.0e+300"),
    ],
)
def test_one_number_is_written_in_few_letters(value: float, text: str) -> None:
    assert short_text(value) == text


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ((2013, 1, 1), (2014, 1, 1), ("Jan", "2013"), ("Jan", "2014")),
        ((2013, 11, 1), (2013, 11, 11), ("1 Nov", "2013"), ("11 Nov", "")),
        ((2013, 11, 4, 10), (2013, 11, 4, 12), ("10:00", "4 Nov 2013"), ("12:00", "")),
        ((2013, 10, 25), (2013, 12, 21), ("28 Oct", "2013"), ("16 Dec", "")),
        ((2003, 5, 1), (2013, 5, 1), ("2004", ""), ("2013", "")),
    ],
)
def test_ticks_of_time_are_round_moments(
    start: tuple[int, ...], end: tuple[int, ...], first: tuple[str, str], last: tuple[str, str]
) -> None:
    ticks = time_ticks(seconds(*start), seconds(*end))
    assert (ticks[0][1:], ticks[-1][1:]) == (first, last)
    assert 2 <= len(ticks) <= 13


def test_a_context_is_told_once() -> None:
    ticks = time_ticks(seconds(2013, 7, 1), seconds(2014, 6, 1))
    assert [tick.under for tick in ticks if tick.under] == ["2013", "2014"]
