"""Lines beside each other, their names, and changes as bars."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from tests.unit.test_charts import DAY, INF, NAN, dots, paths, texts

from bellbuoy.charts import Bar, Dot, bar_chart, line_chart, spark_change


def labels(svg: str) -> dict[str, int]:
    """Names beside a plot, by their text, with the height that they stand at."""
    found = [node for node in ET.fromstring(svg).iter("text") if "label" in node.attrib["class"].split()]
    return {"".join(node.itertext()): int(node.attrib["y"]) for node in found}


def test_estimates_are_drawn_behind_the_line() -> None:
    svg = line_chart(dots(1, 2), title="", estimates=dots(1, 1))
    assert svg.index('class="line estimate"') < svg.index('class="line"')


def test_estimates_go_on_where_the_line_has_ended() -> None:
    svg = line_chart(dots(1, 2, None, None), title="", estimates=dots(1, 2, 2, 2, shade="provisional"))
    guess, known = paths(svg, "line")
    assert (guess.count("2500"), known.count("2500")) == (3, 1)


def test_an_estimate_has_a_band_of_its_own() -> None:
    some = [Dot(n * DAY, (n + 1) * DAY, 0.5, 0.4, 0.6) for n in range(3)]
    svg = line_chart(some, title="", estimates=some)
    assert len(paths(svg, "band")) == 2
    assert len(paths(svg, "estimate")) == 2


def test_the_axis_has_room_for_estimates() -> None:
    (_, high) = paths(line_chart(dots(0, 0), title="", estimates=dots(9, 9)), "line")
    assert high.startswith("M2500 23")


def test_estimates_alone_make_a_chart() -> None:
    svg = line_chart([], title="", estimates=dots(1, 2))
    assert list(labels(svg)) == ["2 est."]


def test_an_estimate_is_named_where_nothing_newer_is_known() -> None:
    assert set(labels(line_chart(dots(0.5, None), title="", estimates=dots(0.7, 0.8)))) == {"0.500", "0.800 est."}
    assert set(labels(line_chart(dots(0.5, 0.5), title="", estimates=dots(0.7, 0.8)))) == {"0.500"}


@pytest.mark.parametrize("baseline", [0.5, 0.501, 0.499, 0.52, 0.48, 0.9, 0.1])
@pytest.mark.parametrize("estimate", [0.5, 0.51, 0.49, 0.9])
def test_names_of_lines_never_meet(baseline: float, estimate: float) -> None:
    svg = line_chart(dots(0.1, 0.9, 0.5, None), title="", estimates=dots(None, None, 0.5, estimate), baseline=baseline)
    heights = sorted(int(y) for y in re.findall(r'<text class="label[^"]*"[^>]* y="(\d+)"', svg))
    assert len(heights) == 4
    assert min(b - a for a, b in pairwise(heights)) >= 12


def test_a_name_that_has_room_stands_beside_its_line() -> None:
    svg = line_chart(dots(0.0, 1.0), title="", baseline=0.0)
    named = labels(svg)
    assert named["0.000"] - named["1.000"] > 150
    assert named["baseline"] == named["0.000"] + 12


def test_a_unit_stands_over_the_axis_and_is_escaped() -> None:
    svg = line_chart(dots(1, 2), title="", unit="<EUR>")
    assert "<EUR>" in texts(svg)
    assert "&lt;EUR&gt;" in svg
    assert "<EUR>" not in texts(line_chart(dots(1, 2), title=""))


def test_mature_windows_have_ground_of_another_kind() -> None:
    mixed = dots(1, 1, shade="mature") + [dot._replace(shade="provisional") for dot in dots(1, 1, 1, 1)[2:]]
    kinds = re.findall(r'<rect class="ground (\w+)"([^>]*)>', line_chart(mixed, title=""))
    assert [(kind, "url(" in rest) for kind, rest in kinds] == [("mature", False), ("provisional", True)]


def test_labels_to_come_stand_on_those_that_came() -> None:
    (due,) = paths(bar_chart([Bar(0, DAY, 10, 5, 9)], title=""), "due")
    assert due == "M0 360V72h9980V360z"


@pytest.mark.parametrize("due", [None, 5, 3, NAN])
def test_where_no_more_labels_come_no_bar_says_so(due: float | None) -> None:
    assert paths(bar_chart([Bar(0, DAY, 10, 5, due)], title=""), "due") == []


def test_bars_that_are_added_up_keep_what_is_due() -> None:
    some = [Bar(n * DAY, (n + 1) * DAY, 10, 5, 9 if n % 2 else None) for n in range(800)]
    (due,) = paths(bar_chart(some, title=""), "due")
    assert due.startswith("M0 360V216h")


@pytest.mark.parametrize(
    ("value", "sure", "bars"),
    [
        (1.0, 0.5, ["M500 0h500V120H500z", "M500 0h250V120H500z"]),
        (-0.5, -0.5, ["M500 0h-250V120H500z", "M500 0h-250V120H500z"]),
        (9.0, 0.0, ["M500 0h500V120H500z"]),
        (0.0, 0.0, []),
        (NAN, INF, []),
    ],
)
def test_a_change_is_a_bar_from_the_middle(value: float, sure: float, bars: list[str]) -> None:
    svg = spark_change(value, sure, reach=1.0, title="change")
    assert paths(svg, "whole") + paths(svg, "part") == bars
    assert paths(svg, "zero") == ["M500 0V120"]


def test_a_change_on_no_scale_has_no_length() -> None:
    assert paths(spark_change(1.0, 0.0, reach=0.0, title=""), "whole") == ["M500 0h0V120H500z"]
