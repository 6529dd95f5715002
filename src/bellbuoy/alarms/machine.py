"""The state machine of an alarm: one pure function that a test can tabulate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bellbuoy.alarms.rule import Breach

_NOTHING = timedelta(0)


class State(StrEnum):
    """What an alarm is in."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Holds:
    """How long a breach must last before the alarm fires, and how long calm must before it resolves."""

    rise: timedelta = _NOTHING
    fall: timedelta = _NOTHING


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule's state since a moment, and why; while it fires, since when the condition has not held (None: it does)."""

    state: State
    since: datetime
    reason: str
    calm_since: datetime | None = None


def advance(alarm: Alarm, breach: Breach, holds: Holds, now: datetime) -> Alarm:  # noqa: PLR0911 - a table of states
    """The alarm after one more judgement; an unknown one keeps the state and its clocks."""
    match alarm.state, breach:
        case _, Breach.UNKNOWN:
            return replace(alarm, reason="no reading to judge; the state is kept")
        case ((State.INACTIVE | State.RESOLVED), Breach.YES):
            begun = Alarm(State.PENDING, now, "the breach began")
            return begun if holds.rise > _NOTHING else advance(begun, breach, holds, now)
        case State.PENDING, Breach.YES if now - alarm.since >= holds.rise:
            return Alarm(State.FIRING, now, "the breach held")
        case State.PENDING, Breach.NO:
            return Alarm(State.INACTIVE, now, "back within the limit before it held")
        case State.FIRING, Breach.YES if alarm.calm_since is not None:
            return replace(alarm, reason="the breach goes on", calm_since=None)
        case State.FIRING, Breach.NO:
            calm = alarm.calm_since or now
            if now - calm >= holds.fall:
                return Alarm(State.RESOLVED, now, "back within the limit")
            return replace(alarm, reason="back within the limit, not long enough yet", calm_since=calm)
    return alarm
