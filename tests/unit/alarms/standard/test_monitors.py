"""Each series has its monitor: what it says can be said, outputs have their own, and what is quiet wakes nobody."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.monitors import OF_COLUMNS, OF_ROWS, OLDER, Monitor, Shape, monitor_of, severity_of
from bellbuoy.metrics.traits import count_of

OUTPUTS = frozenset({"score"})
LOUD = OF_COLUMNS["null_rate"]


def named(metric: str, column: str | None = None) -> str:
    found = monitor_of(Line(metric, column), OUTPUTS)
    return found.name if found else ""


@pytest.mark.parametrize("metric", sorted([*OF_COLUMNS, *OF_ROWS]))
@pytest.mark.parametrize("value", [0.0, 0.25, -3.0, 9.0])
def test_every_monitor_can_say_what_it_found(metric: str, value: float) -> None:
    line = Line(metric, "income" if metric in OF_COLUMNS else None, part="a")
    monitor = monitor_of(line, OUTPUTS)
    assert monitor is not None
    told = Finding(monitor, line, Shape.ONCE, 0, 1, value, 0.5, 0, 1, 9, 3, 100, Breach.YES).told
    assert told
    assert not any(sign in told for sign in ("{", "}", "None"))


@pytest.mark.parametrize(
    ("rows", "told"), [(0, "0 rows came"), (1, "1 rows came"), (2, "2 rows came"), (12_345, "12,345 rows came")]
)
def test_rows_are_said_as_they_were_counted(rows: int, told: str) -> None:
    value = count_of(rows).value
    line = Line("rows")
    found = Finding(OF_ROWS["rows"], line, Shape.ONCE, 0, 1, value, 5.0, 0, 1, 9, 3, 100, Breach.YES)
    assert found.told.startswith(told)


@pytest.mark.parametrize("monitor", [*OF_COLUMNS.values(), *OF_ROWS.values()], ids=[*OF_COLUMNS, *OF_ROWS])
def test_every_monitor_looks_somehow_and_no_limit_lets_all_through(monitor: Monitor) -> None:
    assert monitor.looks
    assert all(look.limit > 0 and look.least >= 0 for look in monitor.looks.values())


@pytest.mark.parametrize(
    ("metric", "column", "name"),
    [
        ("null_rate", "income", "null-rate"),
        ("null_rate", "score", "score-null-rate"),
        ("rows", None, "volume"),
        ("skewness", "income", ""),
        ("null_rate", None, ""),
        ("rows", "income", ""),
    ],
)
def test_a_series_is_watched_by_what_it_is_of(metric: str, column: str | None, name: str) -> None:
    assert named(metric, column) == name


def test_what_outputs_do_is_told_apart_from_inputs() -> None:
    kinds = {column: monitor_of(Line("misfit", column), OUTPUTS) for column in ("income", "score")}
    assert [one.kind for one in kinds.values() if one] == ["input", "output"]


def test_what_scores_are_like_is_quiet_and_how_they_follow_is_not() -> None:
    level, misfit = (monitor_of(Line(metric, "score"), OUTPUTS) for metric in ("level", "misfit"))
    assert level is not None
    assert misfit is not None
    assert (level.quiet, misfit.quiet) == (True, False)


def test_what_is_quiet_only_informs_however_many_rows_it_reaches() -> None:
    assert severity_of(replace(LOUD, quiet=True), "null_rate", 1.0) == "info"


def test_a_share_of_rows_is_louder_the_more_of_them_it_reaches() -> None:
    assert [severity_of(LOUD, "null_rate", share) for share in (0.01, 0.3, 1.0)] == ["info", "warning", "critical"]
    assert severity_of(LOUD, "null_rate", -1.0) == "critical"


@pytest.mark.parametrize("effect", [0.001, 50.0, math.inf])
def test_what_is_no_share_of_rows_warns(effect: float) -> None:
    assert severity_of(OF_COLUMNS["misfit"], "misfit", effect) == "warning"
    assert severity_of(OLDER, "version_share", effect) == "warning"
