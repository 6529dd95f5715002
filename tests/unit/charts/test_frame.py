from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from bellbuoy.charts.frame import chart, ground, places, plot, spark, time_axis, value_axis
from bellbuoy.charts.parts import Bar, Dot, Event
from bellbuoy.charts.plane import Plane
from bellbuoy.charts.strip import strip

DAY = 86_400.0
PLANE = Plane(0.0, 10 * DAY, 0.0, 1.0, 1_000)
EVIL = '"><script>'


def test_a_chart_says_its_title_to_those_who_cannot_see_it() -> None:
    (root,) = [ET.fromstring(chart("lines", 100, "AUC & more", "", "1 2"))]
    assert (root.attrib["role"], root.attrib["aria-label"], root.attrib["data-x"]) == ("img", "AUC & more", "1 2")


def test_titles_cannot_become_markup() -> None:
    drawn = chart("lines", 100, EVIL, "", "") + spark(EVIL, "", 100, 10) + value_axis(PLANE, 30, [0.5], EVIL)
    assert "<script" not in drawn


def test_the_stretched_part_has_ten_units_a_pixel() -> None:
    assert 'viewBox="0 0 10000 2600" preserveAspectRatio="none"' in plot("", 260, 6)


def test_places_are_the_middles_of_windows() -> None:
    assert places([Bar(0, DAY, 1), Bar(DAY, 3 * DAY, 1)], PLANE) == "500 2000"
    assert places([], PLANE) == ""


def test_each_tick_of_values_has_a_line_and_a_number() -> None:
    axis = value_axis(PLANE, 6, [0.0, 0.5, 1.0])
    assert re.findall(r'y1="(\d+)"', axis) == ["106", "56", "6"]
    assert re.findall(r">([^<]+)</text>", axis) == ["0.0", "0.5", "1.0"]


def test_every_second_tick_of_time_may_be_hidden() -> None:
    texts = re.findall(r'class="tick time( odd)?" x="[^"]+" y="117"', time_axis(PLANE, 100))
    assert texts == ["", " odd"] * 5 + [""]


def test_ground_lies_behind_windows_that_are_not_final() -> None:
    dots = [Dot(n * DAY, (n + 1) * DAY, 1.0, shade="mature" if n >= 8 else "") for n in range(10)]
    assert '<rect class="ground mature" x="80%" y="6" width="20%" height="100"/>' in ground(dots, PLANE, 6, 100, "k")


def test_final_windows_have_no_ground() -> None:
    assert "<rect" not in ground([Dot(0, DAY, 1.0)], PLANE, 6, 100, "k")


def test_without_events_there_is_no_strip() -> None:
    nothing = strip([], PLANE)
    assert (nothing.height, nothing.draw(100)) == (0, "")


def test_events_apart_share_one_lane() -> None:
    assert strip([Event(0, None, "a"), Event(5 * DAY, None, "b")], PLANE).height == 17


def test_events_at_once_have_a_lane_each() -> None:
    assert strip([Event(0, None, "a"), Event(0, None, "b"), Event(0, None, "c")], PLANE).height == 51


def test_an_event_that_began_before_has_no_hairline() -> None:
    early = strip([Event(-DAY, 2 * DAY, "storm")], PLANE).draw(100)
    assert ("<line" in early, "storm" in early) == (False, True)


def test_an_event_that_lasts_has_a_bar_as_long() -> None:
    assert '<rect x="10%" y="13" width="20%" height="3"/>' in strip([Event(DAY, 3 * DAY, "storm")], PLANE).draw(100)


def test_an_event_is_drawn_in_the_class_of_its_kind() -> None:
    assert 'class="event alarm"' in strip([Event(0, None, "a", "alarm")], PLANE).draw(100)
