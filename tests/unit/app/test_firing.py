"""What rings now: rules of the file first, then monitors, each in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.app.belfry import alarm_row, at
from tests.unit.stage import model_of

from bellbuoy.app.firing import firing_of
from bellbuoy.config.spec import Model
from bellbuoy.store.port import AlarmRow

FLOOR = {"name": "floor", "when": "auc < 0.7", "severity": "critical"}


def model(*rules: Mapping[str, object]) -> Model:
    return model_of(alarms={"rule": list(rules)})


def rule_row(name: str = "floor", **changes: Any) -> AlarmRow:
    whole: dict[str, Any] = {"id": f"credit/{name}/x", "kind": "custom", "metric": "auc", "column": None, "facts": {}}
    return alarm_row(name, **(whole | changes))


@pytest.mark.parametrize(("state", "told"), [("pending", 1), ("firing", 1), ("resolved", 0), ("inactive", 0)])
def test_a_rule_is_told_while_its_alarm_is_open(state: str, told: int) -> None:
    assert len(list(firing_of(model(FLOOR), [rule_row(state=state)]))) == told


def test_a_rule_has_the_severity_of_its_file_and_the_incident_of_its_row() -> None:
    (one,) = firing_of(model(FLOOR), [rule_row(severity="info", incident="credit/i/1")])
    assert (one.severity, one.incident, one.kind) == ("critical", "credit/i/1", "custom")


def test_a_rule_says_what_its_alarm_was_told_to_say_else_what_was_measured() -> None:
    spoken = rule_row(facts={"annotations": {"summary": "call Ann"}})
    assert [one.summary for one in firing_of(model(FLOOR), [spoken])] == ["call Ann"]
    (one,) = firing_of(model(FLOOR), [rule_row(threshold=0.7)])
    assert one.summary.startswith("auc is 0.4, the limit is < 0.7")


def test_a_rule_that_is_wrong_now_says_what_its_alarm_says() -> None:
    wrong = {**FLOOR, "when": "null_rate(nothing) > 1%"}
    assert [one.summary for one in firing_of(model(wrong), [rule_row()])] == ["the breach held"]


def test_a_rule_that_is_gone_is_not_told() -> None:
    assert list(firing_of(model(), [rule_row("gone")])) == []


def test_a_monitor_is_told_while_it_fires_in_its_own_words() -> None:
    rows = [alarm_row(), alarm_row("drift", id="b", state="pending"), alarm_row("gap", id="c", state="resolved")]
    told = [(one.name, one.severity, one.summary) for one in firing_of(model(), rows)]
    assert told == [("nulls", "critical", "income is null in 40 % of rows")]


def test_each_series_of_a_monitor_is_told() -> None:
    rows = [alarm_row(id=column, column=column, facts={"why": column}) for column in ("income", "city")]
    assert [one.summary for one in firing_of(model(), rows)] == ["income", "city"]


def test_rules_come_in_the_order_of_the_file_before_monitors() -> None:
    second = {**FLOOR, "name": "second"}
    rows = [alarm_row(), rule_row("second", since=at(1)), rule_row()]
    assert [one.name for one in firing_of(model(FLOOR, second), rows)] == ["floor", "second", "nulls"]
