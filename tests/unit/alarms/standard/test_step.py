"""What the step makes of findings: how far out alarms lie is kept, and limits are raised before it judges."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.alarms.standard.boards import board_of, found, swings
from tests.unit.alarms.standard.rung import rang
from tests.unit.stage import DAY, START, Stage

from bellbuoy.alarms.absence import Rhythm
from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.limits import MOST
from bellbuoy.alarms.standard.marked import BEGAN, PEAK
from bellbuoy.alarms.standard.monitors import OF_COLUMNS, OF_ROWS, OLDER
from bellbuoy.alarms.standard.step import findings_of, look_of
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.app.ringing import followed
from bellbuoy.config.texts import Budget
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import to_seconds


def breach(reach: float = 1.5, raised: float = 1.0) -> Finding:
    """A finding so many times its monitor's own limit out, judged at one that is raised by so many times."""
    values = swings(1, 200)
    values[0, -1] += 0.5
    (one,) = found(board_of(values, 190))
    return replace(one, limit=2.0 * raised, raised=raised, excess=2.0 * reach)


def row(state: str = "firing", began: float | None = 1.2, peak: float | None = 1.4) -> AlarmRow:
    return rang("null-rate", "c0", peak, began=began, state=state)


@pytest.mark.parametrize("raised", [1.0, 1.4])
def test_an_alarm_that_begins_keeps_how_far_out_it_lies_whatever_raised_its_limit(raised: float) -> None:
    facts = look_of(breach(1.5, raised)).facts
    assert (facts[BEGAN], facts[PEAK]) == (1.5, 1.5)
    assert (facts["limit"], facts["raised"]) == (2.0 * raised, raised)


@pytest.mark.parametrize(("reach", "peak"), [(1.1, 1.4), (2.0, 2.0)])
def test_an_alarm_that_rings_keeps_where_it_began_and_its_strongest(reach: float, peak: float) -> None:
    facts = look_of(breach(reach), row()).facts
    assert (facts[BEGAN], facts[PEAK]) == (1.2, peak)


@pytest.mark.parametrize("state", ["resolved", "inactive"])
def test_an_alarm_that_is_over_says_nothing_of_the_next(state: str) -> None:
    facts = look_of(breach(1.1), row(state)).facts
    assert (facts[BEGAN], facts[PEAK]) == (1.1, 1.1)


def test_what_lies_beyond_all_measure_stays_so() -> None:
    first = look_of(breach(math.inf)).facts
    assert (first[BEGAN], first[PEAK]) == (None, None)
    assert look_of(breach(1.1), row(began=None, peak=None)).facts[PEAK] is None


def test_what_rings_without_a_limit_has_none_to_raise() -> None:
    assert not {BEGAN, PEAK, "raised"} & look_of(replace(breach(), monitor=OLDER)).facts.keys()


def as_told(metric: str, value: float, usual: float, column: str | None = None) -> Finding:
    monitor = OF_ROWS[metric] if column is None else OF_COLUMNS[metric]
    numbers = {"value": value, "usual": usual, "low": usual - 0.1, "high": usual + 0.1, "excess": -3.0}
    return replace(breach(), monitor=monitor, line=Line(metric, column), **numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(("metric", "column"), [("rows", None), ("mae", None), ("misfit", "c0"), ("variety", "c0")])
def test_what_is_followed_as_a_logarithm_is_told_as_what_it_is_of(metric: str, column: str | None) -> None:
    seen = look_of(as_told(metric, math.log(60), math.log(240), column))
    assert [seen.value, seen.facts["usual"]] == pytest.approx([60, 240])
    ends = [240 * math.exp(-0.1), 240 * math.exp(0.1)]
    assert [seen.limit, *seen.facts["range"]] == pytest.approx([ends[0], *ends])


def test_how_much_has_changed_stays_in_the_unit_that_it_is_weighed_by() -> None:
    assert look_of(as_told("rows", math.log(60), math.log(240))).facts["effect"] == pytest.approx(-math.log(4))


def test_no_rows_are_none_though_they_stand_as_half_a_row() -> None:
    assert look_of(as_told("rows", math.log(0.5), math.log(240))).value == 0.0


def test_a_lag_is_told_in_seconds() -> None:
    seen = look_of(as_told("lag", math.asinh(-10.0), 0.0, "ts"))
    assert [seen.value, seen.facts["usual"]] == pytest.approx([-18_000, 0.0])


def test_a_whole_number_is_told_without_the_rounding_of_its_logarithm() -> None:
    assert look_of(as_told("rows", math.log(30), math.log(60))).value == 30.0


def test_a_part_is_told_as_its_share_of_all_rows() -> None:
    seen = look_of(as_told("part_rows", math.log(1 / 3), math.log(4)))
    assert [seen.value, seen.facts["usual"]] == pytest.approx([0.25, 0.8])


def test_a_share_is_told_as_it_is() -> None:
    seen = look_of(as_told("null_rate", 0.5, 0.2, "c0"))
    assert [seen.value, seen.facts["usual"], seen.limit] == pytest.approx([0.5, 0.2, 0.1])


# -- with a state


def raised_in(folder: Path, budget: Budget | None) -> dict[tuple[str, str | None], float]:
    """By how much limits are raised, by monitor and column, of a model in whose reference set some days are sparse."""
    stage = Stage(folder)
    for day in range(-40, 0):
        stage.add(day, rows=20 if day in {-10, -9, -8, -7} else 40, income=1_000.0 + 100 * (day % 7))
    stage.normal.rows, stage.predictions.rows = [{**one, "label": 1} for one in stage.predictions.rows], []
    for day in range(10):
        stage.add(day, rows=40, income=1_000.0 + 100 * (day % 7))
    now = START + 11 * DAY
    stage.cycle(now)
    with stage.gauge(now) as gauge:
        reader = Reader(gauge.counts, replace(followed(stage.model, None), budget=budget), to_seconds(now))
        found = findings_of(reader, Rhythm(), [rang("scale", "income", 2.0, mark="false")])
    stage.database.close()
    return {(one.monitor.name, one.line.column): one.raised for one in found}


def test_the_budget_raises_the_monitors_that_overspend_it_and_marks_their_series(tmp_path: Path) -> None:
    raised = raised_in(tmp_path, Budget(0, timedelta(days=30)))
    assert 1 < raised["volume", None] <= MOST
    assert raised["scale", "income"] == pytest.approx(2.1)
    assert raised["zero-rate", "income"] == 1.0


def test_within_the_budget_marks_alone_raise_limits(tmp_path: Path) -> None:
    raised = raised_in(tmp_path, Budget(5, timedelta(days=1)))
    assert {name for (name, _), factor in raised.items() if factor > 1} == {"scale"}


def test_without_a_budget_nothing_is_rehearsed(tmp_path: Path) -> None:
    raised = raised_in(tmp_path, None)
    assert {name for (name, _), factor in raised.items() if factor > 1} == {"scale"}
