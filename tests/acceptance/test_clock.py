"""A clock that is off, and a source that comes late, as a project of files rings for them from cycle to cycle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from tests.acceptance.test_own_rules import alarms, cycles
from tests.acceptance.town import DAYS, MODEL, START, Row, town

from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import from_micro

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def moved(column: str, by: timedelta, since: float, host: str = "host") -> Callable[[list[Row]], None]:
    """A town in which a column's times are moved from a day on, perhaps those of one host alone."""
    start = (START + since * DAY).isoformat()

    def spoil(rows: list[Row]) -> None:
        for row in rows:
            if str(row["ts"]) >= start and str(row["host"]).startswith(host):
                row[column] = (datetime.fromisoformat(str(row[column])) + by).isoformat()

    return spoil


def clocks(project: Path) -> list[AlarmRow]:
    """Alarms of the clock on the column of times."""
    return [row for row in alarms(project) if (row.name, row.column) == ("clock", "ts")]


def days_of(moment: int | None) -> float | None:
    return None if moment is None else (from_micro(moment) - START) / DAY


def test_times_that_are_five_hours_ahead_ring_at_the_next_midnight(tmp_path: Path) -> None:
    project = town(tmp_path, moved("ts", 5 * HOUR, 20.25))
    cycles(project, range(20, 24))
    [row] = clocks(project)
    assert (days_of(row.fired_at), row.state, row.kind) == (21, "firing", "freshness")
    assert row.facts["about"] == "rows reach the log 5h before their time, usually 30s after"


def test_times_that_are_five_hours_behind_ring_at_the_next_midnight(tmp_path: Path) -> None:
    project = town(tmp_path, moved("ts", -5 * HOUR, 20.25))
    cycles(project, range(20, 24))
    assert [days_of(row.fired_at) for row in clocks(project)] == [21]


def test_a_host_whose_rows_come_thirty_hours_late_rings_when_they_come(tmp_path: Path) -> None:
    project = town(tmp_path, moved("seen_at", 30 * HOUR, 20, host="host-1"))
    cycles(project, range(20, 24))
    [row] = clocks(project)
    assert (days_of(row.fired_at), row.severity) == (22, "warning")
    assert "of rows reach the log much later than any use to" in row.facts["about"]


def test_a_clock_that_is_set_right_ends_its_alarm(tmp_path: Path) -> None:
    def spoil(rows: list[Row]) -> None:
        moved("ts", 5 * HOUR, 18)(rows)
        moved("ts", -5 * HOUR, 20 + 5 / 24)(rows)

    project = town(tmp_path, spoil)
    cycles(project, [*range(18, 22), 24, 25, 26])
    [row] = clocks(project)
    assert (days_of(row.fired_at), row.state) == (19, "resolved")


def test_a_quiet_town_has_no_clock_alarm(tmp_path: Path) -> None:
    project = town(tmp_path)
    cycles(project, range(18, DAYS, 4))
    assert clocks(project) == []


def test_without_a_cursor_nothing_is_said_of_the_clock(tmp_path: Path) -> None:
    project = town(tmp_path, moved("ts", 5 * HOUR, 20), MODEL.replace('cursor = "seen_at"\n', ""))
    cycles(project, range(20, 24))
    assert clocks(project) == []


def test_a_cycle_run_twice_says_it_once(tmp_path: Path) -> None:
    once, twice = (town(tmp_path / name, moved("ts", 5 * HOUR, 20)) for name in ("once", "twice"))
    cycles(once, range(20, 23))
    cycles(twice, [day for day in range(20, 23) for _ in range(2)])
    assert clocks(once) == clocks(twice) != []


def test_a_source_that_sends_old_rows_is_not_silent_however_often_one_looks(tmp_path: Path) -> None:
    def spoil(rows: list[Row]) -> None:
        moved("seen_at", 5 * DAY, 19.75)(rows)
        rows[:] = [row for row in rows if str(row["ts"]) < (START + 20 * DAY).isoformat()]

    project = town(tmp_path, spoil)
    cycles(project, [*range(5, 21), 24.9, 24.9, 25])
    assert [row for row in alarms(project) if row.name == "source-late"] == []
    cycles(project, [27, 27])
    assert [row.state for row in alarms(project) if row.name == "source-late"] == ["firing"]
