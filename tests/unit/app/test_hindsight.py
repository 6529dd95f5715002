from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bellbuoy.app.hindsight import alarms_then, retried
from bellbuoy.errors import StateError
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import to_micro

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def at(hours: int) -> int:
    return to_micro(NOON + timedelta(hours=hours))


#: Pending at noon, firing an hour later, over at three.
ALARM = AlarmRow("a", "floor", "resolved", at(3), pending_at=at(0), fired_at=at(1), resolved_at=at(3))


@pytest.mark.parametrize(
    ("hours", "state"), [(-1, []), (0, ["pending"]), (1, ["firing"]), (2, ["firing"]), (3, ["resolved"])]
)
def test_an_alarm_is_seen_as_it_stood(hours: int, state: list[str]) -> None:
    assert [row.state for row in alarms_then([ALARM], NOON + timedelta(hours=hours))] == state


def test_an_alarm_that_fired_then_is_not_over_yet() -> None:
    (then,) = alarms_then([ALARM], NOON + timedelta(hours=2))
    assert (then.since, then.resolved_at) == (at(1), None)


def test_a_look_that_a_cycle_overtook_is_taken_again() -> None:
    gone = [FileNotFoundError(), FileNotFoundError()]

    def look() -> str:
        if gone:
            raise gone.pop()
        return "seen"

    assert retried(look) == "seen"


def test_a_look_that_is_always_overtaken_gives_up() -> None:
    def look() -> str:
        raise FileNotFoundError

    with pytest.raises(StateError, match="faster than it can be read"):
        retried(look)
