from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bellbuoy.alarms.machine import Holds
from bellbuoy.alarms.rule import Breach, parse_rule
from bellbuoy.alarms.step import Look, Rule, judged, newest_of_each, summary
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.taken import Taken
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import Window, iso

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLOOR = parse_rule("auc < 0.7")


def taken(value: float, hour: int) -> Taken:
    start = MIDNIGHT + (hour - 1) * HOUR
    return Taken(Window(start, start + HOUR), at_value(value), 100, 90)


def at_value(value: float) -> Measured:
    return Measured(value, value - 0.1, value + 0.1, 90)


@dataclass
class Life:
    """An alarm's rows, as a state would keep them."""

    rule: Rule
    rows: dict[str, AlarmRow] = field(default_factory=dict)

    def see(self, value: float | None, hour: int) -> AlarmRow | None:
        old = newest_of_each(sorted(self.rows.values(), key=lambda row: row.since)).get(self.rule.name)
        at = MIDNIGHT + hour * HOUR
        seen = Look(None, Breach.UNKNOWN) if value is None else Look(taken(value, hour), FLOOR.breach(at_value(value)))
        new = judged("delays", self.rule, old, seen, at)
        if new is not None:
            self.rows[new.id] = new
        return new


def life(rise: int = 0) -> Life:
    return Life(Rule("floor", FLOOR, Holds(rise * HOUR)))


def test_a_rule_that_never_breached_leaves_nothing() -> None:
    assert life().see(0.8, 1) is None


def test_a_firing_alarm_tells_since_when_and_by_which_window() -> None:
    row = life().see(0.6, 3)
    assert row is not None
    assert (row.state, row.value, row.threshold, row.fired_at) == ("firing", 0.6, 0.7, row.since)
    assert row.id == f"delays/floor/{iso(MIDNIGHT + 3 * HOUR)}"


def test_an_alarm_that_is_over_stays_as_it_ended() -> None:
    one = life()
    one.see(0.6, 3)
    ended = one.see(0.8, 5)
    assert ended is not None
    assert ended.state == "resolved"
    assert one.see(None, 30) == ended
    later = one.see(0.85, 40)
    assert later is not None
    assert later.resolved_at == ended.resolved_at


def test_looking_twice_at_the_same_window_changes_nothing() -> None:
    one = life()
    first = one.see(0.6, 3)
    one.see(0.6, 3)
    again = one.see(0.6, 3)
    assert again is not None
    assert first is not None
    assert (again.id, again.fired_at, again.value) == (first.id, first.fired_at, first.value)


def test_each_firing_is_an_alarm_of_its_own() -> None:
    one = life()
    for hour, value in enumerate((0.6, 0.8, 0.6, 0.8), 1):
        one.see(value, hour)
    assert [row.resolved_at is not None for row in one.rows.values()] == [True, True]


def test_breaches_that_never_fired_share_one_row() -> None:
    one = life(rise=2)
    for hour, value in enumerate((0.6, 0.8, 0.6, 0.8, 0.6), 1):
        one.see(value, hour)
    assert [row.state for row in one.rows.values()] == ["pending"]


def test_no_reading_keeps_a_firing_alarm_firing() -> None:
    one = life()
    one.see(0.6, 1)
    row = one.see(None, 2)
    assert row is not None
    assert (row.state, row.value) == ("firing", 0.6)


def test_an_alarm_is_told_with_what_it_read_and_its_limit() -> None:
    row = life().see(0.6, 1)
    assert row is not None
    assert summary(row, FLOOR).startswith("auc is 0.6, the limit is < 0.7")
