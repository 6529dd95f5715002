from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.unit.web import sample

from bellbuoy.app.views import Firing, Mark
from bellbuoy.web import draw, order
from bellbuoy.web.words import number


def test_a_chart_says_its_numbers_to_those_who_cannot_see_it() -> None:
    svg = draw.performance(sample.page())
    assert 'role="img"' in svg
    assert "4 of 364 windows unmeasured. Estimated before labels: 0.75" in svg


def test_a_line_without_numbers_says_why() -> None:
    points = tuple(replace(p, value=None, why="no labels yet") for p in sample.auc_points(3))
    assert draw.summary(points, number) == "nothing measured (no labels yet)"
    assert draw.summary((), number) == "nothing measured"


def test_both_charts_of_a_page_share_the_axis_of_time() -> None:
    page = sample.page(start=sample.at(-10), end=sample.at(400))
    line, bars = draw.performance(page), draw.volume(page)
    assert draw.page_span(page) == (sample.at(-10).timestamp(), sample.at(400).timestamp())
    assert line.split('data-x="')[1].split('"')[0] == bars.split('data-x="')[1].split('"')[0]


def test_marks_are_numbered_in_order_of_time_within_the_span() -> None:
    marks = (Mark(sample.at(9), "b"), Mark(sample.at(2), "a"), Mark(sample.at(900), "later"))
    page = sample.page(marks=marks)
    assert [mark.text for mark in draw.shown_marks(page)] == ["a", "b"]
    assert draw.shown_marks(replace(page, points=(), estimates=())) == []


def test_a_mark_that_lasts_into_the_span_is_shown() -> None:
    lasting = Mark(sample.at(-9), "long before", until=sample.at(3))
    assert draw.shown_marks(sample.page(marks=(lasting,))) == [lasting]


def test_critical_alarms_come_before_warnings_before_lights() -> None:
    quiet = next(status for status in sample.fleet() if status.name == "no-shows")
    troubled = replace(quiet, world=replace(quiet.world, state=sample.TROUBLE))
    names = ("critical", "warning", "info")
    alarms = {name: Firing(name, name, sample.NOW - timedelta(1), "firing", "") for name in names}
    fleet = [quiet, *(replace(troubled, name=name, firing=(alarms[name],)) for name in reversed(names))]
    assert [status.name for status in order.by_trouble(fleet)] == [*names, "no-shows"]


def test_a_pending_alarm_does_not_move_a_model_up() -> None:
    quiet = next(status for status in sample.fleet() if status.name == "no-shows")
    pending = Firing("x", "critical", sample.NOW, "pending", "")
    fleet = [replace(quiet, name="b", firing=(pending,)), replace(quiet, name="a")]
    assert [status.name for status in order.by_trouble(fleet)] == ["a", "b"]


def test_only_what_may_still_change_is_shaded() -> None:
    svg = draw.performance(sample.page())
    assert svg.count('class="ground provisional"') == svg.count('class="ground mature"') == 1
    assert "final" not in svg


def test_columns_without_a_number_are_not_called_usual() -> None:
    quiet = [replace(one, trouble=0.5) for one in sample.columns()]
    blank = [replace(one, null_rate=None, drift=None) for one in quiet]
    assert order.beyond(sample.columns()) == "2 beyond the usual"
    assert order.beyond(quiet) == "none beyond the usual"
    assert order.beyond(blank) == "nothing measured in this span"


def test_columns_with_the_same_trouble_stay_in_the_order_of_the_model() -> None:
    same = [replace(one, trouble=2.0) for one in sample.columns()]
    assert [one.name for one in order.columns(same, "input")] == [one.name for one in same if one.role == "input"]


def test_columns_of_a_role_are_sorted_by_trouble() -> None:
    names = [column.name for column in order.columns(sample.columns(), "input")]
    assert len(names) == 22
    assert set(names[:2]) == {"wind_speed", "wind_gust"}
