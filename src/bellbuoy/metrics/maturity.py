"""How much of a window's labels has come, against what delays say will come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bellbuoy.metrics.delays import Curve, Ever, expected_coverage, falls_short

#: The age by which so many of the labels that ever come have come.
SHARE = 0.95
#: A window is final when it is this many times as old as a mature one.
_FINAL = 4
#: Nobody waits longer than this for labels that should have come long since.
_GIVEN_UP = timedelta(days=90)


class Maturity(StrEnum):
    """How complete a window's labels are."""

    PROVISIONAL = "provisional"
    MATURE = "mature"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is known of how labels come: of a model, or of one of its segments."""

    age: timedelta | None  #: after which a window's labels count as complete; None while nothing is known of delays
    curve: Curve | None = None
    ever: Ever | None = None  #: the share of predictions whose label ever comes

    def expected(self, coverage: float | None, age: timedelta, width: timedelta) -> float | None:
        """The coverage that a window will have in the end: it has `coverage`, and its end is so long ago."""
        if self.curve is None or self.ever is None or coverage is None:
            return None
        come = self.curve.over(age.total_seconds(), width.total_seconds())
        return expected_coverage(coverage, max(self.ever.usual, coverage), come)

    def state(self, since: timedelta, width: timedelta, labelled: int, rows: int) -> Maturity | None:
        """The state of a window that ended so long ago; None while nothing is known of delays.

        A window that is old enough is provisional still while clearly fewer labels are there than usually are at its
        age: its labels are late, and those that came may be of another kind than those that are missing.
        """
        if self.age is None:
            return None
        if since < self.age:
            return Maturity.PROVISIONAL
        if self.curve is not None and self.ever is not None and since < max(_FINAL * self.age, _GIVEN_UP):
            come = self.curve.over(since.total_seconds(), width.total_seconds())
            if falls_short(labelled, rows, self.ever.usual * come):
                return Maturity.PROVISIONAL
        return Maturity.FINAL if since >= _FINAL * self.age else Maturity.MATURE
