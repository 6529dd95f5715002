"""What the readings show of each incident: before it, during it, and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol

from bellbuoy.app.demo.incidents import INCIDENTS, Incident, Look
from bellbuoy.app.demo.settings import MODEL
from bellbuoy.windows import Grain, parse_time

#: How much of the time before and after an incident it is compared with.
_AROUND = timedelta(days=28)
#: Incidents that last as long as this are looked at by the week, where readings are less noisy.
_LONG = timedelta(days=14)

Values = Sequence[tuple[datetime, float]]


class Reads(Protocol):
    """The part of the app that is asked."""

    def readings_json(
        self, model: str, *, metric: str | None, column: str | None, grain: str | None, segment: str | None
    ) -> Mapping[str, object]:
        """What `bellbuoy readings MODEL --json` prints."""
        ...


@dataclass(frozen=True, slots=True)
class Sight:
    """A reading around an incident: medians of its windows of a grain; None where none could be measured."""

    incident: Incident
    look: Look
    grain: Grain
    before: float | None
    during: float | None
    after: float | None


def sights(reads: Reads, incidents: Sequence[Incident] = INCIDENTS) -> list[Sight]:
    """Every reading that an incident is to be seen in, in the order of the incidents."""
    known: dict[tuple[Look, Grain], Values] = {}
    found = []
    for incident in incidents:
        grain = Grain.WEEK if incident.until - incident.at >= _LONG else Grain.DAY
        for look in incident.looks:
            if (look, grain) not in known:
                known[look, grain] = values(reads, look, grain)
            found.append(_sight(incident, look, grain, known[look, grain]))
    return found


def values(reads: Reads, look: Look, grain: Grain = Grain.DAY) -> Values:
    """A reading's windows that could be measured: their starts and values."""
    document = reads.readings_json(
        MODEL, metric=look.metric, column=look.column, grain=grain.value, segment=look.segment
    )
    points = document["readings"]
    assert isinstance(points, list)
    return [(parse_time(point["start"]), point["value"]) for point in points if point["value"] is not None]


def _sight(incident: Incident, look: Look, grain: Grain, windows: Values) -> Sight:
    start, end = grain.floor(incident.at), incident.until
    before = _middle(windows, start - _AROUND, start)
    return Sight(incident, look, grain, before, _middle(windows, start, end), _middle(windows, end, end + _AROUND))


def _middle(windows: Values, start: datetime, end: datetime) -> float | None:
    inside = [value for moment, value in windows if start <= moment < end]
    return median(inside) if inside else None
