"""The bell: what is listed, as what document, and as it stood at a past moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.app.belfry import COST, HOUR, ID, LOSS, OPENED, Belfry, alarm_row, at, belfry, incident_row
from tests.unit.stage import START, model_of

from bellbuoy.app.bell import bell_document
from bellbuoy.app.feedback import Feedback, NotRungError
from bellbuoy.app.project import OpenProject
from bellbuoy.config.spec import ProjectFile
from bellbuoy.errors import Fault
from bellbuoy.web.shapes import AlarmsShape, IncidentsShape

OVER = incident_row(id="credit/early/1", opened_at=at(0.5), state="closed", closed_at=at(0.8), facts={})


@pytest.fixture
def tower(tmp_path: Path) -> Iterator[Belfry]:
    with belfry(tmp_path) as made:
        yield made


def test_open_incidents_are_listed_and_every_one_where_asked(tower: Belfry) -> None:
    tower.put(OVER)
    assert [one.id for one in tower.bell.incidents()] == [ID]
    assert [one.id for one in tower.bell.incidents("credit", every=True)] == [OVER.id, ID]


def test_alarms_that_ring_are_listed_and_every_one_where_asked(tower: Belfry) -> None:
    pending = alarm_row("later", id="b", state="pending", pending_at=at(2), fired_at=None, incident=None)
    over = alarm_row("over", id="c", state="resolved", pending_at=at(3), resolved_at=at(4))
    tower.put(pending, over)
    assert [alarm.name for alarm in tower.bell.alarms()] == ["nulls", "later"]
    assert [alarm.name for alarm in tower.bell.alarms("credit", every=True)] == ["nulls", "later", "over"]


def test_a_model_without_a_cycle_has_neither(tower: Belfry) -> None:
    assert (tower.bell.alarms("fresh"), tower.bell.incidents("fresh")) == ([], [])


def test_a_model_that_there_is_not_is_no_answer(tower: Belfry) -> None:
    for ask in (tower.bell.alarms, tower.bell.incidents, tower.bell.alarms_json, tower.bell.incidents_json):
        with pytest.raises(KeyError, match="nobody"):
            ask("nobody")


def test_what_rang_of_a_model_is_there_while_its_file_is_wrong(tower: Belfry, tmp_path: Path) -> None:
    project = ProjectFile.model_validate({"project": {"name": "loans"}})
    faults = (Fault("no such task", file="models/credit.toml"),)
    tower.bell.renew(OpenProject(tmp_path, project, {"fresh": model_of()}, faults))
    assert [one.id for one in tower.bell.incidents("credit")] == [ID]


def test_one_incident_comes_with_its_timeline(tower: Belfry) -> None:
    one = tower.bell.incident(ID)
    assert ([event.kind for event in one.timeline], [alarm.name for alarm in one.alarms]) == (["opened"], ["nulls"])


@pytest.mark.parametrize("name", ["", "credit", "credit/x/1", "nobody/x/1", "fresh/x/1"])
def test_an_incident_that_there_is_not_is_told(tower: Belfry, name: str) -> None:
    with pytest.raises(NotRungError, match="there is no alarm or incident"):
        tower.bell.incident(name)


def test_every_document_has_its_promised_shape(tower: Belfry) -> None:
    tower.put(OVER, alarm_row("later", id="b", state="pending", fired_at=None, start=None, value=None))
    AlarmsShape.model_validate(tower.bell.alarms_json(every=True))
    IncidentsShape.model_validate(tower.bell.incidents_json(every=True))
    IncidentsShape.model_validate(tower.bell.incidents_json("credit", ID))


def test_an_alarm_that_has_not_fired_stands_apart_in_the_document(tower: Belfry) -> None:
    tower.put(alarm_row("later", id="b", state="pending", fired_at=None))
    told: Any = tower.bell.alarms_json("credit")
    assert [one["name"] for one in told["alarms"]] == ["nulls"]
    assert [(one["name"], one["fired_at"]) for one in told["pending"]] == [("later", None)]


def test_a_document_of_incidents_has_the_alarms_that_they_name(tower: Belfry) -> None:
    told: Any = tower.bell.incidents_json()
    assert told["incidents"][0]["alarms"] == [one["id"] for one in told["alarms"]] == [alarm_row().id]


def test_a_list_of_incidents_leaves_timelines_out(tower: Belfry) -> None:
    told: Any = tower.bell.incidents_json()
    assert told["incidents"][0]["timeline"] == []


def test_open_alarms_are_listed_by_what_they_may_cost_and_what_is_over_after_them(tower: Belfry) -> None:
    over = alarm_row("over", id="o", state="resolved", resolved_at=at(2), value=0.9)
    tower.put(over, alarm_row("light", id="l", value=0.1), alarm_row("heavy", id="h", value=0.8, pending_at=at(2)))
    assert [one.name for one in tower.bell.alarms("credit")] == ["heavy", "nulls", "light"]
    assert [one.name for one in tower.bell.alarms("credit", every=True)][-1] == "over"
    told: Any = tower.bell.alarms_json("credit")
    assert [one["weight"] for one in told["alarms"]] == [0.8, 0.4, 0.1]


def test_an_incident_is_told_as_promised(tower: Belfry) -> None:
    told: Any = tower.bell.incidents_json("credit", ID)
    (one,) = told["incidents"]
    assert one["opened_at"] == "2024-03-04T01:00:00Z"
    assert one["blast"] == {"share": 0.4, "loss": LOSS, "money": COST, "since": "2024-03-04T00:00:00Z"}
    assert one["suspects"][0] == {
        "column": "income",
        "version": None,
        "segment": None,
        "host": None,
        "owner": "crm",
        "why": "null in 40 %",
        "score": 0.9,
    }
    assert one["verdicts"][0] == {"at": "2024-03-04T01:00:00Z", "verdict": "unclear", "confidence": 0.4}


def test_an_alarm_is_told_as_promised(tower: Belfry) -> None:
    told: Any = tower.bell.alarms_json("credit")
    (one,) = told["alarms"]
    assert (one["kind"], one["metric"], one["column"], one["segment"]) == ("input", "null_rate", "income", None)
    assert one["window"] == ["2024-03-04T00:00:00Z", "2024-03-04T01:00:00Z"]
    assert (one["pending_at"], one["fired_at"]) == ("2024-03-04T00:00:00Z", "2024-03-04T01:00:00Z")


def test_rows_of_a_replay_make_the_same_document(tower: Belfry) -> None:
    told = bell_document("credit", [alarm_row(), alarm_row(id="b", fired_at=None)], [incident_row()], [OPENED])
    assert told == {
        "alarms": tower.bell.alarms_json()["alarms"],
        "incidents": tower.bell.incidents_json("credit", ID)["incidents"],
    }


def test_a_replay_tells_of_alarms_in_no_incident_too() -> None:
    told: Any = bell_document("credit", [alarm_row(incident=None)], [])
    assert ([one["incident"] for one in told["alarms"]], told["incidents"]) == ([None], [])


def test_a_past_moment_is_told_as_it_was(tower: Belfry) -> None:
    end = {"state": "closed", "closed_at": at(8)}
    tower.put(incident_row(**end), alarm_row(state="resolved", resolved_at=at(8)), replace(OPENED, at=at(8)))
    tower.go_to(START + 3 * HOUR)
    one = tower.bell.incident(ID)
    assert (one.state, one.closed_at, one.alarms[0].state, len(one.timeline)) == ("open", None, "firing", 1)


def test_before_it_was_opened_there_was_no_incident(tower: Belfry) -> None:
    tower.go_to(START + HOUR / 2)
    assert (tower.bell.incidents(every=True), [alarm.state for alarm in tower.bell.alarms()]) == ([], ["pending"])


def test_a_mark_is_told_with_the_incident_and_its_alarms(tower: Belfry) -> None:
    tower.bell.mark(ID, Feedback("expected"))
    one = tower.bell.incident(ID)
    assert (one.mark, one.alarms[0].mark) == ("expected", "expected")


@pytest.mark.parametrize("name", ["nobody/x", "", "fresh/x/1"])
def test_what_there_is_not_cannot_be_marked(tower: Belfry, name: str) -> None:
    with pytest.raises(NotRungError):
        tower.bell.mark(name, Feedback("real"))
