"""What labels that come late add to a sample page: estimates, their track record, and parts of the rows."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

from bellbuoy.app.views import Part, Point, TrackRecord

TRACK = TrackRecord(windows=250, share=0.9, within=0.0121, covered=0.96)


def expecting(points: Sequence[Point], *, unlabelled: int = 2) -> tuple[Point, ...]:
    """The points with what is still to come; the newest have no labels at all."""
    told = [replace(p, expected_coverage=0.97 if p.maturity != "final" else p.coverage, bound=0.0004) for p in points]
    blank = [
        replace(p, value=None, low=None, high=None, labelled=0, coverage=0.0, bound=None, why="no labels yet")
        for p in told[-unlabelled:]
    ]
    return (*told[:-unlabelled], *blank)


def estimates(points: Sequence[Point], level: float = 0.744) -> tuple[Point, ...]:
    """What was expected of each window before its labels came; it knows nothing of what happened."""
    dice = random.Random(3)
    return tuple(_estimate(n, point, level, dice) for n, point in enumerate(points) if point.rows)


def _estimate(n: int, point: Point, level: float, dice: random.Random) -> Point:
    value = level + 0.007 * math.sin(n / 50) + dice.gauss(0, 0.005)
    facts = {"value": value, "low": value - 0.019, "high": value + 0.019, "estimate": True, "why": None}
    return replace(point, **facts)  # type: ignore[arg-type]


def _part(by: str, value: str, now: float, usual: float, share: float, proven: float, end: Point) -> Part:
    half = 0.012 / math.sqrt(share)
    rows = round(6_300 * share)
    reading = replace(end, value=now, low=now - half, high=now + half, rows=rows, labelled=rows)
    before = replace(reading, value=usual, low=usual - half / 4, high=usual + half / 4)
    mix = None if by == "version" else 0.001
    return Part(by, value, reading, before, share, (now - usual) * share, proven, None, mix, proven)


def parts(end: Point) -> tuple[Part, ...]:
    """B6 is behind the fall, UA a little better, VX too small to say; `end` is the newest window."""
    others = [_part("origin", name, 0.744, 0.746, 0.05, 0.0, end) for name in ("EWR", "JFK", "LGA")]
    others += [_part("dest", name, 0.74, 0.741, 0.02, 0.0, end) for name in ("ATL", "BOS", "LAX", "MIA", "ORD", "SFO")]
    small = replace(_part("carrier", "VX", 0.41, 0.74, 0.004, 0.0, end), why="too few labelled rows to say")
    new = replace(_part("carrier", "OO", 0.7, 0.7, 0.003, 0.0, end), usual=None, contribution=None, why="new: no usual")
    return (
        _part("carrier", "B6", 0.512, 0.738, 0.21, -0.0441, end),
        replace(_part("version", "v2", 0.721, 0.742, 0.9, -0.011, end), beyond=0.0),
        *others,
        _part("carrier", "UA", 0.771, 0.741, 0.18, 0.0031, end),
        small,
        new,
    )
