"""A golden file: what should ring when a model's history is replayed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from bellbuoy.config.kinds import Duration, Moment, Spec, Text

_EXACTLY = timedelta(0)


class GoldenAlarm(Spec):
    """One firing of one rule that should happen."""

    name: Text
    """The rule."""
    fires: Moment
    """When it fires."""
    resolves: Moment | None = None
    """When it is over; without it, any end is right."""
    column: Text | None = None
    """Of which column; without it, of any or none."""
    segment: Mapping[str, str] | None = None
    """Of which segment, as `{ city = "Oslo" }`; without it, of any or none."""
    within: Duration | None = None
    """How far from these moments it may be; without it, the file's own `within`."""


class GoldenIncident(Spec):
    """One incident that should be opened."""

    opens: Moment
    """When it opens."""
    closes: Moment | None = None
    """When it is over; without it, any end is right."""
    verdict: Literal["model", "pipeline", "world", "unclear"] | None = None
    """What it is found to be in the end."""
    suspect: Text | None = None
    """The first suspect: a column, a version, a host, or a segment's value."""
    within: Duration | None = None
    """How far from these moments it may be; without it, the file's own `within`."""


class Golden(Spec):
    """What should ring, and what should not."""

    within: Duration = _EXACTLY
    """How far from its moment everything may be."""
    quiet: tuple[Text, ...] = ()
    """Rules that must not fire at all."""
    alarm: tuple[GoldenAlarm, ...] = ()
    """Alarms that should fire; others may."""
    incident: tuple[GoldenIncident, ...] = ()
    """Incidents that should be opened; others may."""
