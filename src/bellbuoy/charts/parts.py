"""What charts are made of: windows with their numbers, and what happened meanwhile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

#: From a moment to a moment, in seconds since 1970 (UTC); or from a value to a value.
Span = tuple[float, float]


class Dot(NamedTuple):
    """The number of one window. `shade` is a class for how sure it is, such as `provisional`."""

    start: float
    end: float
    value: float | None
    low: float | None = None
    high: float | None = None
    shade: str = ""
    estimate: bool = False

    @property
    def middle(self) -> float:
        """The moment that it is drawn at."""
        return (self.start + self.end) / 2


class Bar(NamedTuple):
    """The count of one window, the part of it that is drawn dark, and how far that part will grow."""

    start: float
    end: float
    whole: float | None
    part: float | None = None
    due: float | None = None

    @property
    def middle(self) -> float:
        """The moment in the middle of the bar."""
        return (self.start + self.end) / 2


class Event(NamedTuple):
    """Something that happened, at a moment or from a moment to another. `kind` becomes a class."""

    start: float
    end: float | None
    text: str
    kind: str = "note"

    @property
    def until(self) -> float:
        """Where it ends: where it starts, if it was over at once."""
        return self.start if self.end is None else self.end


def real(value: float | None) -> bool:
    """Whether there is a number to draw."""
    return value is not None and math.isfinite(value)


def worth(dot: Dot) -> float:
    """The value to draw; 0 for a gap, which callers leave out before."""
    return dot.value or 0.0


def span_of(parts: Sequence[Dot] | Sequence[Bar], asked: Span | None = None) -> Span:
    """The axis of time that is asked for, or the parts' own; never empty."""
    start, end = asked or ((parts[0].start, parts[-1].end) if parts else (0.0, 1.0))
    return start, max(end, start + 1.0)


def stretches(dots: Sequence[Dot]) -> list[tuple[float, float, str]]:
    """From when to when neighbours have one shade; the plain ones are left out."""
    found: list[tuple[float, float, str]] = []
    for dot in dots:
        if not dot.shade:
            continue
        if found and found[-1][2] == dot.shade and dot.start <= found[-1][1] + (dot.end - dot.start):
            found[-1] = (found[-1][0], dot.end, dot.shade)
        else:
            found.append((dot.start, dot.end, dot.shade))
    return found
