from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.alarms.machine import Alarm, Holds, State, advance
from bellbuoy.alarms.rule import Breach

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOOKS = st.lists(st.tuples(st.sampled_from(Breach), st.integers(1, 9)), min_size=1, max_size=12)
HOLDS = st.builds(lambda rise, fall: Holds(rise * HOUR, fall * HOUR), st.integers(0, 5), st.integers(0, 5))


@given(LOOKS, HOLDS)
def test_looking_again_at_the_same_moment_changes_nothing(looks: list[tuple[Breach, int]], holds: Holds) -> None:
    alarm, now = Alarm(State.INACTIVE, MIDNIGHT, "never breached"), MIDNIGHT
    for breach, hours in looks:
        now += hours * HOUR
        alarm = advance(alarm, breach, holds, now)
        assert advance(alarm, breach, holds, now) == alarm


@given(LOOKS, HOLDS)
def test_an_unknown_reading_keeps_the_state_and_its_clocks(looks: list[tuple[Breach, int]], holds: Holds) -> None:
    alarm, now = Alarm(State.INACTIVE, MIDNIGHT, "never breached"), MIDNIGHT
    for breach, hours in looks:
        now += hours * HOUR
        alarm = advance(alarm, breach, holds, now)
        kept = advance(alarm, Breach.UNKNOWN, holds, now + HOUR)
        assert (kept.state, kept.since, kept.calm_since) == (alarm.state, alarm.since, alarm.calm_since)


def test_a_breach_that_comes_back_while_calm_is_counted_stops_the_count() -> None:
    calm = Alarm(State.FIRING, MIDNIGHT, "back within the limit, not long enough yet", calm_since=MIDNIGHT + HOUR)
    again = advance(calm, Breach.YES, Holds(fall=2 * HOUR), MIDNIGHT + 2 * HOUR)
    assert again == Alarm(State.FIRING, MIDNIGHT, "the breach goes on")
