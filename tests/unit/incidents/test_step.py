"""Incidents are written with what is new about them, and a cycle that runs twice writes nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bellbuoy.incidents.facts import beliefs_of, judgement_of
from bellbuoy.incidents.group import new_id
from bellbuoy.incidents.step import Standing, keep, row_of
from bellbuoy.incidents.values import Judgement, Suspect, Verdict
from bellbuoy.store.database import Database
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow, MarkRow
from bellbuoy.windows import to_micro

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
JUDGED = Judgement(
    Verdict.UNCLEAR, 0.4, "income lost its values", (Suspect(column="income"), Suspect("x", owner="crm"))
)


def alarm(name: str = "a", **changes: Any) -> AlarmRow:
    at = to_micro(NOON)
    return replace(AlarmRow(f"m/{name}", "nulls", "firing", at, pending_at=at, fired_at=at, column="income"), **changes)


def standing(**changes: Any) -> Standing:
    return replace(Standing("m/i/1", NOON, None, "warning", JUDGED, ("m/a",)), **changes)


class Stage:
    """A state with its alarms, and cycles that keep incidents on top of it."""

    def __init__(self, folder: Path) -> None:
        self.database = Database.open("sqlite:///state.db", folder)
        self.write(alarm())

    def write(self, *alarms: AlarmRow) -> None:
        with self.database.read() as shelf:
            cycle = shelf.model("m").cycle
        with self.database.beat("m", cycle) as beat:
            beat.put_alarms(alarms)
            beat.finish(at=0, facts={})

    def cycle(self, *seen: Standing, hours: float = 0, alarms: tuple[AlarmRow, ...] = ()) -> list[str]:
        """Kinds of what was told."""
        with self.database.read() as shelf:
            cycle = shelf.model("m").cycle
        with self.database.beat("m", cycle) as beat:
            before = {row.id: row for row in beat.alarms("m")}
            beat.put_alarms(alarms)
            told = keep(beat, seen, before, now=NOON + hours * HOUR)
            beat.finish(at=0, facts={})
        return [event.kind for event in told]

    @property
    def incidents(self) -> list[IncidentRow]:
        with self.database.read() as shelf:
            return shelf.incidents("m")

    @property
    def alarms(self) -> dict[str, AlarmRow]:
        with self.database.read() as shelf:
            return {row.id: row for row in shelf.alarms("m")}

    @property
    def events(self) -> list[EventRow]:
        with self.database.read() as shelf:
            return shelf.events(["m/i/1", "m/i/2"])


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.database.close()


def test_an_incident_is_opened_and_its_alarms_belong_to_it(stage: Stage) -> None:
    assert stage.cycle(standing()) == ["opened", "alarm", "verdict"]
    (row,) = stage.incidents
    assert (row.state, row.verdict, row.owner, judgement_of(row)) == ("open", "unclear", "crm", JUDGED)
    assert stage.alarms["m/a"].incident == "m/i/1"


@pytest.mark.parametrize("hours", [0, 1])
def test_a_cycle_that_runs_again_changes_nothing(stage: Stage, hours: float) -> None:
    stage.cycle(standing())
    before = (stage.incidents, stage.alarms, stage.events)
    assert stage.cycle(standing(), hours=hours) == []
    assert (stage.incidents, stage.alarms, stage.events) == before


def test_an_alarm_that_joins_is_told(stage: Stage) -> None:
    stage.cycle(standing())
    assert stage.cycle(standing(alarms=("m/a", "m/b")), hours=1, alarms=(alarm("b"),)) == ["alarm"]
    assert stage.alarms["m/b"].incident == "m/i/1"


def test_what_an_alarm_did_in_this_cycle_is_told_and_kept(stage: Stage) -> None:
    stage.cycle(standing())
    over = alarm(state="resolved", resolved_at=to_micro(NOON + HOUR), incident="m/i/1")
    assert stage.cycle(standing(), hours=1, alarms=(over,)) == ["resolved"]
    assert stage.alarms["m/a"] == over


def test_a_verdict_that_is_revised_keeps_its_history(stage: Stage) -> None:
    stage.cycle(standing())
    sure = replace(JUDGED, verdict=Verdict.PIPELINE, confidence=0.8)
    assert stage.cycle(standing(judgement=sure), hours=1) == ["verdict"]
    (row,) = stage.incidents
    assert [(one.at, one.verdict) for one in beliefs_of(row)] == [(NOON, "unclear"), (NOON + HOUR, "pipeline")]


def test_an_incident_is_closed_with_its_moment(stage: Stage) -> None:
    stage.cycle(standing())
    assert stage.cycle(standing(closed_at=NOON + HOUR), hours=1) == ["closed"]
    assert [(row.state, row.closed_at) for row in stage.incidents] == [("closed", to_micro(NOON + HOUR))]


def test_an_owner_is_not_forgotten_when_the_suspects_have_none(stage: Stage) -> None:
    stage.cycle(standing())
    stage.cycle(standing(judgement=replace(JUDGED, suspects=())), hours=1)
    assert [row.owner for row in stage.incidents] == ["crm"]


def test_what_people_said_of_an_incident_outlasts_its_revision(stage: Stage) -> None:
    stage.cycle(standing())
    with stage.database.aside("m") as aside:
        aside.put_mark(MarkRow("m/i/1", "real", 0))
    stage.cycle(standing(judgement=replace(JUDGED, confidence=0.9)), hours=1)
    assert [(row.mark, row.confidence) for row in stage.incidents] == [("real", 0.9)]


def test_an_alarm_that_moves_to_another_incident_is_told_there(stage: Stage) -> None:
    stage.cycle(standing())
    stage.cycle(standing(alarms=()), standing(id="m/i/2"), hours=1)
    assert stage.alarms["m/a"].incident == "m/i/2"
    assert [event.incident for event in stage.events if event.kind == "alarm"] == ["m/i/1", "m/i/2"]


def test_what_is_only_worded_otherwise_is_kept_and_not_told(stage: Stage) -> None:
    stage.cycle(standing())
    assert stage.cycle(standing(judgement=replace(JUDGED, headline="in other words")), hours=1) == []
    assert [row.headline for row in stage.incidents] == ["in other words"]


def test_a_row_comes_back_from_the_store_as_it_was_made(stage: Stage) -> None:
    stage.cycle(standing())
    assert stage.incidents == [row_of(standing(), None, NOON)]


def test_two_incidents_of_one_moment_have_their_own_ids() -> None:
    first = new_id("m", NOON, [])
    assert [first, new_id("m", NOON, [first])] == ["m/2024-03-04T12:00:00Z/1", "m/2024-03-04T12:00:00Z/2"]
