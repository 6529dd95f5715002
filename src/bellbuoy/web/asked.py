"""What a URL asks for: the same words for pages and for the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Depends, Query

from bellbuoy.app.views import Alarm, ColumnStatus, ModelPage, Part
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.catalogue import CATALOGUE
from bellbuoy.metrics.metric import Family
from bellbuoy.windows import Grain, iso, parse_duration, parse_time


@dataclass(frozen=True, slots=True)
class View:
    """Which readings: None leaves the choice to the model; the times bound `[start, end)`.

    `as_of` is the moment whose beliefs are asked for; None: what is believed now.
    """

    metric: str | None = None
    grain: str | None = None
    version: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    column: str | None = None
    segment: str | None = None
    as_of: datetime | None = None


_AsOf = Annotated[str | None, Query(description="What was believed at this moment, ISO 8601, UTC; now if left out")]
_From = Annotated[str | None, Query(alias="from", description="From this moment on, ISO 8601, UTC")]
_To = Annotated[str | None, Query(alias="to", description="Before this moment, ISO 8601, UTC")]
_Segment = Annotated[str | None, Query(description="Only this part of the rows, written key=value")]
_Version = Annotated[str | None, Query(description="Only this version of the model")]
_Metric = Annotated[str | None, Query(description="Which metric; the model's key metric if left out")]


def _view(
    metric: _Metric = None,
    column: Annotated[str | None, Query(description="For metrics of a column, such as null_rate")] = None,
    segment: _Segment = None,
    grain: Annotated[str | None, Query(description="Width of a window: 1m 5m 15m 1h 1d 1w")] = None,
    version: _Version = None,
    start: _From = None,
    end: _To = None,
    as_of: _AsOf = None,
) -> View:
    # An empty field of a form means that nothing was asked.
    names = metric or None, grain or None, version or None
    return View(*names, *_span(start, end), column or None, segment or None, _time_of(as_of))


def _span(start: str | None, end: str | None) -> tuple[datetime | None, datetime | None]:
    first, last = _time_of(start), _time_of(end)
    if first and last and first >= last:
        raise ConfigError("the span is empty", where="from, to", hint="'from' must be before 'to'")
    return first, last


#: A view as an endpoint takes it from the URL.
Asked = Annotated[View, Depends(_view)]


@dataclass(frozen=True, slots=True)
class Question:
    """A view, and what only programs ask for."""

    view: View
    estimate: bool = False
    age: timedelta | None = None  #: of each window, at which it is looked at; None: as old as it is
    by: str | None = None  #: the readings of each value of this segment's column, or of each version


def _question(
    view: Asked,
    age: Annotated[str | None, Query(description="Each window as it was when so old: 6h 2d, or P2D")] = None,
    by: Annotated[str | None, Query(description="Each value of a column of [segments], or each version")] = None,
    *,
    estimate: Annotated[bool, Query(description="What was expected of each window before labels as well")] = False,
) -> Question:
    return Question(view, estimate, parse_duration(age) if age else None, by or None)


#: A question as an endpoint takes it from the URL.
Questioned = Annotated[Question, Depends(_question)]


@dataclass(frozen=True, slots=True)
class Split:
    """Which parts of the rows are asked for: by a segment's column, by `version`, or (None) by all of them."""

    metric: str | None = None
    by: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    segment: str | None = None
    version: str | None = None


def _split(
    metric: _Metric = None,
    by: Annotated[str | None, Query(description="A column of [segments], or version; all if left out")] = None,
    start: _From = None,
    end: _To = None,
    as_of: _AsOf = None,
    segment: _Segment = None,
    version: _Version = None,
) -> Split:
    return Split(metric or None, by or None, *_span(start, end), _time_of(as_of), segment or None, version or None)


#: A split as an endpoint takes it from the URL.
Splits = Annotated[Split, Depends(_split)]


def _time_of(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def address(page: ModelPage) -> str:
    """The query part of a URL that asks for what a page shows, and holds still when defaults change."""
    return _query(page, metric=page.metric, column=page.column, segment=page.segment)


def now(page: ModelPage) -> str:
    """The same view as it is believed now."""
    return address(replace(page, as_of=None))


def of_part(page: ModelPage, part: Part) -> str:
    """The same view of one part of the rows."""
    if part.by == "version":
        return address(replace(page, version=part.value))
    return address(replace(page, segment=f"{part.by}={part.value}"))


def of_column(page: ModelPage, column: ColumnStatus, metric: str) -> str:
    """The same view of a column's metric; all rows of an input, which need not be counted by segment."""
    return _query(page, metric=metric, column=column.name, segment=page.segment if column.role == "output" else None)


def of_model(page: ModelPage) -> str:
    """The same view of the model's key metric."""
    return _query(page, metric=page.status.key_metric, column=None, segment=page.segment)


def of_models_incidents(model: str) -> str:
    """Where the list of a model's incidents is."""
    return f"/models/{quote(model)}/incidents"


def of_incident(name: str) -> str:
    """Where an incident's page is, by its id."""
    model, _, place = name.partition("/")
    return f"{of_models_incidents(model)}/{quote(place, safe='/:')}" if place else of_models_incidents(model)


def of_alarm(alarm: Alarm) -> str | None:
    """Where the readings are drawn that an alarm judges; None where a page shows none of the kind."""
    families = {Family.COLUMN, Family.SHIFT}
    if not any(one.name == alarm.metric and (one.family in families) == bool(alarm.column) for one in CATALOGUE):
        return None
    segment = None if alarm.column else next((f"{by}={value}" for by, value in (alarm.segment or {}).items()), None)
    parts = {"metric": alarm.metric, "column": alarm.column, "segment": segment, "version": alarm.version}
    return f"/models/{quote(alarm.model)}?{urlencode({key: value for key, value in parts.items() if value})}#view"


def _query(page: ModelPage, *, metric: str, column: str | None, segment: str | None) -> str:
    parts = {"metric": metric, "column": column, "segment": segment, "grain": page.grain, "version": page.version}
    times = {"from": page.start, "to": page.end, "as_of": page.as_of}
    parts |= {key: iso(moment) for key, moment in times.items() if moment}
    return urlencode({key: value for key, value in parts.items() if value})


def field_time(moment: datetime | None, grain: str) -> str:
    """A moment as a form field of the grain's type holds it; days need no hours."""
    if moment is None:
        return ""
    return iso(moment)[: 10 if by_day(grain) else 16]


def field_moment(moment: datetime | None) -> str:
    """A moment as a form field holds it, to the second where it has seconds."""
    if moment is None:
        return ""
    return iso(moment.replace(microsecond=0)).removesuffix("Z").removesuffix(":00")


def step(grain: str) -> int:
    """Seconds that a span may be set by: a window's width, a day for weeks (a browser need not know their Mondays)."""
    return Grain.DAY.seconds if by_day(grain) else round(parse_duration(grain).total_seconds())


def by_day(grain: str) -> bool:
    """Whether windows of this grain begin at midnight."""
    return grain in {Grain.DAY, Grain.WEEK}
