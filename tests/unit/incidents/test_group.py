"""Alarms of one cause are one incident; what wakes nobody opens none; an incident ends with the last of its alarms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bellbuoy.incidents.group import Group, grouped, new_id
from bellbuoy.store.port import AlarmRow, IncidentRow
from bellbuoy.windows import to_micro

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = IncidentRow("m/i/1", to_micro(NOON), None, "open", "warning", "unclear", 0.4, "income lost its values")


def at(hours: float) -> int:
    return to_micro(NOON + hours * HOUR)


def alarm(name: str = "a", hours: float = 0, **changes: Any) -> AlarmRow:
    moment = at(hours)
    row = AlarmRow(f"m/{name}", name, "firing", moment, kind="input", pending_at=moment, fired_at=moment, column=name)
    return replace(row, **changes)


def groups(*alarms: AlarmRow, known: tuple[IncidentRow, ...] = (), hours: float = 0) -> list[Group]:
    return grouped("m", known, alarms, HOUR, at(hours))


def names(group: Group) -> list[str]:
    return [one.name for one in group.alarms]


def test_forty_columns_of_one_broken_join_are_one_incident() -> None:
    [group] = groups(*(alarm(f"column {number}") for number in range(40)))
    assert len(group.alarms) == 40
    assert (group.id, group.opened_at, group.closed_at) == ("m/2024-03-04T12:00:00Z/1", at(0), None)


def test_what_only_informs_opens_no_incident() -> None:
    assert groups(alarm(severity="info")) == []


def test_what_only_informs_joins_one_that_is_opened_with_it() -> None:
    [group] = groups(alarm("quiet", severity="info"), alarm("loud"))
    assert names(group) == ["loud", "quiet"]
    assert group.severity == "warning"


@pytest.mark.parametrize(("hours", "many"), [(3, 1), (3.5, 2)])
def test_what_begins_within_three_windows_belongs_to_it(hours: float, many: int) -> None:
    first = alarm("income", incident=OPEN.id)
    assert len(groups(first, alarm("age", hours), known=(OPEN,), hours=hours)) == many


@pytest.mark.parametrize(("hours", "names_"), [(-3, ["loud", "quiet"]), (-4, ["loud"]), (-2_000, ["loud"])])
def test_what_has_long_informed_has_no_part_in_what_begins_now(hours: float, names_: list[str]) -> None:
    [group] = groups(alarm("quiet", hours, severity="info"), alarm("loud"))
    assert names(group) == names_


@pytest.mark.parametrize("more", [{"column": "loud"}, {"kind": "output"}])
def test_what_has_long_informed_joins_what_is_of_the_same_column_or_follows(more: dict[str, Any]) -> None:
    [group] = groups(alarm("quiet", -2_000, severity="info", **more), alarm("loud"))
    assert names(group) == ["loud", "quiet"]


def test_what_informed_together_and_becomes_loud_together_is_one_incident() -> None:
    [group] = groups(*(alarm(f"column {number}", -2_000 + number / 10) for number in range(5)))
    assert len(group.alarms) == 5


def test_an_incident_that_grows_reaches_further() -> None:
    grown = (alarm("income", incident=OPEN.id), alarm("age", 3, incident=OPEN.id))
    [group] = groups(*grown, alarm("debt", 6), known=(OPEN,), hours=6)
    assert names(group) == ["income", "age", "debt"]


@pytest.mark.parametrize(
    "later",
    [
        alarm("again", 50, column="income"),
        alarm("auc-floor", 50, column=None, kind="performance"),
        alarm("score", 50, kind="output"),
    ],
)
def test_the_same_column_and_what_follows_from_it_belong_to_it_however_late(later: AlarmRow) -> None:
    [group] = groups(alarm("income", incident=OPEN.id), later, known=(OPEN,), hours=50)
    assert len(group.alarms) == 2


def test_a_part_of_the_rows_ties_alarms_together() -> None:
    first = alarm("a", column=None, by="origin", segment="JFK", incident=OPEN.id)
    [group] = groups(first, alarm("b", 50, column=None, by="origin", segment="JFK"), known=(OPEN,), hours=50)
    assert names(group) == ["a", "b"]


def test_an_incident_closes_when_all_its_alarms_are_over() -> None:
    over = alarm("income", state="resolved", resolved_at=at(5), incident=OPEN.id)
    [group] = groups(over, known=(OPEN,), hours=5)
    assert group.closed_at == at(5)


def test_an_incident_stays_open_while_one_alarm_fires() -> None:
    over = alarm("income", state="resolved", resolved_at=at(2), incident=OPEN.id)
    [group] = groups(over, alarm("age", 1, incident=OPEN.id), known=(OPEN,), hours=2)
    assert group.closed_at is None


def test_a_closed_incident_takes_nothing_in() -> None:
    closed = replace(OPEN, state="closed", closed_at=at(1))
    [group] = groups(alarm("income", 2), known=(closed,), hours=2)
    assert group.id == "m/2024-03-04T14:00:00Z/1"


def test_the_loudest_alarm_there_ever_was_says_how_loud_an_incident_is() -> None:
    loud = replace(OPEN, severity="critical")
    [group] = groups(alarm("income", incident=OPEN.id), known=(loud,))
    assert group.severity == "critical"


def test_ids_of_one_moment_differ() -> None:
    first = new_id("m", NOON, [])
    assert [first, new_id("m", NOON, [first])] == ["m/2024-03-04T12:00:00Z/1", "m/2024-03-04T12:00:00Z/2"]
