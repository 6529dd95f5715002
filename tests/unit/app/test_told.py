"""Rows of alarms and incidents, made into what the doors show."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.app.belfry import COST, HOUR, ID, LOSS, OPENED, alarm_row, at, incident_row
from tests.unit.stage import START

from bellbuoy.app.told import (
    alarm_of,
    heaviest_first,
    incidents_of,
    incidents_then,
    weights_of,
    with_incidents,
    worst_first,
)
from bellbuoy.app.views import Blast, Event, Light, LightState, ModelStatus, name_of
from bellbuoy.store.port import AlarmRow, IncidentRow
from bellbuoy.windows import iso

OK, TROUBLE = LightState.OK, LightState.TROUBLE
QUIET = Light(OK, "quiet")
STATUS = ModelStatus("credit", "binary", None, QUIET, QUIET, QUIET, None, "auc")


def opened(**changes: Any) -> ModelStatus:
    return with_incidents(STATUS, [incident_row(**changes)])


def test_an_alarm_is_of_its_column_segment_and_version() -> None:
    seen = alarm_of("credit", alarm_row(by="city", segment="Oslo", version="v1"))
    assert (seen.segment, seen.of) == ({"city": "Oslo"}, "income, city=Oslo, version v1")


def test_an_alarm_of_the_whole_model_is_of_nothing_in_particular() -> None:
    seen = alarm_of("credit", alarm_row(column=None))
    assert (seen.segment, seen.of) == (None, "")


def test_the_empty_value_of_a_segment_is_a_part_too() -> None:
    assert alarm_of("credit", alarm_row(by="city", segment="")).segment == {"city": ""}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"why": "nulls rose"}, "nulls rose"),
        ({"about": "income moved", "usual": 0.1}, "income moved"),
        ({"when": "auc < 0.7", "annotations": {"summary": "call Ann"}}, "call Ann"),
        ({"when": "auc < 0.7", "annotations": {}}, "auc < 0.7, and it is 0.4"),
        ({}, "the breach held"),
    ],
)
def test_an_alarm_says_why_in_the_best_words_that_there_are(facts: dict[str, Any], why: str) -> None:
    assert alarm_of("credit", alarm_row(facts=facts)).why == why


def test_an_alarm_without_a_window_has_none() -> None:
    assert alarm_of("credit", alarm_row(start=None, end=None)).window is None


def test_an_alarm_that_never_was_pending_began_with_its_state() -> None:
    assert alarm_of("credit", AlarmRow("a", "x", "firing", at(3))).pending_at == START + 3 * HOUR


def test_an_incident_has_its_own_alarms_and_events() -> None:
    others = [alarm_row(id="b", incident=None), alarm_row(id="c", incident="credit/x/2")]
    (seen,) = incidents_of("credit", [incident_row()], [alarm_row(), *others], [OPENED, replace(OPENED, incident="x")])
    assert [alarm.id for alarm in seen.alarms] == [alarm_row().id]
    assert seen.timeline == (Event(START + HOUR, "income lost its values", "opened"),)


def test_an_alarm_that_has_not_fired_is_no_part_of_an_incident() -> None:
    (seen,) = incidents_of("credit", [incident_row()], [alarm_row(state="pending", fired_at=None)])
    assert seen.alarms == ()


def test_an_incident_tells_all_that_its_facts_say() -> None:
    (seen,) = incidents_of("credit", [incident_row()], [])
    assert (name_of(seen.suspects[0]), seen.suspects[0].owner, seen.evidence[0].weight) == ("income", "crm", 1.8)
    assert seen.blast == Blast(0.4, LOSS, COST, iso(START))
    assert (seen.before[0].text, seen.beliefs[-1].verdict, seen.scores["world"]) == ("version v3 came", "pipeline", 0.2)


def test_an_incident_without_facts_is_one_all_the_same() -> None:
    (seen,) = incidents_of("credit", [incident_row(facts={})], [])
    assert (seen.suspects, seen.evidence, seen.blast, seen.beliefs) == ((), (), Blast(), ())


@pytest.mark.parametrize("blast", [None, {}, {"share": None, "loss": None, "money": None}])
def test_a_reach_that_is_not_known_is_none(blast: object) -> None:
    (seen,) = incidents_of("credit", [incident_row(facts={"blast": blast})], [])
    assert seen.blast == Blast()


def test_a_suspect_that_is_no_column_has_a_name_too() -> None:
    suspects = [{"host": "b-2", "version": "v2", "segment": {"city": "Rome"}, "why": ""}, {"why": "who knows"}]
    (seen,) = incidents_of("credit", [incident_row(facts={"suspects": suspects})], [])
    assert [name_of(one) for one in seen.suspects] == ["city=Rome, version v2, host b-2", "all rows"]


def test_alarms_of_an_incident_come_with_the_heaviest_first() -> None:
    rows = [alarm_row(id=name) for name in ("light", "heavy", "unknown")]
    facts = {"weights": {"light": 0.1, "heavy": 0.7}}
    (seen,) = incidents_of("credit", [incident_row(facts=facts)], rows)
    assert [(one.id, one.weight) for one in seen.alarms] == [("unknown", 1.0), ("heavy", 0.7), ("light", 0.1)]


def test_what_fires_comes_before_what_may_and_what_is_over_however_much_they_weigh() -> None:
    states = [("resolved", 0.9), ("pending", 0.8), ("firing", 0.1), ("firing", 0.5)]
    found = heaviest_first(alarm_of("credit", alarm_row(state=state), weight) for state, weight in states)
    assert [one.weight for one in found] == [0.5, 0.1, 0.8, 0.9]


def test_alarms_that_weigh_the_same_stay_in_their_order() -> None:
    found = heaviest_first(alarm_of("credit", alarm_row(id=name), 0.5) for name in "cab")
    assert [one.id for one in found] == ["c", "a", "b"]


def test_an_alarm_weighs_what_its_incident_says_and_else_what_it_tells_alone() -> None:
    rows = [alarm_row(id="a"), alarm_row(id="b", incident=None)]
    incident = incident_row(facts={"weights": {"a": 0.07}})
    assert weights_of(rows, [incident], {"income": 0.5, "age": 0.5}) == {"a": 0.07, "b": pytest.approx(0.2)}


def test_the_place_of_an_incident_is_its_id_within_the_model() -> None:
    (seen,) = incidents_of("credit", [incident_row()], [])
    assert f"credit/{seen.place}" == ID


def test_the_worst_comes_first_and_of_equals_the_newest() -> None:
    rows = [("info", 9), ("warning", 1), ("critical", 2), ("warning", 3)]
    found = worst_first(incident_row(severity=severity, opened_at=when) for severity, when in rows)
    assert [row.opened_at for row in found] == [2, 3, 1, 9]


@pytest.mark.parametrize("verdict", ["model", "pipeline", "world"])
def test_an_open_incident_gives_the_headline_and_turns_on_the_light_of_its_verdict(verdict: str) -> None:
    seen = opened(verdict=verdict)
    assert seen.headline == "income lost its values"
    lit = {name for name in ("model", "pipeline", "world") if getattr(seen, name).state is TROUBLE}
    assert (lit, getattr(seen, verdict).why) == ({verdict}, "income lost its values")


def test_an_incident_whose_verdict_is_not_clear_turns_on_no_light() -> None:
    seen = opened(verdict="unclear")
    assert (seen.model, seen.pipeline, seen.world, seen.headline) == (QUIET, QUIET, QUIET, "income lost its values")


def test_an_incident_for_information_is_listed_and_no_more() -> None:
    seen = opened(severity="info")
    assert (seen.headline, seen.pipeline, [one.id for one in seen.incidents]) == (None, QUIET, [ID])


def test_a_closed_incident_changes_nothing() -> None:
    assert opened(state="closed", closed_at=at(2)) == STATUS


def test_a_light_that_shows_trouble_keeps_its_reason() -> None:
    dark = Light(TROUBLE, "income is null in 40 % of rows")
    seen = with_incidents(replace(STATUS, pipeline=dark, headline=dark.why), [incident_row()])
    assert (seen.pipeline, seen.headline) == (dark, "income lost its values")


def test_of_several_incidents_the_worst_gives_the_headline() -> None:
    worse = incident_row(id="credit/x/2", severity="critical", headline="worse", verdict="pipeline")
    seen = with_incidents(STATUS, [incident_row(severity="warning"), worse])
    assert (seen.headline, seen.pipeline.why, len(seen.incidents)) == ("worse", "worse", 2)


CLOSED = incident_row(state="closed", closed_at=at(5))


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (0.5, []),
        (1, [("open", "unclear", 0.4)]),
        (2, [("open", "pipeline", 0.8)]),
        (4.9, [("open", "pipeline", 0.8)]),
        (5, [("closed", "pipeline", 0.8)]),
    ],
)
def test_an_incident_stood_then_as_it_was_believed_then(hours: float, told: list[tuple[str, str, float]]) -> None:
    found = incidents_then([CLOSED], START + timedelta(hours=hours))
    assert [(row.state, row.verdict, row.confidence) for row in found] == told


def test_an_incident_without_a_history_of_verdicts_has_todays() -> None:
    row: IncidentRow = incident_row(facts={})
    assert incidents_then([row], START + HOUR) == [row]
