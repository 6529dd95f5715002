"""A project that never was: what the app would give for a year of flights and five other models."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
from fastapi import FastAPI
from tests.unit.web import late, rung

from bellbuoy.app.views import (
    ColumnStatus,
    Firing,
    Light,
    LightState,
    Mark,
    ModelPage,
    ModelStatus,
    Part,
    Point,
)
from bellbuoy.web.port import Document
from bellbuoy.windows import iso

DAY = timedelta(days=1)
START = datetime(2013, 1, 1, tzinfo=UTC)
NOW = datetime(2013, 12, 31, 6, 0, tzinfo=UTC)
DAYS = 364
OK, TROUBLE, UNKNOWN = LightState.OK, LightState.TROUBLE, LightState.UNKNOWN

#: Planted: the sensor's feed breaks, then a winter storm changes the world.
SENSOR = (310, 318)
STORM = (38, 42)
OUTAGE = (201, 203)
SWITCH = 330


def at(day: float) -> datetime:
    return START + day * DAY


def _maturity(day: int) -> tuple[str, float]:
    if day >= DAYS - 3:
        return "provisional", max(0.08, 0.35 * (DAYS - day) - 0.2)
    return ("mature", 0.97) if day >= DAYS - 10 else ("final", 0.9985)


def auc_points(days: int = DAYS, *, seed: int = 7, level: float = 0.742) -> tuple[Point, ...]:
    dice = random.Random(seed)
    return tuple(_auc(day, dice, level) for day in range(days))


def _auc(day: int, dice: random.Random, level: float) -> Point:
    if OUTAGE[0] <= day < OUTAGE[1]:
        return Point(at(day), at(day + 1), None, rows=0, labelled=0, why="no rows")
    rows = round(920 + 60 * math.sin(day / 58) - (180 if day % 7 == 5 else 0) + dice.gauss(0, 18))
    maturity, coverage = _maturity(day)
    labelled = round(rows * coverage)
    value = level + 0.008 * math.sin(day / 50) + dice.gauss(0, 0.009) + (0.006 if day >= SWITCH else 0)
    value -= 0.085 if SENSOR[0] <= day < SENSOR[1] else 0
    value -= 0.045 if STORM[0] <= day < STORM[1] else 0
    half = 0.55 / math.sqrt(labelled)
    version = "v2" if day >= SWITCH else "v1"
    return Point(
        at(day), at(day + 1), value, value - half, value + half, rows, labelled, coverage, maturity, version=version
    )


_INPUTS = (
    ("wind_speed", "number", "weather-team", "knots at the origin airport at scheduled departure"),
    ("wind_gust", "number", "weather-team", None),
    ("visib", "number", "weather-team", "miles at the origin airport"),
    ("precip", "number", "weather-team", None),
    ("temp", "number", "weather-team", None),
    ("dewp", "number", "weather-team", None),
    ("humid", "number", "weather-team", None),
    ("pressure", "number", "weather-team", None),
    ("wind_dir", "number", "weather-team", None),
    ("carrier", "category", "schedule-team", None),
    ("origin", "category", "schedule-team", None),
    ("dest", "category", "schedule-team", None),
    ("distance", "number", "schedule-team", "miles between the airports"),
    ("sched_dep_minute", "number", "schedule-team", None),
    ("sched_arr_minute", "number", "schedule-team", None),
    ("month", "number", None, None),
    ("weekday", "category", None, None),
    ("plane_year", "number", "fleet-team", "year in which the plane was built"),
    ("plane_seats", "number", "fleet-team", None),
    ("plane_engine", "category", "fleet-team", None),
    ("manufacturer", "category", "fleet-team", None),
    ("flights_same_hour", "number", "ml-team", "departures from the same airport in the same hour"),
)


def column(name: str, kind: str, owner: str | None, about: str | None, role: str = "input") -> ColumnStatus:
    dice = random.Random(name)
    broken = name in {"wind_speed", "wind_gust"}
    base = 0.16 if name.startswith("plane") else 0.002
    nulls, drifts = [], []
    for day in range(DAYS - 90, DAYS):
        bad = broken and day >= DAYS - 8
        share = min(1.0, max(0.0, (0.41 if bad else base) + dice.gauss(0, 0.012 if base > 0.1 else 0.0008)))
        limit = 0.032 + dice.random() * 0.006
        drift = abs(dice.gauss(0.018, 0.006)) + (0.09 if bad else 0)
        nulls.append(Point(at(day), at(day + 1), share, rows=900))
        drifts.append(Point(at(day), at(day + 1), drift, high=limit, rows=900))
    why = "null in 41 % of rows since 23 Dec 2013 (0.2 % in the baseline)" if broken else None
    now, limit_now = drifts[-1].value or 0.0, drifts[-1].high or 1.0
    series = (tuple(nulls), tuple(drifts))
    worst = now / limit_now
    return ColumnStatus(name, kind, role, owner, about, nulls[-1].value, base, now, limit_now, worst, why, *series)


def columns() -> tuple[ColumnStatus, ...]:
    outputs = (column("score", "number", None, None, "output"), column("prediction", "category", None, None, "output"))
    return (*(column(*facts) for facts in _INPUTS), *outputs)


QUIET = Light(OK, "nothing beyond the noise")


def delays() -> ModelStatus:
    points = auc_points()
    return ModelStatus(
        name="delays",
        task="binary",
        owner="ml-team",
        model=Light(OK, "AUC 0.741 is within its interval of the baseline 0.742"),
        pipeline=Light(TROUBLE, "wind_speed and wind_gust are null in 41 % of rows since 23 Dec (baseline 0.2 %)"),
        world=Light(OK, "no input moved that is not explained by the nulls"),
        headline="The weather feed broke on 23 Dec: two inputs are null in 41 % of rows",
        key_metric="auc",
        readings={"auc": points[-1], "log_loss": replace(points[-4], value=0.4712, low=0.4551, high=0.4873)},
        spark=points[-90:],
        volume=points[-90:],
        freshness_seconds=840.0,
        firing=(
            Firing("null-rate", "critical", at(DAYS - 8), "firing", "null_rate(wind_speed) is 0.41, limit 0.05"),
            Firing("input-drift", "warning", at(DAYS - 7), "firing", "drift(wind_gust) is 0.11, noise reaches 0.04"),
        ),
        incidents=(rung.in_short(rung.incident()),),
        champion="v2",
        next_build_at=datetime(2014, 1, 1, 3, 0, tzinfo=UTC),
    )


def _other(name: str, task: str, metric: str, level: float, **facts: object) -> ModelStatus:
    points = auc_points(seed=len(name), level=level)[-90:]
    status = ModelStatus(
        name, task, "ml-team", QUIET, QUIET, QUIET, None, metric, {metric: points[-12]}, points, points
    )
    return replace(status, freshness_seconds=1_200.0, champion="v1", **facts)  # type: ignore[arg-type]


def fleet() -> tuple[ModelStatus, ...]:
    waiting = Light(UNKNOWN, "no labels yet: the first are due on 4 Jan 2014")
    nothing = Light(UNKNOWN, "no rows have been read yet")
    return (
        _other("cancellations", "binary", "auc", 0.88, next_build_at=NOW + DAY),
        _other(
            "fares",
            "regression",
            "mae",
            12.4,
            owner="pricing-team",
            world=Light(TROUBLE, "dest and fare_class moved together on 27 Dec while nothing upstream changed"),
            headline="Holiday traffic: the mix of destinations is unlike any week of the baseline",
            firing=(Firing("input-drift", "warning", NOW - 4 * DAY, "firing", "drift(dest) is 0.2"),),
        ),
        _other("luggage-class", "multiclass", "f1", 0.81, model=waiting),
        delays(),
        _other("no-shows", "binary", "auc", 0.79),
        ModelStatus("crew-rest", "regression", None, nothing, nothing, nothing, None, "mae"),
    )


def page(model: str = "delays", **changes: object) -> ModelPage:
    status = {status.name: status for status in fleet()}[model]
    points = late.expecting(auc_points()) if status.spark else ()
    whole = ModelPage(
        status=status,
        metric=status.key_metric,
        metrics=("auc", "log_loss", "pr_auc", "brier"),
        grain="1d",
        grains=("1h", "1d", "1w"),
        start=None,
        end=None,
        version=None,
        versions=("v1", "v2") if points else (),
        segments={"carrier": ("AA", "B6", "UA"), "origin": ("EWR", "JFK")} if points else {},
        points=points,
        baseline=Point(START, START + 30 * DAY, 0.742, 0.738, 0.746, rows=27_004, labelled=27_004) if points else None,
        columns=columns() if points else (),
        marks=_marks() if points else (),
        notes=("labels.parquet: 12 labels are of ids that were never predicted",) if points else (),
        estimates=late.estimates(points),
        track=late.TRACK if points else None,
        parts=late.parts(replace(points[-1], start=at(DAYS - 7))) if points else (),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def _marks() -> tuple[Mark, ...]:
    return (
        Mark(at(STORM[0]), "winter storm Nemo", "planted", at(STORM[1])),
        Mark(at(STORM[0] + 1.5), "auc-floor", "alarm", at(STORM[1] + 1)),
        Mark(at(SENSOR[0]), "wind_speed frozen at 0", "planted", at(SENSOR[1])),
        Mark(at(SENSOR[0] + 1), "auc-floor", "alarm", at(SENSOR[1] + 1)),
        Mark(at(SWITCH), "v2 is champion", "version"),
        Mark(at(DAYS - 8), "null-rate(wind_speed)", "alarm", at(DAYS)),
    )


def reading(point: Point) -> dict[str, object]:
    names = (
        "value",
        "low",
        "high",
        "rows",
        "labelled",
        "coverage",
        "maturity",
        "expected_coverage",
        "bound",
        "estimate",
        "why",
        "version",
        "segment",
    )
    return {"start": iso(point.start), "end": iso(point.end)} | {name: getattr(point, name) for name in names}


def usual(point: Point | None) -> dict[str, object] | None:
    return {name: getattr(point, name) for name in ("value", "low", "high", "labelled", "why")} if point else None


def status_document(models: Sequence[ModelStatus]) -> dict[str, object]:
    return {"now": iso(NOW), "models": [_status(status) for status in models]}


def _status(status: ModelStatus) -> dict[str, object]:
    lights = {"model": status.model, "pipeline": status.pipeline, "world": status.world}
    return {
        "name": status.name,
        **{name: light.state.value for name, light in lights.items()},
        "why": {name: light.why for name, light in lights.items()},
        "headline": status.headline,
        "readings": {name: reading(point) for name, point in status.readings.items()},
        "freshness_seconds": status.freshness_seconds,
        "firing": [
            {"name": f.name, "severity": f.severity, "since": iso(f.since), "state": f.state, "summary": f.summary}
            for f in status.firing
        ],
        "incidents": [incident.id for incident in status.incidents],
        "champion": status.champion,
        "next_build_at": iso(status.next_build_at) if status.next_build_at else None,
    }


@dataclass
class SampleReads:
    """A `Reads` of given views; it keeps the last question it was asked."""

    models: Sequence[ModelStatus] = field(default_factory=fleet)
    pages: Mapping[str, ModelPage] = field(default_factory=dict)
    asked: dict[str, object] = field(default_factory=dict)
    as_of: datetime | None = None

    def fleet(self) -> Sequence[ModelStatus]:
        return self.models

    def page(
        self,
        model: str,
        *,
        metric: str | None,
        grain: str | None,
        start: datetime | None,
        end: datetime | None,
        version: str | None,
        column: str | None,
        segment: str | None,
        as_of: datetime | None,
    ) -> ModelPage:
        self.asked = {"metric": metric, "grain": grain, "start": start, "end": end, "version": version}
        self.asked |= {"column": column, "segment": segment, "as_of": as_of}
        found = self.pages[model] if model in self.pages else page(model)

        def within(points: Sequence[Point]) -> tuple[Point, ...]:
            return tuple(p for p in points if (not start or p.start >= start) and (not end or p.end <= end))

        found = replace(found, points=within(found.points), estimates=within(found.estimates))
        found = replace(found, version=version, start=start, end=end)
        found = replace(found, column=column, segment=segment, as_of=as_of)
        return replace(found, metric=metric or found.metric, grain=grain or found.grain)

    def status_json(self) -> Document:
        return status_document(self.models)

    def readings_json(
        self,
        model: str,
        *,
        metric: str | None,
        column: str | None,
        grain: str | None,
        segment: str | None,
        version: str | None,
        start: datetime | None,
        end: datetime | None,
        as_of: datetime | None,
        estimate: bool,
        age: timedelta | None = None,
        by: str | None = None,
    ) -> Document:
        view = {"start": start, "end": end, "version": version, "column": column, "segment": segment, "as_of": as_of}
        found = self.page(model, metric=metric, grain=grain, **view)  # type: ignore[arg-type]
        self.asked = {"column": column, "segment": segment, "as_of": as_of, "estimate": estimate, "age": age, "by": by}
        return {
            "model": model,
            "metric": found.metric,
            "column": column,
            "grain": found.grain,
            "as_of": iso(as_of or NOW),
            "readings": [reading(point) for point in (*found.points, *(found.estimates if estimate else ()))],
            **({"track": asdict(late.TRACK)} if estimate else {}),
        }

    def parts_json(
        self,
        model: str,
        *,
        metric: str | None,
        by: str | None,
        start: datetime | None,
        end: datetime | None,
        as_of: datetime | None,
        segment: str | None,
        version: str | None,
    ) -> Document:
        found = page(model)
        self.asked = {"metric": metric, "by": by, "start": start, "end": end, "as_of": as_of}
        self.asked |= {"segment": segment, "version": version}
        return {
            "model": model,
            "metric": metric or found.metric,
            "as_of": iso(as_of or NOW),
            "now": reading(found.points[-1]),
            "usual": usual(found.baseline),
            "change": -0.02,
            "parts": [_part(one) for one in found.parts if by in {None, one.by}],
        }


def _part(part: Part) -> dict[str, object]:
    names = ("by", "value", "share", "contribution", "proven", "beyond", "mix", "why")
    readings = {"now": reading(part.now), "usual": usual(part.usual)}
    return {**{name: getattr(part, name) for name in names}, **readings}


def ask(app: FastAPI, path: str, method: str = "GET", body: str = "", **headers: str) -> httpx.Response:
    """One request, without a network; faults of ours are answers, as they are behind a server."""

    async def one() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://buoy") as client:
            told = {key.replace("_", "-"): value for key, value in headers.items()}
            return await client.request(method, path, content=body or None, headers=told)

    return asyncio.run(one())
