"""The year as the model lived it: what it saw, what it said, and what it was told afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bellbuoy.app.demo.features import Features
from bellbuoy.app.demo.flights import LATE, MINUTE, NEVER, Flights, Floats, Ints
from bellbuoy.app.demo.incidents import CELSIUS, JETBLUE, RAMP, RAMP_WAIT, WIND, Incident
from bellbuoy.config.sample import Numbers, Texts
from bellbuoy.errors import ConfigError
from bellbuoy.windows import MICRO, parse_time, to_micro

Bools = NDArray[np.bool_]

#: The first version is trained on what lies before March. March and April are the reference set, out of all training:
#: whole days one after the other, so that it shows how far a usual day lies from those just before it.
MARCH, MAY = parse_time("2013-03-01T00:00:00Z"), parse_time("2013-05-01T00:00:00Z")
#: The second version is trained on January to June, but for the reference set; it serves from its release on.
JULY = parse_time("2013-07-01T00:00:00Z")
RELEASE = parse_time("2013-07-15T06:00:00Z")
VERSIONS = ("v1", "v2")
HOSTS = ("gate-1", "gate-2", "gate-3")
_SEED = 20130401


@dataclass(frozen=True, slots=True)
class Log:
    """Scored rows, in the order in which they became visible. Moments are microseconds UTC."""

    id: Ints
    at: Ints
    seen_at: Ints  #: when the row became visible: seconds after scoring
    label_at: Ints  #: when its label becomes known; `NEVER` for flights that never arrive
    version: Texts
    host: Texts
    features: Features  #: as the model saw them
    score: Floats
    late: Floats  #: the label; NaN where there never will be one


@dataclass(frozen=True, slots=True)
class Year:
    """All that the demo's project is made of."""

    reference: Log
    live: Log
    threshold: float
    trained: Mapping[str, int]  #: labelled rows that each version was trained on


def live_year(flights: Flights, features: Features) -> Year:
    """Train both versions, let them score the year, and plant the three incidents.

    Raises:
        ConfigError: scikit-learn is not installed.
    """
    learn = load_learning()
    kept_out = held_out(flights.at)
    rows = {"v1": flights.at < to_micro(MARCH), "v2": (flights.at < to_micro(JULY)) & ~kept_out}
    versions = {name: learn.fit(features, flights.late, chosen) for name, chosen in rows.items()}
    seen = planted_features(features, flights.at)
    newer = flights.at >= to_micro(RELEASE)
    score = np.empty(flights.count)
    for name, turn in (("v1", ~newer), ("v2", newer)):
        score[turn] = versions[name].score(picked(seen, turn))
    log = _log(planted_arrivals(flights), seen, score, newer)
    trained = {name: int((chosen & ~np.isnan(flights.late)).sum()) for name, chosen in rows.items()}
    order = np.argsort(log.seen_at, kind="stable")
    reference = taken(log, order[kept_out[order]])
    return Year(reference, taken(log, order[flights.at[order] >= to_micro(MAY)]), threshold_of(reference), trained)


def load_learning() -> ModuleType:
    """The module with the model; it needs scikit-learn, which is no core dependency.

    Raises:
        ConfigError: scikit-learn is not installed.
    """
    try:
        return import_module("bellbuoy.app.demo.learn")
    except ImportError as why:
        message = f"the demo needs scikit-learn, and {why.name} is not installed"
        raise ConfigError(message, hint="pip install 'bellbuoy[demo]'") from why


def held_out(at: Ints) -> Bools:
    """The rows of the reference set: March and April, which no version is trained on."""
    kept: Bools = (at >= to_micro(MARCH)) & (at < to_micro(MAY))
    return kept


def within(incident: Incident, at: Ints) -> Bools:
    """Which moments fall into an incident."""
    return (at >= to_micro(incident.at)) & (at < to_micro(incident.until))


def planted_features(features: Features, at: Ints) -> Features:
    """The features with the wind gone for two days and the temperature in °C for a week; all else as it was."""
    changed = dict(features)
    for name in ("wind_speed", "wind_dir"):
        changed[name] = Numbers(np.where(within(WIND, at), np.nan, _values(features, name)))
    temp = _values(features, "temp")
    changed["temp"] = Numbers(np.where(within(CELSIUS, at), np.round((temp - 32) * 5 / 9, 2), temp))
    return changed


def planted_arrivals(flights: Flights) -> Flights:
    """The flights as they were, but those of one carrier, which come to their gates later for four weeks."""
    carrier = flights.carrier.codes == _code(flights.carrier, JETBLUE)
    slow = within(RAMP, flights.at) & carrier & (flights.landed < NEVER)
    landed = flights.landed + np.where(slow, RAMP_WAIT * MINUTE, 0)
    behind = (landed - flights.planned) / MINUTE - flights.block
    return replace(flights, landed=landed, late=np.where(slow, (behind > LATE).astype(np.float64), flights.late))


def threshold_of(reference: Log) -> float:
    """The score from which as many reference flights are called late as truly were, to two digits."""
    known = ~np.isnan(reference.late)
    return round(float(np.quantile(reference.score[known], 1 - reference.late[known].mean())), 2)


def taken(log: Log, rows: Ints) -> Log:
    """Those rows, in that order."""
    return Log(
        id=log.id[rows],
        at=log.at[rows],
        seen_at=log.seen_at[rows],
        label_at=log.label_at[rows],
        version=Texts(log.version.codes[rows], log.version.names),
        host=Texts(log.host.codes[rows], log.host.names),
        features=picked(log.features, rows),
        score=log.score[rows],
        late=log.late[rows],
    )


def picked(features: Features, rows: NDArray[Any]) -> Features:
    """Those rows of the features, given as truths or as places."""
    return {name: _taken(column, rows) for name, column in features.items()}


def _log(flights: Flights, seen: Features, score: Floats, newer: Bools) -> Log:
    rng = np.random.default_rng(_SEED)
    return Log(
        id=np.arange(1, flights.count + 1),
        at=flights.at,
        seen_at=flights.at + rng.integers(1, 31, flights.count) * MICRO,
        label_at=np.where(np.isnan(flights.late), NEVER, flights.landed),
        version=Texts(newer.astype(np.int32), VERSIONS),
        host=Texts(rng.integers(0, len(HOSTS), flights.count).astype(np.int32), HOSTS),
        features=seen,
        score=score,
        late=flights.late,
    )


def _taken(column: Numbers | Texts, rows: NDArray[Any]) -> Numbers | Texts:
    return Numbers(column.values[rows]) if isinstance(column, Numbers) else Texts(column.codes[rows], column.names)


def _values(features: Features, name: str) -> Floats:
    column = features[name]
    assert isinstance(column, Numbers)
    return column.values


def _code(column: Texts, name: str) -> int:
    return column.names.index(name) if name in column.names else -2
