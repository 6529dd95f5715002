"""What `bellbuoy.toml` can say: the state, the web, and whom to tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from bellbuoy.config.kinds import Duration, Flag, Moment, Name, Span, Spec, Text, Url, Whole, refused

Port = Annotated[Whole, Field(ge=0, le=65_535)]


class ProjectSettings(Spec):
    """The project as a whole."""

    name: Name
    """What the project is called on pages, in notices and in papers."""
    state: Url = "sqlite:///.bellbuoy/state.db"
    """Where counts, alarms and releases are kept: SQLite in the project folder, or `postgresql+psycopg://…` when
    several processes share the work."""
    events: Text = ".bellbuoy/events"
    """Where rows that services push are kept, as Delta tables: a folder, or `s3://…`."""


class Web(Spec):
    """The dashboard and the API."""

    host: Text = "127.0.0.1"
    """Address to listen on. Anything but this machine alone needs `tokens`."""
    port: Port = 8765
    """Port to listen on; 0 takes any that is free."""
    tokens: tuple[Text, ...] = ()
    """Bearer tokens that may read and write, best from the environment: `["${BELLBUOY_TOKEN}"]`."""


class Channel(Spec):
    """One way of telling people."""

    name: Name
    """What routes call it."""
    url: Url
    """Where notices go: `slack://`, `mailto://`, `pagerduty://`, `alertmanager://`, an `https://` webhook, or any
    Apprise URL."""


class Route(Spec):
    """Which notices go to which channels; the first route that matches is taken."""

    match: Mapping[str, str] = {}
    """Labels that a notice must have, such as `severity`, `owner`, `model` or `verdict`; none: every notice."""
    to: tuple[Name, ...]
    """Names of channels."""
    goes_on: Flag = Field(default=False, alias="continue")
    """Whether later routes are looked at as well when this one matches."""
    group_wait: Duration = timedelta(seconds=30)
    """How long the first notice of an incident waits for others of the same cause."""
    group_interval: Span = timedelta(minutes=5)
    """How long news of an incident that was told already is gathered before it is told."""
    repeat_interval: Span = timedelta(hours=4)
    """How long an incident that stays open is left untold before it is told again."""


class Silence(Spec):
    """Planned work: notices that match are not sent while it lasts."""

    match: Mapping[str, str]
    """Labels of the notices that are held back, as in a route."""
    starts: Moment
    """From when on."""
    ends: Moment
    """Until when; a silence without an end is not a silence but a forgotten one."""
    reason: Text
    """Why, for those who wonder about the quiet."""
    by: Text | None = None
    """Who asked for it."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends <= self.starts:
            raise refused("ends before it starts")
        return self

    def covers(self, now: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.starts <= now < self.ends


class ProjectFile(Spec):
    """A project: one folder, one state, any number of models beside it in `models/`."""

    project: ProjectSettings
    """The project as a whole."""
    web: Web = Web()
    """The dashboard and the API."""
    channels: tuple[Channel, ...] = ()
    """Ways of telling people."""
    routes: tuple[Route, ...] = ()
    """Which notices go where; none: every notice goes to every channel."""
    silences: tuple[Silence, ...] = ()
    """Planned work; unplanned silences are made with `bellbuoy silence`."""
