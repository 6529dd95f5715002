"""Why there is nothing to judge: four kinds told apart, by the rhythm in which cycles run and rows come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bellbuoy.windows import format_duration, from_micro, to_micro, to_seconds

#: What has not happened for so many times as long as it usually takes is missing.
_LATE = 3
#: Days whose longest waits are remembered: a weekend comes twice in them.
_DAYS = 15
_DAY = 86_400


class Absence(StrEnum):
    """What is missing."""

    TRAFFIC = "no traffic"  #: others have rows, this part or this window has none
    LABELS = "no labels yet"  #: rows are there, too few of their labels
    SOURCE = "source late"  #: nothing has come from the source for much longer than usual
    CYCLE = "our cycle did not run"  #: we did not look


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often cycles run and how old the newest window gets before the next one comes: the longest waits by day."""

    cycled_at: datetime | None = None  #: when the last cycle ran
    before: datetime | None = None  #: when the cycle before that one ran
    newest: int | None = None  #: end of the newest whole window that it saw, in seconds
    cycles: Mapping[int, int] = field(default_factory=dict)  #: seconds between two cycles, by day
    waits: Mapping[int, int] = field(default_factory=dict)  #: seconds that a window was waited for, by day

    @classmethod
    def of(cls, facts: Mapping[str, Any], cycled_at: datetime | None) -> Rhythm:
        """The rhythm as it was remembered."""
        cycles, waits = ({int(day): span for day, span in facts.get(key, {}).items()} for key in ("cycles", "waits"))
        before = facts.get("before")
        return cls(cycled_at, None if before is None else from_micro(before), facts.get("newest"), cycles, waits)

    @property
    def facts(self) -> dict[str, Any]:
        """What is to be remembered, in the words of JSON."""
        cycles, waits = ({str(day): span for day, span in kept.items()} for kept in (self.cycles, self.waits))
        before = None if self.before is None else to_micro(self.before)
        return {"before": before, "newest": self.newest, "cycles": cycles, "waits": waits}

    def after(self, now: datetime, newest: int | None) -> Rhythm:
        """The rhythm after a cycle that saw a newest window (its end, in seconds); one moment twice counts once."""
        seconds = to_seconds(now)
        cycles, waits, before = self.cycles, self.waits, self.before
        if self.cycled_at is not None and now > self.cycled_at:
            cycles, before = _with(cycles, seconds, seconds - to_seconds(self.cycled_at)), self.cycled_at
        if newest is not None and self.newest is not None and newest > self.newest:
            waits = _with(waits, seconds, seconds - self.newest)
        return replace(self, cycled_at=now, before=before, newest=newest, cycles=cycles, waits=waits)

    @property
    def usual_wait(self) -> timedelta | None:
        """How old the newest window usually gets before the next one comes, at the most; None while nobody knows."""
        return _habit(self.waits)

    @property
    def usual_cycle(self) -> timedelta | None:
        """The time between two cycles that is usual, at the most; None while nobody knows."""
        return _habit(self.cycles)

    def gap(self, now: datetime, width: timedelta) -> timedelta:
        """The time in which no cycle ran though one should have; nothing while cycles run as they do.

        For less than a few windows (of a width) nobody would have looked anyway. A second cycle at one moment sees the
        gap that the first one saw.
        """
        usual, last = _habit(self.cycles), self.before if now == self.cycled_at else self.cycled_at
        if usual is None or last is None or now - last <= _LATE * max(usual, width):
            return timedelta(0)
        return now - last

    def late(self, now: datetime, newest: datetime, width: timedelta) -> timedelta:
        """How long ago the newest window ended where that is much longer than usual; nothing where it is not.

        Nobody knows what is usual before windows have been seen to come.
        """
        usual = _habit(self.waits)
        lag = now - newest
        return timedelta(0) if usual is None or lag <= max(_LATE * usual, 2 * width) else lag


def told(absence: Absence, detail: str = "") -> str:
    """An absence in words."""
    return f"{absence.value}: {detail}" if detail else absence.value


def gap_told(gap: timedelta) -> str:
    """A gap of cycles in words."""
    return told(Absence.CYCLE, f"nobody looked for {waited(gap)}, and clocks stood still")


def waited(span: timedelta) -> str:
    """A wait in words: whole hours from two hours on, whole minutes from two minutes on."""
    seconds = span.total_seconds()
    unit = next((unit for unit in (3_600, 60) if seconds >= 2 * unit), 1)
    return format_duration(timedelta(seconds=round(seconds / unit) * unit))


def _with(longest: Mapping[int, int], seconds: int, span: int) -> Mapping[int, int]:
    day = seconds // _DAY
    kept = {**longest, day: max(span, longest.get(day, 0))}
    return {one: kept[one] for one in sorted(kept)[-_DAYS:]}


def _habit(longest: Mapping[int, int]) -> timedelta | None:
    """The wait that is usual: what was reached on two days at least, as one alone may have been an outage."""
    if not longest:
        return None
    return timedelta(seconds=sorted(longest.values())[-2 if len(longest) > 1 else -1])
