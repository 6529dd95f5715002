"""The state machine of an alarm: one pure function that a test can tabulate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bellbuoy.alarms.rule import Breach


class State(StrEnum):
    """What an alarm is in."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule's state since a moment, and why."""

    state: State
    since: datetime
    reason: str


def advance(alarm: Alarm, breach: Breach, hold: timedelta, now: datetime) -> Alarm:
    """The alarm after one more judgement; an unknown one keeps the state and the pending clock."""
    match alarm.state, breach:
        case _, Breach.UNKNOWN:
            return replace(alarm, reason="no reading to judge; the state is kept")
        case ((State.INACTIVE | State.RESOLVED), Breach.YES):
            begun = Alarm(State.PENDING, now, "the breach began")
            return advance(begun, breach, hold, now) if hold <= timedelta(0) else begun
        case State.PENDING, Breach.YES if now - alarm.since >= hold:
            return Alarm(State.FIRING, now, "the breach held")
        case State.PENDING, Breach.NO:
            return Alarm(State.INACTIVE, now, "back within the limit before it held")
        case State.FIRING, Breach.NO:
            return Alarm(State.RESOLVED, now, "back within the limit")
    return alarm
