"""Readings with what is known of their windows, and the past that windows are compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import TypeVar

from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.reading import Reading
from bellbuoy.metrics.track import Track, track_record
from bellbuoy.windows import Grain, Window, from_seconds

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Normal:
    """What windows are compared with: the reference set, or the model's own past of a length."""

    reference: bool
    trailing: timedelta


@dataclass(frozen=True, slots=True)
class Taken:
    """One metric of one window, with how much of the window is known."""

    window: Window
    reading: Reading
    rows: int  #: predictions of the window, repeated ids aside
    labelled: int | None = None  #: of them, those with a label; None where labels do not matter
    maturity: Maturity | None = None
    noise: float | None = None  #: for shifts: what no change at all would show (95 %)
    expected: float | None = None  #: the coverage that the window will have in the end
    estimate: bool = False  #: expected before labels, rather than measured of them

    @property
    def coverage(self) -> float | None:
        """Share of the rows whose label has come; None where labels do not matter or there is no row."""
        return self.labelled / self.rows if self.labelled is not None and self.rows else None


def taken_at(start: int, grain: Grain, reading: Reading, rows: int) -> Taken:
    """A reading of the window that starts there (seconds)."""
    begin = from_seconds(start)
    return Taken(Window(begin, begin + grain.delta), reading, rows)


def truths(taken: Iterable[Taken]) -> dict[Window, Reading]:
    """What was measured of the windows whose labels have come."""
    ripe = {Maturity.MATURE, Maturity.FINAL}
    return {one.window: one.reading for one in taken if one.maturity in ripe and not one.estimate}


def record_of(told: Iterable[Taken], measured: Iterable[Taken]) -> Track | None:
    """How estimates did, beside what was measured of the same windows; None while too few labels have come."""
    truth = truths(measured)
    return track_record((one.reading, truth[one.window]) for one in told if one.estimate and one.window in truth)


def complete(taken: Iterable[Taken], now: datetime) -> list[Taken]:
    """Those whose window has ended."""
    return [one for one in taken if one.window.end <= now]


def trailing(
    parts: Mapping[int, _T], span: timedelta, add: Callable[[_T, _T], _T], sub: Callable[[_T, _T], _T]
) -> Iterator[tuple[int, _T, _T | None]]:
    """Each part with the sum of those that start in the span before it; None where there is none.

    Parts of one kind are added up among themselves: where a column changed its kind, what is gone can be taken away.
    """
    starts, width, first = list(parts), int(span.total_seconds()), 0
    sums: dict[type[_T], _T] = {}
    many: Counter[type[_T]] = Counter()
    for start, part in parts.items():
        while starts[first] < start - width:
            gone = parts[starts[first]]
            kind, first = type(gone), first + 1
            many[kind] -= 1
            if many[kind]:
                sums[kind] = sub(sums[kind], gone)
            else:  # nothing is left: not even what rounding leaves of sums
                del sums[kind]
        yield start, part, reduce(add, sums.values()) if sums else None
        kind = type(part)
        many[kind] += 1
        sums[kind] = add(sums[kind], part) if many[kind] > 1 else part
