"""Incidents as cycles make them: opened with their alarms, judged, told line by line, and closed with the last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tests.acceptance.test_own_rules import DAY, OFF, alarms, cycles, emptied, ruled
from tests.acceptance.town import DAYS, MODEL, START, Row, town

from bellbuoy.store.database import Database
from bellbuoy.store.port import EventRow, IncidentRow
from bellbuoy.windows import to_micro

NULLS = ruled("null_rate(income) > 50%")


def incidents(project: Path) -> list[tuple[IncidentRow, list[EventRow]]]:
    """Incidents with their timelines."""
    database = Database.open("sqlite:///.bellbuoy/state.db", project)
    with database.read() as shelf:
        found = [(row, shelf.events([row.id])) for row in shelf.incidents("credit")]
    database.close()
    return found


def gone_for(first: int, last: int) -> Callable[[list[Row]], None]:
    """A town in which income is gone from one day to another."""
    start, end = ((START + day * DAY).isoformat() for day in (first, last))

    def spoil(rows: list[Row]) -> None:
        for row in rows:
            row["income"] = "" if start <= str(row["ts"]) < end else row["income"]

    return spoil


def kinds(events: Iterable[EventRow]) -> list[str]:
    return [event.kind for event in events]


def test_an_input_that_is_gone_is_an_incident_of_the_pipeline(tmp_path: Path) -> None:
    project = town(tmp_path, emptied(20), NULLS)
    cycles(project, [DAYS])
    [(row, events)] = incidents(project)
    assert (row.state, row.verdict, row.severity) == ("open", "pipeline", "warning")
    assert row.facts["suspects"][0]["column"] == "income"
    assert kinds(events) == ["opened", "alarm", "verdict"]
    assert [alarm.incident for alarm in alarms(project)] == [row.id]


def test_an_incident_is_over_when_its_alarm_is(tmp_path: Path) -> None:
    project = town(tmp_path, gone_for(15, 18), NULLS)
    cycles(project, range(14, 22))
    [(row, events)] = incidents(project)
    assert (row.opened_at, row.closed_at) == tuple(to_micro(START + day * DAY) for day in (16, 19))
    assert kinds(events) == ["opened", "alarm", "verdict", "resolved", "closed"]


def test_a_cycle_run_twice_tells_an_incident_once(tmp_path: Path) -> None:
    project = town(tmp_path, emptied(20), NULLS)
    cycles(project, [DAYS])
    once = incidents(project)
    cycles(project, [DAYS])
    assert incidents(project) == once


def test_a_quiet_town_has_no_incident(tmp_path: Path) -> None:
    project = town(tmp_path, model=MODEL + OFF)
    cycles(project, [DAYS])
    assert incidents(project) == []
