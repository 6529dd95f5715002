"""What every store promises of alarms, incidents and marks: a cycle and a person may write at the same time."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bellbuoy.errors import StateError
from bellbuoy.store.bell import Aside
from bellbuoy.store.database import Beat, Database
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow, MarkRow

ALARM = AlarmRow(
    "m/nulls/wind|origin=JFK/2013-07-04T05:00:00Z",
    "nulls",
    "firing",
    50,
    kind="input",
    pending_at=40,
    fired_at=50,
    value=0.5,
    threshold=0.2,
    metric="null_rate",
    column="wind",
    by="origin",
    segment="JFK",
    version="v1",
    severity="critical",
    incident="m/i/1",
    withdrawn_at=60,
    facts={"usual": 0.01, "why": "nulls rose", "provisional": False},
)
SUSPECTS = [{"column": "wind", "score": 0.9}]
INCIDENT = IncidentRow(
    "m/i/1", 50, None, "open", "critical", "pipeline", 0.8, "wind lost its values", "ops", facts={"suspects": SUSPECTS}
)
OPENED = EventRow("m/i/1", 50, "opened", "wind lost its values", facts={"alarms": 1})
REAL = MarkRow("m/i/1", "real", 70, "Ann", "the feed was down")


def beat_with(database: Database, *rows: AlarmRow | IncidentRow | EventRow, model: str = "m") -> None:
    with database.read() as shelf:
        cycle = shelf.model(model).cycle
    with database.beat(model, cycle) as beat:
        put(beat, *rows)
        beat.finish(at=1, facts={})


def put(beat: Beat, *rows: AlarmRow | IncidentRow | EventRow) -> None:
    beat.put_alarms(row for row in rows if isinstance(row, AlarmRow))
    beat.put_incidents(row for row in rows if isinstance(row, IncidentRow))
    beat.put_events(row for row in rows if isinstance(row, EventRow))


def mark(database: Database, *marks: MarkRow) -> None:
    with database.aside("m") as aside:
        for one in marks:
            aside.put_mark(one)


def alarms(database: Database) -> list[AlarmRow]:
    with database.read() as shelf:
        return shelf.alarms("m")


def incidents(database: Database) -> list[IncidentRow]:
    with database.read() as shelf:
        return shelf.incidents("m")


def test_an_alarm_comes_back_as_it_was(database: Database) -> None:
    beat_with(database, ALARM)
    assert alarms(database) == [ALARM]


def test_numbers_that_are_none_are_kept_as_nothing(database: Database) -> None:
    odd = {"usual": math.nan, "parts": [{"low": -math.inf, "value": 1.5}], "why": "x"}
    beat_with(database, replace(ALARM, value=math.nan, threshold=math.inf, facts=odd))
    (kept,) = alarms(database)
    assert (kept.value, kept.threshold) == (None, None)
    assert kept.facts == {"usual": None, "parts": [{"low": None, "value": 1.5}], "why": "x"}


def test_an_incident_comes_back_as_it_was(database: Database) -> None:
    beat_with(database, INCIDENT)
    assert incidents(database) == [INCIDENT]


def test_an_incident_is_written_over_the_one_of_its_id(database: Database) -> None:
    closed = replace(INCIDENT, state="closed", closed_at=90, verdict="world")
    beat_with(database, INCIDENT)
    beat_with(database, closed)
    assert incidents(database) == [closed]


def test_the_last_of_two_alarms_of_one_id_in_one_beat_stands(database: Database) -> None:
    beat_with(database, ALARM, replace(ALARM, state="resolved"))
    assert [alarm.state for alarm in alarms(database)] == ["resolved"]


def test_alarms_come_in_the_order_in_which_they_became_pending(database: Database) -> None:
    begun = {"late": 30, "early": 10, "middle": 20}
    beat_with(database, *(AlarmRow(name, "x", "pending", 99, pending_at=at) for name, at in begun.items()))
    assert [alarm.id for alarm in alarms(database)] == ["early", "middle", "late"]


def test_alarms_that_began_together_come_in_the_order_of_their_ids(database: Database) -> None:
    beat_with(database, *(AlarmRow(name, "x", "pending", 9, pending_at=1) for name in ("b", "c", "a")))
    assert [alarm.id for alarm in alarms(database)] == ["a", "b", "c"]


def test_a_thousand_alarms_are_written_over_at_once(database: Database) -> None:
    many = [AlarmRow(f"{place:04}", "x", "firing", 9, pending_at=1) for place in range(1_100)]
    beat_with(database, *many)
    beat_with(database, *(replace(alarm, state="resolved") for alarm in many))
    assert {alarm.state for alarm in alarms(database)} == {"resolved"}
    assert len(alarms(database)) == 1_100


def test_incidents_come_in_the_order_in_which_they_were_opened(database: Database) -> None:
    beat_with(database, *(replace(INCIDENT, id=f"m/{at}", opened_at=at) for at in (30, 10, 20)))
    assert [incident.opened_at for incident in incidents(database)] == [10, 20, 30]


def test_a_timeline_only_grows(database: Database) -> None:
    beat_with(database, OPENED)
    beat_with(database, OPENED, replace(OPENED, kind="verdict"))
    with database.read() as shelf:
        assert [event.kind for event in shelf.events(["m/i/1"])] == ["opened", "opened", "verdict"]


def test_timelines_are_in_order_of_time_and_then_as_they_were_told(database: Database) -> None:
    told = [replace(OPENED, kind="closed", at=90), OPENED, replace(OPENED, kind="alarm")]
    beat_with(database, *told)
    with database.read() as shelf:
        assert shelf.events(["m/i/1"]) == [told[1], told[2], told[0]]


def test_a_timeline_is_of_the_incidents_that_were_asked_for(database: Database) -> None:
    many = [replace(OPENED, incident=f"m/{place}") for place in range(1_200)]
    beat_with(database, *many)
    with database.read() as shelf:
        assert len(shelf.events(f"m/{place}" for place in range(1_100))) == 1_100


def test_models_do_not_see_each_others_incidents(database: Database) -> None:
    beat_with(database, INCIDENT, ALARM)
    beat_with(database, replace(INCIDENT, id="other/i/1"), replace(ALARM, id="other/a"), model="other")
    assert (incidents(database), alarms(database)) == ([INCIDENT], [ALARM])


def test_a_mark_is_read_with_what_it_is_of(database: Database) -> None:
    beat_with(database, INCIDENT, replace(ALARM, incident=None))
    mark(database, REAL, replace(REAL, of=ALARM.id, mark="false"))
    assert [incidents(database)[0].mark, alarms(database)[0].mark] == ["real", "false"]


def test_an_alarm_without_a_mark_of_its_own_has_its_incidents(database: Database) -> None:
    beat_with(database, INCIDENT, ALARM, replace(ALARM, id="m/own"))
    mark(database, replace(REAL, mark="expected"), replace(REAL, of="m/own", mark="real"))
    assert {alarm.id: alarm.mark for alarm in alarms(database)} == {ALARM.id: "expected", "m/own": "real"}


def test_a_new_word_takes_the_place_of_the_old(database: Database) -> None:
    beat_with(database, INCIDENT)
    mark(database, REAL)
    mark(database, second := replace(REAL, mark="false", at=80))
    with database.read() as shelf:
        assert shelf.marks("m") == [second]


def test_a_cycle_that_writes_what_it_read_before_a_mark_does_not_lose_it(database: Database) -> None:
    beat_with(database, INCIDENT, ALARM)
    with database.read() as shelf:
        alarm, incident = shelf.alarms("m")[0], shelf.incidents("m")[0]
    mark(database, REAL, replace(REAL, of=ALARM.id))
    beat_with(database, alarm, incident)
    assert [incidents(database)[0].mark, alarms(database)[0].mark] == ["real", "real"]


def test_a_mark_does_not_count_as_a_cycle(database: Database) -> None:
    beat_with(database, INCIDENT)
    mark(database, REAL)
    with database.read() as shelf:
        assert (shelf.model("m").cycle, shelf.model("m").cycled_at) == (1, 1)


def test_a_mark_in_the_middle_of_a_cycle_is_kept_and_the_cycle_too(database: Database) -> None:
    beat_with(database, INCIDENT, ALARM)
    with database.beat("m", 1) as beat:
        other = threading.Thread(target=mark, args=(database, REAL, replace(REAL, of=ALARM.id)))
        other.start()
        other.join(0.3)
        put(beat, replace(INCIDENT, confidence=0.9), replace(ALARM, state="resolved"))
        beat.finish(at=2, facts={})
    other.join(30)
    told = incidents(database)[0]
    assert (told.confidence, told.mark, alarms(database)[0].mark) == (0.9, "real", "real")


def test_a_cycle_that_begins_while_a_mark_is_made_waits_for_it(url: str, tmp_path: Path) -> None:
    first, second = Database.open(url, tmp_path), Database.open(url, tmp_path)
    beat_with(first, INCIDENT)
    with first.aside("m") as aside:
        aside.put_mark(REAL)
        aside.put_events([replace(OPENED, kind="mark", who="Ann")])
        other = threading.Thread(target=beat_with, args=(second, replace(INCIDENT, severity="info")))
        other.start()
        other.join(0.3)
    other.join(30)
    assert [(told.mark, told.severity) for told in incidents(first)] == [("real", "info")]
    first.close()
    second.close()


def test_a_mark_that_fails_leaves_nothing(database: Database) -> None:
    beat_with(database, INCIDENT)
    with pytest.raises(ZeroDivisionError), database.aside("m") as aside:
        fail_after_marking(aside)
    assert incidents(database) == [INCIDENT]


def fail_after_marking(aside: Aside) -> None:
    aside.put_mark(REAL)
    raise ZeroDivisionError


def test_of_a_model_without_a_cycle_nothing_can_be_said(database: Database) -> None:
    with pytest.raises(KeyError, match="nobody"), database.aside("nobody"):
        pass


def test_a_mark_that_cannot_be_kept_is_told(database: Database) -> None:
    beat_with(database, INCIDENT)
    with pytest.raises(StateError, match="busy"):
        mark(database, replace(REAL, mark=None))  # type: ignore[arg-type]  # any refusal of the database will do
