"""Flights as the airline sees them an hour before they should leave, and what became of them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bellbuoy.app.demo.tables import Tables
from bellbuoy.config.sample import Sample, Texts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MINUTE = 60_000_000
HOUR = 60 * MINUTE
#: A moment that never comes.
NEVER = np.iinfo(np.int64).max
#: How long before its scheduled departure a flight is scored.
LEAD = HOUR
#: Minutes from which on an arrival is called late.
LATE = 15
_NEW_YORK = "America/New_York"
#: Airports that the package's table lacks; all four are in the Caribbean.
_LACKING = dict.fromkeys(("BQN", "PSE", "SJU", "STT"), "America/Puerto_Rico")


@dataclass(frozen=True, slots=True)
class Flights:
    """One row a flight, in the order of scoring. Moments are microseconds UTC, `NEVER` where it did not happen."""

    at: Ints  #: when it is scored
    planned: Ints  #: when it should leave
    left: Ints  #: when it left the gate
    landed: Ints  #: when it reached the gate: from then on its label is known
    wait: Floats  #: minutes that it left behind plan; NaN if it never left
    late: Floats  #: 1 if it arrived more than 15 minutes late, 0 if not, NaN if it was cancelled or diverted
    carrier: Texts
    origin: Texts
    dest: Texts
    plane: Texts  #: tail number
    distance: Floats  #: miles
    block: Floats  #: planned minutes from gate to gate
    hour: Floats  #: hour of the planned departure in New York
    weekday: Floats  #: 0 is Monday
    day: Ints  #: day of the year in New York, from 0

    @property
    def count(self) -> int:
        """How many flights there are."""
        return len(self.at)

    def take(self, rows: NDArray[Any]) -> Flights:
        """Only those rows, given as truths or as places."""
        columns: dict[str, Any] = {part.name: _taken(getattr(self, part.name), rows) for part in fields(self)}
        return Flights(**columns)


def flights_of(tables: Tables) -> Flights:
    """All flights of the year.

    Planned departures are in UTC already in the package (`time_hour`); arrivals are wall-clock times at the
    destination and become UTC through its time zone.
    """
    table = tables.flights
    planned = table.moments("time_hour").astype("datetime64[us]").astype(np.int64)
    planned = planned + table.numbers("minute").astype(np.int64) * MINUTE
    day, weekday = _days(table)
    block = _block(table, day, zones_of(tables.airports))
    wait, behind = table.numbers("dep_delay"), table.numbers("arr_delay")
    flights = Flights(
        at=planned - LEAD,
        planned=planned,
        left=_after(planned, wait),
        landed=_after(planned, block + behind),
        wait=wait,
        late=np.where(np.isnan(behind), np.nan, (behind > LATE).astype(np.float64)),
        carrier=texts(table, "carrier"),
        origin=texts(table, "origin"),
        dest=texts(table, "dest"),
        plane=texts(table, "tailnum"),
        distance=table.numbers("distance"),
        block=block,
        hour=table.numbers("hour"),
        weekday=weekday,
        day=day,
    )
    return flights.take(np.argsort(flights.at, kind="stable"))


def texts(table: Sample, name: str) -> Texts:
    """A column of texts."""
    column = table.columns[name]
    assert isinstance(column, Texts)
    return column


def zones_of(airports: Sample) -> Mapping[str, str]:
    """The time zone of each airport by its code."""
    return dict(zip(airports.texts("faa"), airports.texts("tzone"), strict=True)) | _LACKING


def _taken(column: Ints | Floats | Texts, rows: NDArray[Any]) -> Ints | Floats | Texts:
    return Texts(column.codes[rows], column.names) if isinstance(column, Texts) else column[rows]


def _after(planned: Ints, minutes: Floats) -> Ints:
    happened = ~np.isnan(minutes)
    return np.where(happened, planned + np.where(happened, minutes, 0).astype(np.int64) * MINUTE, NEVER)


def _days(table: Sample) -> tuple[Ints, Floats]:
    """Day of the year and day of the week, in New York."""
    month = table.numbers("month").astype(np.int64)
    first = np.array([date(2013, number, 1).toordinal() for number in range(1, 13)])
    ordinal = first[month - 1] + table.numbers("day").astype(np.int64) - 1
    return ordinal - first[0], (ordinal - 1) % 7 * 1.0


def _block(table: Sample, day: Ints, zones: Mapping[str, str]) -> Floats:
    """Planned minutes from gate to gate: the difference of the two wall clocks, less that of their zones."""
    dest = texts(table, "dest")
    ahead = np.array([_ahead(zones[name]) for name in dest.names])[dest.codes, day]
    clocks = _minutes(table.numbers("sched_arr_time")) - _minutes(table.numbers("sched_dep_time"))
    block: Floats = np.mod(clocks - ahead, 24 * 60)
    return block


def _ahead(zone: str) -> list[float]:
    """By how many minutes a zone is ahead of New York, at noon of each day of the year."""
    noons = [datetime.combine(date(2013, 1, 1), time(12), UTC) + timedelta(days=day) for day in range(366)]
    there, here = ZoneInfo(zone), ZoneInfo(_NEW_YORK)
    return [_offset(noon, there) - _offset(noon, here) for noon in noons]


def _offset(moment: datetime, zone: ZoneInfo) -> float:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset / timedelta(minutes=1)


def _minutes(clock: Floats) -> Floats:
    """Minutes since midnight of a time written as 1745."""
    return clock // 100 * 60 + clock % 100
