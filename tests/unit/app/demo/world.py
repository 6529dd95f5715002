"""Small worlds of flights for the demo's tests: a random one, and tables as the package has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bellbuoy.app.demo.flights import HOUR, MINUTE, NEVER, Flights, flights_of
from bellbuoy.app.demo.tables import Tables
from bellbuoy.config.sample import Numbers, Sample, Texts, Times, Values
from bellbuoy.windows import parse_time, to_micro

#: One flight a row: month, day, planned departure, delays (None: cancelled), carrier, origin, destination.
Row = tuple[int, int, str, float | None, str, str, str]


def texts(values: Sequence[str]) -> Texts:
    names = tuple(dict.fromkeys(values))
    return Texts(np.array([names.index(value) for value in values], np.int32), names)


def sample(columns: Mapping[str, Sequence[Any]], moments: Sequence[str] = ()) -> Sample:
    made: dict[str, Values] = {}
    for name, values in columns.items():
        if name in moments:
            made[name] = Times(np.array([value.removesuffix("Z") for value in values], "datetime64[us]"))
        elif all(isinstance(value, str) for value in values):
            made[name] = texts(list(values))
        else:
            made[name] = Numbers(np.array([np.nan if value is None else value for value in values], np.float64))
    return Sample(len(next(iter(columns.values()))), made)


def random_flights(count: int = 400, seed: int = 1) -> Flights:
    """Two days of flights from two airports by three carriers, many late and some cancelled."""
    rng = np.random.default_rng(seed)
    planned = np.sort(to_micro(parse_time("2013-04-01T10:00:00Z")) + rng.integers(0, 48 * 60, count) * MINUTE)
    wait = np.where(rng.random(count) < 0.1, np.nan, np.round(rng.exponential(40, count) - 10))
    left = np.where(np.isnan(wait), NEVER, planned + np.nan_to_num(wait).astype(np.int64) * MINUTE)
    landed = np.where(np.isnan(wait), NEVER, left + 2 * HOUR)
    late = np.where(np.isnan(wait), np.nan, (wait > 15).astype(float))

    def named(names: tuple[str, ...]) -> Texts:
        return Texts(rng.integers(0, len(names), count).astype(np.int32), names)

    numbers = {name: np.zeros(count) for name in ("distance", "block", "hour", "weekday")}
    return Flights(
        at=planned - HOUR,
        planned=planned,
        left=left,
        landed=landed,
        wait=wait,
        late=late,
        carrier=named(("B6", "EV", "UA")),
        origin=named(("EWR", "JFK")),
        dest=named(("ATL", "BOS")),
        plane=named(("N1", "N2")),
        day=np.full(count, 90),
        **numbers,
    )


def until(flights: Flights, moment: int) -> Flights:
    """The same timetable as the world knew it at a moment: what left later has not left."""
    unknown: NDArray[np.bool_] = flights.left > moment
    return replace(
        flights,
        left=np.where(unknown, NEVER, flights.left),
        wait=np.where(unknown, np.nan, flights.wait),
        landed=np.where(flights.landed > moment, NEVER, flights.landed),
        late=np.full(flights.count, np.nan),
    )


def tables(rows: Sequence[dict[str, Any]], weather: Mapping[str, Sequence[Any]] | None = None) -> Tables:
    """Tables as the package has them; each row says what differs from a flight to Boston on 1 July at 17:45."""
    usual = {
        "month": 7,
        "day": 1,
        "sched_dep_time": 1745,
        "sched_arr_time": 1900,
        "dep_delay": 0,
        "arr_delay": 0,
        "carrier": "B6",
        "origin": "JFK",
        "dest": "BOS",
        "tailnum": "N1",
        "distance": 187,
        "hour": 17,
        "minute": 45,
        "time_hour": "2013-07-01T21:00:00Z",
    }
    flights = [usual | row for row in rows]
    columns = {name: [row[name] for row in flights] for name in usual}
    nothing = {
        name: [20.0] for name in ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
    }
    return Tables(
        flights=sample(columns, ("time_hour",)),
        weather=sample(
            weather or {"origin": ["JFK"], "time_hour": ["2013-07-01T20:00:00Z"], **nothing}, ("time_hour",)
        ),
        planes=sample({"tailnum": ["N1", "N2"], "year": [2003, None]}),
        airports=sample(
            {"faa": ["BOS", "HNL", "PHX"], "tzone": ["America/New_York", "Pacific/Honolulu", "America/Phoenix"]}
        ),
    )


def flights(*rows: dict[str, Any]) -> Flights:
    return flights_of(tables(rows))
