"""What the doors show: plain values, the same for a page, for JSON and for the terminal (DESIGN §7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bellbuoy.alarms.lights import Light, LightState
from bellbuoy.alarms.standard.marked import Lesson
from bellbuoy.incidents.facts import Belief
from bellbuoy.incidents.values import Blast, Evidence, Suspect

#: Lights and verdicts are judged below and shown as they are.
__all__ = [
    "Alarm",
    "Belief",
    "Blast",
    "ColumnStatus",
    "Event",
    "Evidence",
    "Firing",
    "Incident",
    "Lesson",
    "Light",
    "LightState",
    "Mark",
    "ModelPage",
    "ModelStatus",
    "OpenIncident",
    "Part",
    "Point",
    "Suspect",
    "TrackRecord",
    "name_of",
]


@dataclass(frozen=True, slots=True)
class Point:
    """One reading on a time axis; `value` is None where it is unmeasured, and `why` says why."""

    start: datetime
    end: datetime
    value: float | None
    low: float | None = None
    high: float | None = None
    rows: int = 0
    labelled: int | None = None
    coverage: float | None = None
    maturity: str | None = None  #: provisional, mature or final
    estimate: bool = False
    bound: float | None = None  #: how far the value can be from what the raw rows would give, as counts know buckets
    expected_coverage: float | None = None  #: share of the rows whose label will have come in the end
    why: str | None = None
    segment: Mapping[str, str] | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, to be drawn on a time axis: a new version, a planted incident, an alarm."""

    at: datetime
    text: str
    kind: str = "note"  #: version, incident, alarm, planted, note
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule whose alarm is pending or firing now."""

    name: str
    severity: str
    since: datetime
    state: str
    summary: str
    kind: str = "custom"  #: what it watches, as DESIGN §4 has it
    incident: str | None = None  #: id of the incident that it belongs to


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """An incident that is open, in a line."""

    id: str
    headline: str
    verdict: str  #: model, pipeline, world or unclear
    severity: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model at a glance: a row of the fleet page and of `bellbuoy status`."""

    name: str
    task: str
    owner: str | None
    model: Light
    pipeline: Light
    world: Light
    headline: str | None
    key_metric: str
    readings: Mapping[str, Point] = field(default_factory=dict)  #: newest reading of each key metric
    spark: tuple[Point, ...] = ()  #: the key metric over time
    volume: tuple[Point, ...] = ()  #: rows per window over time
    freshness_seconds: float | None = None
    firing: tuple[Firing, ...] = ()
    incidents: tuple[OpenIncident, ...] = ()  #: the worst first
    champion: str | None = None
    next_build_at: datetime | None = None

    @property
    def fires(self) -> bool:
        """Whether an alarm is firing."""
        return any(alarm.state == "firing" for alarm in self.firing)


@dataclass(frozen=True, slots=True)
class ColumnStatus:
    """One input or output column on the model page, against the baseline."""

    name: str
    kind: str  #: number, category or moment
    role: str  #: input or output
    owner: str | None
    about: str | None
    null_rate: float | None
    null_rate_baseline: float | None
    drift: float | None  #: Jensen-Shannon distance to the baseline in the newest window
    drift_noise: (
        float | None
    )  #: up to here it is usual: by sampling noise, and by the windows before; None: unknown yet
    trouble: float  #: 0 is quiet; 1 and more is beyond the usual; the table is sorted by it
    why: str | None
    null_rates: tuple[Point, ...] = ()
    drifts: tuple[Point, ...] = ()  #: value, with `high` as the usual limit of that window
    nulls_risen: bool = False  #: nulls are (part of) the trouble

    @property
    def moved(self) -> bool:
        """Whether the distance is (part of) the trouble."""
        return self.trouble > 1 and not self.nulls_risen


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How estimates did, once their labels had come."""

    windows: int  #: how many could be compared
    share: float  #: in this share of them (0.9) …
    within: float  #: … the estimate was so near to the truth, in the metric's unit
    covered: float  #: in this share of them the estimate's interval held the truth


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the rows (a segment's value, or a version) over a stretch of time, against what is usual for it."""

    by: str  #: the segment's column, or `version`
    value: str
    now: Point  #: the metric of this part over the stretch
    usual: Point | None  #: the metric of this part on the baseline; None: nothing to compare with
    share: float  #: of the stretch's labelled rows
    contribution: float | None  #: by how much the whole would read otherwise if this part were as usual
    proven: float  #: the contribution as far as it is more than chance, 0 where it may be chance alone
    why: str | None = None  #: why it is not judged, such as too few rows
    mix: float | None = None  #: by how much the whole would read otherwise if its share of the rows were as usual
    beyond: float = 0.0  #: what of the proven is more than its share of the whole's change; sorts the table


@dataclass(frozen=True, slots=True)
class ModelPage:
    """Everything on one model's page for the view that the URL asks for."""

    status: ModelStatus
    metric: str
    metrics: tuple[str, ...]  #: names that may be asked for
    grain: str
    grains: tuple[str, ...]
    start: datetime | None
    end: datetime | None
    version: str | None
    versions: tuple[str, ...]
    points: tuple[Point, ...]
    baseline: Point | None  #: the metric on the reference set
    columns: tuple[ColumnStatus, ...]
    marks: tuple[Mark, ...]
    notes: tuple[str, ...]  #: what was odd about the data, told once each
    better: str = "higher"  #: higher, lower or neither
    column: str | None = None  #: whose metric it is; None: the model's
    segment: str | None = None  #: the part of the rows that is shown, as `key=value`; None: all of them
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: parts that may be asked for, by their key
    estimates: tuple[Point, ...] = ()  #: the metric as it was expected before labels, by window
    track: TrackRecord | None = None  #: how the estimates did so far
    parts: tuple[Part, ...] = ()  #: worst first: where the metric's change came from
    as_of: datetime | None = None  #: the past moment whose beliefs are shown; None: what is believed now
    unit: str | None = None  #: of the metric's values, where they have one, such as EUR


@dataclass(frozen=True, slots=True)
class Alarm:
    """One firing of one rule on one series, or a breach that has not lasted long enough to fire."""

    id: str
    model: str
    name: str  #: of the rule
    kind: str  #: performance, estimate, input, output, volume, freshness, label or custom
    state: str  #: pending, firing or resolved
    severity: str  #: critical, warning or info
    metric: str
    column: str | None
    segment: Mapping[str, str] | None
    version: str | None
    pending_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    withdrawn_at: datetime | None  #: when mature labels took it back
    value: float | None
    threshold: float | None
    window: tuple[datetime, datetime] | None  #: that it was judged by last
    why: str
    incident: str | None = None
    mark: str | None = None  #: real, false or expected
    facts: Mapping[str, Any] = field(default_factory=dict)  #: how it was judged: usual, limit, surprise …
    weight: float = 1.0  #: how much of what the model does it may spoil, 0 to 1: what alarms are ranked by

    @property
    def of(self) -> str:
        """Which column and rows it is of, in words: `wind_speed, origin=JFK, version v2`; empty: of all there is."""
        return _named(self.column, self.segment, self.version)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an incident's timeline, or something that came just before it."""

    at: datetime
    text: str
    kind: str = "note"
    who: str | None = None  #: None: Bellbuoy itself


@dataclass(frozen=True, slots=True)
class Incident:
    """Alarms of one cause: what is wrong, whose it is, and why Bellbuoy thinks so."""

    id: str
    model: str
    opened_at: datetime
    closed_at: datetime | None
    state: str  #: open or closed
    severity: str  #: critical, warning or info
    verdict: str  #: model, pipeline, world or unclear
    confidence: float
    headline: str
    owner: str | None = None
    mark: str | None = None  #: real, false or expected
    suspects: tuple[Suspect, ...] = ()  #: the likeliest first
    evidence: tuple[Evidence, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)  #: how likely each verdict is
    blast: Blast = field(default_factory=Blast)
    before: tuple[Event, ...] = ()  #: what changed just before
    beliefs: tuple[Belief, ...] = ()  #: the verdicts so far
    alarms: tuple[Alarm, ...] = ()
    timeline: tuple[Event, ...] = ()
    lessons: tuple[Lesson, ...] = ()  #: what marks have changed about the limits of its alarms

    @property
    def place(self) -> str:
        """Its id within the model, as its page's address has it."""
        return self.id.removeprefix(f"{self.model}/")


def name_of(suspect: Suspect) -> str:
    """What is suspected, in words: `wind_speed, origin=JFK`."""
    return _named(suspect.column, suspect.segment, suspect.version, suspect.host) or "all rows"


def _named(column: str | None, segment: Mapping[str, str] | None, version: str | None, host: str | None = None) -> str:
    parts = [column, *(f"{by}={value}" for by, value in (segment or {}).items())]
    parts += [f"version {version}" if version is not None else None, f"host {host}" if host is not None else None]
    return ", ".join(part for part in parts if part)
