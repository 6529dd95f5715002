"""The shape of what the HTTP API answers (DESIGN §4), for its OpenAPI document and for whoever tests against it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["ok", "trouble", "unknown"]


class Shape(BaseModel):
    """A JSON object with exactly these keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ReadingShape(Shape):
    """One metric of one window; `value` is null where nothing was measured, and `why` says why."""

    start: datetime
    end: datetime
    segment: dict[str, str] | None
    version: str | None
    value: float | None
    low: float | None = Field(description="Lower end of the 95 % interval")
    high: float | None = Field(description="Upper end of the 95 % interval")
    rows: int
    labelled: int | None
    coverage: float | None = Field(description="Share of the rows whose label has arrived")
    maturity: Literal["provisional", "mature", "final"] | None
    estimate: bool = Field(description="True for a label-free estimate")
    why: str | None


class ReadingsShape(Shape):
    """The readings of one metric over time."""

    model: str
    metric: str
    column: str | None
    grain: str
    as_of: datetime
    readings: list[ReadingShape]


class FiringShape(Shape):
    """An alarm that is pending or firing."""

    name: str
    severity: str
    since: datetime
    state: str
    summary: str


class ModelShape(Shape):
    """One model with its three lights."""

    name: str
    model: State
    pipeline: State
    world: State
    why: dict[str, str] = Field(description="The reason for each light")
    headline: str | None
    readings: dict[str, ReadingShape]
    freshness_seconds: float | None
    firing: list[FiringShape | str]
    incidents: list[str]
    champion: str | None
    next_build_at: datetime | None


class StatusShape(Shape):
    """All models at a glance."""

    now: datetime
    models: list[ModelShape]


class FaultShape(Shape):
    """What went wrong, where, and what to do."""

    error: str
    where: str
    hint: str
