"""What the model knows of a flight an hour before it should leave: nothing that happened later than that."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bellbuoy.app.demo.flights import HOUR, NEVER, Flights, Floats, Ints, texts
from bellbuoy.app.demo.tables import Tables
from bellbuoy.config.sample import Numbers, Sample, Texts

WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
#: An observation older than this says nothing about now.
_STALE = 3 * HOUR
#: How far back delays are averaged.
_RECENT = 2 * HOUR
#: After so long a flight that did not leave is off the board: when it was cancelled is not in the data.
_GIVEN_UP = 4 * HOUR

Features = Mapping[str, Numbers | Texts]


def features_of(flights: Flights, tables: Tables) -> Features:
    """The model's inputs, one row a flight."""
    weather = weather_at(tables.weather, flights.origin, flights.at)
    numbers = {
        "distance": flights.distance,
        "block_minutes": flights.block,
        "hour": flights.hour,
        "weekday": flights.weekday,
        "flights_that_hour": same_hour(flights),
        "origin_delay": recent_delay(flights, flights.origin),
        "carrier_delay": recent_delay(flights, flights.carrier),
        "still_waiting": still_waiting(flights),
        "plane_age": plane_age(tables.planes, flights.plane),
        **weather,
    }
    named: Features = {"carrier": flights.carrier, "origin": flights.origin, "dest": flights.dest}
    return {**named, **{name: Numbers(values) for name, values in numbers.items()}}


def recent_delay(flights: Flights, by: Texts) -> Floats:
    """Mean minutes behind plan of the flights of the same group that left in the two hours before scoring.

    A flight counts from the moment it left, so one that still stands at the gate, however late, is not known yet.
    NaN where none left.
    """
    delay = np.full(flights.count, np.nan)
    for code in range(len(by.names)):
        inside = by.codes == code
        gone = inside & (flights.left < NEVER)
        delay[inside] = _mean_before(flights.at[inside], flights.left[gone], flights.wait[gone], _RECENT)
    return delay


def still_waiting(flights: Flights) -> Floats:
    """How many flights should have left the airport by the moment of scoring and have not."""
    waiting = np.zeros(flights.count)
    off = np.minimum(np.maximum(flights.left, flights.planned), flights.planned + _GIVEN_UP)
    for code in range(len(flights.origin.names)):
        inside = flights.origin.codes == code
        moments = flights.at[inside]
        due = np.searchsorted(np.sort(flights.planned[inside]), moments, side="right")
        waiting[inside] = due - np.searchsorted(np.sort(off[inside]), moments, side="right")
    return waiting


def same_hour(flights: Flights) -> Floats:
    """How many flights the timetable has from the same airport in the same hour."""
    slot = flights.planned // HOUR * len(flights.origin.names) + flights.origin.codes
    _, place, counts = np.unique(slot, return_inverse=True, return_counts=True)
    many: Floats = counts[place].astype(np.float64)
    return many


def weather_at(weather: Sample, airport: Texts, moments: Ints) -> dict[str, Floats]:
    """The last hourly observation at the airport by each moment; NaN where it is older than three hours."""
    places, fresh = _last_seen(weather, airport, moments)
    return {name: np.where(fresh, weather.numbers(name)[places], np.nan) for name in WEATHER}


def plane_age(planes: Sample, tail: Texts) -> Floats:
    """Years since the plane was built; NaN where nobody wrote it down."""
    built = dict(zip(planes.texts("tailnum"), planes.numbers("year").tolist(), strict=True))
    years = np.array([*(built.get(name, np.nan) for name in tail.names), np.nan])
    age: Floats = 2013 - years[tail.codes]
    return age


def _mean_before(moments: Ints, events: Ints, values: Floats, span: int) -> Floats:
    """The mean value of events in `(moment - span, moment]`."""
    order = np.argsort(events, kind="stable")
    events, sums = events[order], np.concatenate([[0.0], np.cumsum(values[order])])
    last = np.searchsorted(events, moments, side="right")
    first = np.searchsorted(events, moments - span, side="right")
    count = last - first
    return np.where(count > 0, (sums[last] - sums[first]) / np.maximum(count, 1), np.nan)


def _last_seen(weather: Sample, airport: Texts, moments: Ints) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each row the place of its observation, and whether it is fresh enough."""
    seen = weather.moments("time_hour").astype("datetime64[us]").astype(np.int64)
    where = texts(weather, "origin")
    places, fresh = np.zeros(len(moments), np.int64), np.zeros(len(moments), np.bool_)
    for code, name in enumerate(airport.names):
        inside = airport.codes == code
        rows = np.flatnonzero(where.codes == where.names.index(name)) if name in where.names else np.empty(0, np.int64)
        if not len(rows):
            continue
        rows = rows[np.argsort(seen[rows], kind="stable")]
        last = np.searchsorted(seen[rows], moments[inside], side="right") - 1
        places[inside] = rows[np.maximum(last, 0)]
        fresh[inside] = (last >= 0) & (moments[inside] - seen[places[inside]] <= _STALE)
    return places, fresh
