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


#: An alarm that waits for nothing, neither to fire nor to be over.
AT_ONCE = Holds()


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule's state since a moment, and why; while it fires, since when the condition has not held (None: it does)."""

    state: State
    since: datetime
    reason: str
    calm_since: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits to fire, or fires."""
        return self.state in {State.PENDING, State.FIRING}


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


def heeded(state: State, breach: Breach, recovered: Breach) -> Breach:
    """The judgement that counts in a state: what fires is not over before what must hold for that does."""
    if state is not State.FIRING or breach is not Breach.NO:
        return breach
    return recovered.opposite


def paused(alarm: Alarm, gap: timedelta) -> Alarm:
    """The alarm after a time in which nobody looked: its clocks stood still, so a breach must be seen again."""
    if alarm.state is State.PENDING:
        return replace(alarm, since=alarm.since + gap)
    return alarm if alarm.calm_since is None else replace(alarm, calm_since=alarm.calm_since + gap)
