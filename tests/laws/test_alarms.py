"""The state machine of an alarm: laws that hold for any history of judgements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.alarms.machine import Alarm, Holds, State, advance
from bellbuoy.alarms.rule import Breach

START = datetime(2024, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
BREACHES = st.lists(st.sampled_from(list(Breach)), max_size=30)
HOLDS = st.builds(Holds, *[st.integers(0, 5).map(lambda hours: hours * HOUR)] * 2)


def lived(breaches: list[Breach], holds: Holds) -> list[Alarm]:
    """The alarm after each judgement, one an hour."""
    alarm, life = Alarm(State.INACTIVE, START, "never breached"), []
    for n, breach in enumerate(breaches):
        alarm = advance(alarm, breach, holds, START + n * HOUR)
        life.append(alarm)
    return life


def moves(breaches: list[Breach], holds: Holds) -> list[tuple[State, State]]:
    states = [State.INACTIVE, *(alarm.state for alarm in lived(breaches, holds))]
    return [(a, b) for a, b in pairwise(states) if a is not b]


@given(BREACHES, HOLDS)
def test_only_the_moves_of_the_table_are_made(breaches: list[Breach], holds: Holds) -> None:
    at_once = {(State.INACTIVE, State.FIRING), (State.RESOLVED, State.FIRING)} if not holds.rise else set()
    known = {
        (State.INACTIVE, State.PENDING),
        (State.PENDING, State.INACTIVE),
        (State.PENDING, State.FIRING),
        (State.FIRING, State.RESOLVED),
        (State.RESOLVED, State.PENDING),
    }
    assert set(moves(breaches, holds)) <= known | at_once


@given(BREACHES, HOLDS)
def test_an_alarm_fires_only_once_the_breach_has_held(breaches: list[Breach], holds: Holds) -> None:
    life = lived(breaches, holds)
    for n, alarm in enumerate(life):
        if alarm.state is State.FIRING and alarm.since == START + n * HOUR:
            held = breaches[max(0, n - holds.rise // HOUR) : n + 1]
            assert Breach.NO not in held
            assert breaches[n] is Breach.YES


@given(BREACHES, HOLDS)
def test_an_alarm_resolves_only_once_calm_has_lasted(breaches: list[Breach], holds: Holds) -> None:
    life = lived(breaches, holds)
    for n, alarm in enumerate(life):
        if alarm.state is State.RESOLVED and alarm.since == START + n * HOUR:
            assert Breach.YES not in breaches[max(0, n - holds.fall // HOUR) : n + 1]


@given(BREACHES)
def test_a_longer_hold_never_fires_more_often(breaches: list[Breach]) -> None:
    fired = [sum(b is State.FIRING for _, b in moves(breaches, Holds(rise=hours * HOUR))) for hours in range(4)]
    assert fired == sorted(fired, reverse=True)


@given(st.lists(st.sampled_from([Breach.NO, Breach.UNKNOWN]), max_size=30), HOLDS)
def test_without_a_breach_nothing_ever_fires(breaches: list[Breach], holds: Holds) -> None:
    assert moves(breaches, holds) == []
