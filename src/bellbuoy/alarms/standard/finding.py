"""What a monitor finds on one series at one moment, and how it says so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.monitors import Monitor, Shape


@dataclass(frozen=True, slots=True)
class Finding:
    """What one monitor finds on one series at one moment."""

    monitor: Monitor
    line: Line
    shape: Shape
    start: int  #: of the newest window that was judged, seconds
    end: int
    value: float
    usual: float
    low: float  #: the range that is usual
    high: float
    excess: float  #: how far beyond the usual it lies, in natural deviations, signed
    limit: float  #: how far it may lie
    rows: float
    breach: Breach
    why: str = ""
    host: str = ""  #: the one host that it comes from, where that is known
    raised: float = 1.0  #: by how many times the limit is more than the monitor's own

    @property
    def effect(self) -> float:
        """By how much the value has changed."""
        return self.value - self.usual

    @property
    def edge(self) -> float:
        """The end of the usual range that the value lies beyond, or is nearer to."""
        return self.high if self.excess > 0 or (self.excess == 0 and self.value >= self.usual) else self.low

    def number(self, value: float) -> float | None:
        """A value of the series as people know it; None where it is without end or not known."""
        found = self.monitor.number(value) if math.isfinite(value) else value
        return found if math.isfinite(found) else None

    @property
    def told(self) -> str:
        """The finding in words."""
        say = self.monitor.say
        text = self.monitor.about.format(
            column=self.line.column, part=self.line.part, value=say(self.value), usual=say(self.usual),
            version=self.line.version,
        )  # fmt: skip
        where = f"where {self.line.by} is {self.line.segment or 'empty'}: " if self.line.by else ""
        return f"{where}{text}{f'; only {self.host} serves it' if self.host else ''}"

    @property
    def surprise(self) -> float:
        """How many times its limit the excess is; 1 and more is a breach."""
        return abs(self.excess) / self.limit if self.limit else math.inf

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """Which of several findings speaks for all: one that breaches comes first, then what is farthest out."""
        return self.breach is Breach.YES, self.breach is Breach.NO, self.surprise

    @property
    def reach(self) -> float:
        """How many times the monitor's own limit the excess is, whatever raised that."""
        return self.surprise * self.raised
