"""A timeline grows by what has changed between two cycles, and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.incidents.timeline import events_between
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow

INCIDENT = IncidentRow("m/i/1", 5, None, "open", "warning", "unclear", 0.4, "income lost its values")
ALARM = AlarmRow(
    "m/a/1",
    "nulls",
    "firing",
    5,
    pending_at=4,
    fired_at=5,
    column="income",
    incident="m/i/1",
    facts={"why": "null in 40 %"},
)


def told(
    old: IncidentRow | None, new: IncidentRow, before: Sequence[AlarmRow] = (), now: Sequence[AlarmRow] = ()
) -> list[tuple[str, str]]:
    events = events_between(old, new, {alarm.id: alarm for alarm in before}, now, 9)
    assert {(event.incident, event.at, event.who) for event in events} <= {(new.id, 9, None)}
    return [(event.kind, event.text) for event in events]


def kinds(*given: Any) -> list[str]:
    return [kind for kind, _ in told(*given)]


def test_a_new_incident_is_opened_with_its_alarms_and_a_verdict() -> None:
    assert told(None, INCIDENT, [], [ALARM]) == [
        ("opened", "income lost its values"),
        ("alarm", "nulls of income fires: null in 40 %"),
        ("verdict", "it is not clear (40\u00a0% sure)"),
    ]


def test_where_nothing_has_changed_nothing_is_told() -> None:
    assert told(INCIDENT, replace(INCIDENT, confidence=0.45, headline="other words"), [ALARM], [ALARM]) == []


def test_an_alarm_that_fired_before_it_joined_is_told_when_it_joins() -> None:
    alone = replace(ALARM, incident=None)
    assert kinds(INCIDENT, INCIDENT, [alone], [ALARM]) == ["alarm"]


def test_a_pending_alarm_is_told_once_it_fires() -> None:
    pending = replace(ALARM, state="pending", fired_at=None)
    assert kinds(INCIDENT, INCIDENT, [], [pending]) == []
    assert kinds(INCIDENT, INCIDENT, [pending], [ALARM]) == ["alarm"]


def test_an_alarm_of_a_part_says_which() -> None:
    part = replace(ALARM, by="city", segment="Oslo")
    assert told(INCIDENT, INCIDENT, [], [part]) == [("alarm", "nulls of income where city is Oslo fires: null in 40 %")]


def test_an_alarm_that_is_over_is_told_once() -> None:
    over = replace(ALARM, state="resolved", resolved_at=8)
    assert told(INCIDENT, INCIDENT, [ALARM], [over]) == [("resolved", "nulls of income is over")]
    assert told(INCIDENT, INCIDENT, [over], [over]) == []


def test_an_alarm_that_is_taken_back_is_withdrawn_and_not_merely_over() -> None:
    back = replace(ALARM, state="resolved", resolved_at=8, withdrawn_at=8)
    assert kinds(INCIDENT, INCIDENT, [ALARM], [back]) == ["withdrawn"]
    assert kinds(INCIDENT, INCIDENT, [back], [back]) == []


def test_a_verdict_that_is_revised_says_what_it_was() -> None:
    new = replace(INCIDENT, verdict="pipeline", confidence=0.8)
    assert told(INCIDENT, new) == [("verdict", "it is the data pipeline, no longer not clear (80\u00a0% sure)")]


def test_a_severity_that_changes_says_what_it_was() -> None:
    assert told(INCIDENT, replace(INCIDENT, severity="critical")) == [("severity", "it is critical, no longer warning")]


CLOSED = replace(INCIDENT, state="closed", closed_at=9)


def test_an_incident_is_closed_once_and_may_be_opened_again() -> None:
    assert [kinds(INCIDENT, CLOSED), kinds(CLOSED, CLOSED)] == [["closed"], []]
    assert told(CLOSED, INCIDENT) == [("opened", "open again: income lost its values")]


STATES = st.builds(
    replace,
    st.just(ALARM),
    state=st.sampled_from(["pending", "firing", "resolved"]),
    fired_at=st.sampled_from([None, 5]),
    resolved_at=st.sampled_from([None, 8]),
    withdrawn_at=st.sampled_from([None, 8]),
    incident=st.sampled_from([None, "m/i/1", "m/i/2"]),
)
INCIDENTS = st.builds(
    replace,
    st.just(INCIDENT),
    state=st.sampled_from(["open", "closed"]),
    severity=st.sampled_from(["critical", "warning", "info"]),
    verdict=st.sampled_from(["model", "pipeline", "world", "unclear"]),
)


@given(incident=INCIDENTS, alarm=STATES)
def test_a_cycle_that_runs_twice_tells_nothing_the_second_time(incident: IncidentRow, alarm: AlarmRow) -> None:
    mine = replace(alarm, incident=incident.id)
    assert events_between(incident, incident, {mine.id: mine}, [mine], 9) == []


@given(old=INCIDENTS, new=INCIDENTS, before=STATES, after=STATES)
def test_every_line_says_something(old: IncidentRow, new: IncidentRow, before: AlarmRow, after: AlarmRow) -> None:
    found: list[EventRow] = events_between(old, new, {before.id: before}, [after], 9)
    assert all(event.text for event in found)
    assert len({event.kind for event in found}) == len(found)


@pytest.mark.parametrize("verdict", ["model", "pipeline", "world", "unclear"])
def test_every_verdict_is_said_in_words(verdict: str) -> None:
    (_, (kind, text)) = told(None, replace(INCIDENT, verdict=verdict))
    assert (kind, text.startswith(("it is the ", "it is not clear"))) == ("verdict", True)
