"""Which versions serve again that should be gone: judged by rows alone, before any label.

That an older version serves is no news: tests of two versions and slow roll-outs have one for weeks. One that had
stopped and is back, while a later one had taken its place, is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_DAY = 86_400
#: A version serves where it makes so many rows of a window, and such a share of them.
FEWEST, _SHARE = 20, 0.02
#: It is gone where it makes a tenth of that in a week: a share that is always about the least which counts as serving
#: is not gone, and the rest of a day on which something was tried is no reason to say that it never stopped.
_GONE, _WEEK = _SHARE / 10, 7 * _DAY
#: Before one comes back, the version that made the most rows in four weeks is the established one.
_TENURE = 28 * _DAY
_PARTS = re.compile(r"(\d+)")

Days = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Back:
    """A version that serves in the newest window, though it had stopped and a later one was established."""

    version: str
    share: float  #: of the newest window's rows
    rows: int


def back(newest: Mapping[str, int], days: Days, today: int) -> list[Back]:
    """Older versions that are back, by their rows in the newest window and by day (or wider) up to that of `today`.

    What is asked is how it was when they came back, so that none becomes established by staying.
    """
    whole = sum(newest.values())
    found = []
    for version, rows in newest.items():
        came = _came(version, days, today) if rows >= max(FEWEST, _SHARE * whole) else None
        if came is not None and _is_older(version, days, came):
            found.append(Back(version, rows / whole, rows))
    return found


def _came(version: str, days: Days, today: int) -> int | None:
    """The last day before which a version was gone; None where it never was, as far as is known."""
    starts = sorted({start for windows in days.values() for start in windows} | {today}, reverse=True)
    for start in starts:
        rows = {name: _between(windows, start - _WEEK, start) for name, windows in days.items()}
        whole = sum(rows.values())
        # One row that came late does not make a version serve.
        if whole >= FEWEST and rows.get(version, 0) <= max(_GONE * whole, 1):
            return start
    return None


def _is_older(version: str, days: Days, came: int) -> bool:
    """Whether a version is from before the one that was established when it came: by name, else by who served first."""
    past = {name: _between(windows, came - _TENURE, came) for name, windows in days.items()}
    established = max(past, key=lambda name: past[name])
    if version == established or precedes(established, version):
        return False
    return precedes(version, established) or _first(version, days) < _first(established, days)


def _first(version: str, days: Days) -> float:
    """The first day on which a version served; late rows of a new one do not make it old."""
    for start, rows in sorted(days.get(version, {}).items()):
        if rows >= max(FEWEST, _SHARE * sum(windows.get(start, 0) for windows in days.values())):
            return start
    return float("inf")


def precedes(one: str, other: str) -> bool:
    """Whether a version's name says that it is from before another's: alike but for numbers, the first of them less."""
    mine, theirs = _PARTS.split(one), _PARTS.split(other)
    if len(mine) != len(theirs) or mine[::2] != theirs[::2]:
        return False
    numbers = list(zip(mine[1::2], theirs[1::2], strict=True))
    differing = next(((a, b) for a, b in numbers if int(a) != int(b)), None)
    return differing is not None and int(differing[0]) < int(differing[1])


def _between(windows: Mapping[int, int], start: int, end: int) -> int:
    return sum(many for at, many in windows.items() if start <= at < end)
