"""Rules, tabulated: at each time a reading, and the state that the alarm must then be in."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bellbuoy.alarms.machine import Alarm, Holds, State, advance
from bellbuoy.alarms.rule import parse_rule
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.windows import parse_duration

HERE = Path(__file__).parent
MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)


def reading(value: float | str) -> Reading:
    return Unmeasured("no labels yet") if isinstance(value, str) else Measured(value, value, value, 100)


def moment(text: str) -> datetime:
    return MIDNIGHT + timedelta(hours=int(text[:2]), minutes=int(text[3:]))


@pytest.mark.parametrize("path", sorted(HERE.glob("*.toml")), ids=lambda path: path.stem)
def test_an_alarm_goes_through_the_states_that_its_table_says(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    rule = table["rule"]
    holds = Holds(parse_duration(rule.get("for", "0s")), parse_duration(rule.get("keep_firing_for", "0s")))
    condition, alarm, states = parse_rule(rule["when"]), Alarm(State.INACTIVE, MIDNIGHT, "never breached"), []
    for at, value in zip(table["at"], table["value"], strict=True):
        alarm = advance(alarm, condition.breach(reading(value)), holds, moment(at))
        states.append(alarm.state.value)
    assert states == table["expect"]
