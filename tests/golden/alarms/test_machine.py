"""Rules, tabulated: at each time what is read, and the state that the alarm must then be in.

`value` gives the readings of a rule with one metric, `readings` those of each metric by its text. A number is a reading
of a hundred rows; a text is why there is none, and one that is a kind of absence counts as such. `gap` gives hours in
which no cycle ran before a time; `reason` what must stand in the reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bellbuoy.alarms.absence import Absence
from bellbuoy.alarms.grammar import parse_rule
from bellbuoy.alarms.look import Look, Rule, chosen, looked
from bellbuoy.alarms.machine import Holds
from bellbuoy.alarms.sides import Readings
from bellbuoy.alarms.step import judged, subject_of
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import parse_duration

HERE = Path(__file__).parent
MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
TABLES = sorted(HERE.glob("*.toml"))


def reading(value: float | str) -> Reading:
    return Unmeasured(value) if isinstance(value, str) else Measured(value, value, value, 100)


def moment(text: str) -> datetime:
    return MIDNIGHT + timedelta(hours=int(text[:2]), minutes=int(text[3:]))


def rule_of(table: Mapping[str, Any]) -> Rule:
    holds = Holds(parse_duration(table.get("for", "0s")), parse_duration(table.get("keep_firing_for", "0s")))
    recover = parse_rule(table["recover"]) if "recover" in table else None
    choices = {key: table[key] for key in ("no_data", "on_error") if key in table}
    return Rule("rule", parse_rule(table["when"]), holds, recover=recover, **choices)


def look_at(rule: Rule, values: Mapping[str, float | str]) -> Look:
    by_text = {text: reading(value) for text, value in values.items()}
    asked = [*rule.condition.selectors, *(rule.recover.selectors if rule.recover is not None else ())]
    readings: Readings = {one: by_text[one.text] for one in asked}
    missing = {Absence(value): "" for value in values.values() if value in set(Absence)}
    made = rule.condition.judged(readings)
    breach, why = chosen(rule, made, missing)
    found = looked(made, None)
    recovered = rule.recover.judged(readings).breach if rule.recover is not None else found.recovered
    return Look(breach, why, found.value, found.limit, recovered=recovered)


def lived(table: Mapping[str, Any]) -> list[AlarmRow | None]:
    """The alarm at each time of a table."""
    rule, row, rows = rule_of(table["rule"]), None, []
    columns: Mapping[str, Sequence[float | str]] = table.get("readings", {})
    columns = columns or {rule.condition.selectors[0].text: table["value"]}
    for place, at in enumerate(table["at"]):
        seen = look_at(rule, {text: values[place] for text, values in columns.items()})
        gap = timedelta(hours=table["gap"][place]) if "gap" in table else timedelta(0)
        row = judged("model", subject_of(rule), row, seen, moment(at), gap)
        rows.append(row)
    return rows


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_an_alarm_goes_through_the_states_that_its_table_says(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    rows = lived(table)
    assert [row.state if row is not None else "inactive" for row in rows] == table["expect"]
    for row, reason in zip(rows, table.get("reason", []), strict=False):
        assert reason in (row.reason if row is not None else "")
