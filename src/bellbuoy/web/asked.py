"""What a URL asks for: the same words for pages and for the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from bellbuoy.app.views import ColumnStatus, ModelPage
from bellbuoy.errors import ConfigError
from bellbuoy.windows import Grain, iso, parse_duration, parse_time


@dataclass(frozen=True, slots=True)
class View:
    """Which readings: None leaves the choice to the model; the times bound `[start, end)`."""

    metric: str | None = None
    grain: str | None = None
    version: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    column: str | None = None
    segment: str | None = None


def _view(
    metric: Annotated[str | None, Query(description="Which metric; the model's key metric if left out")] = None,
    column: Annotated[str | None, Query(description="For metrics of a column, such as null_rate")] = None,
    segment: Annotated[str | None, Query(description="Only this part of the rows, written key=value")] = None,
    grain: Annotated[str | None, Query(description="Width of a window: 1m 5m 15m 1h 1d 1w")] = None,
    version: Annotated[str | None, Query(description="Only this version of the model")] = None,
    start: Annotated[str | None, Query(alias="from", description="From this moment on, ISO 8601, UTC")] = None,
    end: Annotated[str | None, Query(alias="to", description="Before this moment, ISO 8601, UTC")] = None,
) -> View:
    # An empty field of a form means that nothing was asked.
    times = _time_of(start), _time_of(end)
    view = View(metric or None, grain or None, version or None, *times, column or None, segment or None)
    if view.start and view.end and view.start >= view.end:
        raise ConfigError("the span is empty", where="from, to", hint="'from' must be before 'to'")
    return view


#: A view as an endpoint takes it from the URL.
Asked = Annotated[View, Depends(_view)]


@dataclass(frozen=True, slots=True)
class Question:
    """A view, and what only programs ask for."""

    view: View
    as_of: datetime | None = None
    estimate: bool = False


def _question(
    view: Asked,
    as_of: Annotated[str | None, Query(include_in_schema=False)] = None,  # refused until it is kept
    *,
    estimate: Annotated[bool, Query(include_in_schema=False)] = False,  # refused until they are made
) -> Question:
    return Question(view, _time_of(as_of), estimate)


#: A question as an endpoint takes it from the URL.
Questioned = Annotated[Question, Depends(_question)]


def _time_of(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def address(page: ModelPage) -> str:
    """The query part of a URL that asks for what a page shows, and holds still when defaults change."""
    return _query(page, metric=page.metric, column=page.column, segment=page.segment)


def of_column(page: ModelPage, column: ColumnStatus, metric: str) -> str:
    """The same view of a column's metric; all rows of an input, which need not be counted by segment."""
    return _query(page, metric=metric, column=column.name, segment=page.segment if column.role == "output" else None)


def of_model(page: ModelPage) -> str:
    """The same view of the model's key metric."""
    return _query(page, metric=page.status.key_metric, column=None, segment=page.segment)


def _query(page: ModelPage, *, metric: str, column: str | None, segment: str | None) -> str:
    parts = {"metric": metric, "column": column, "segment": segment, "grain": page.grain, "version": page.version}
    times = {"from": page.start, "to": page.end}
    parts |= {key: iso(moment) for key, moment in times.items() if moment}
    return urlencode({key: value for key, value in parts.items() if value})


def field_time(moment: datetime | None, grain: str) -> str:
    """A moment as a form field of the grain's type holds it; days need no hours."""
    if moment is None:
        return ""
    return iso(moment)[: 10 if by_day(grain) else 16]


def step(grain: str) -> int:
    """Seconds that a span may be set by: a window's width, a day for weeks (a browser need not know their Mondays)."""
    return Grain.DAY.seconds if by_day(grain) else round(parse_duration(grain).total_seconds())


def by_day(grain: str) -> bool:
    """Whether windows of this grain begin at midnight."""
    return grain in {Grain.DAY, Grain.WEEK}
