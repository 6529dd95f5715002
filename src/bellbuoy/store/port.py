"""What is kept, as plain rows: the store knows words and bytes, not statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Series:
    """One line through time: a column (or something else that is counted) of one version, whole or one segment.

    `column` is a column's name, or one of the names with a # that no column may have: `#rows`, `#nulls`, `#outcome`,
    `#promise`, `#delay`, `#twin:…`. An empty version is what a log without a version column has.
    """

    grain: str
    column: str
    version: str = ""
    by: str = ""  #: the segment's column; empty for all rows
    segment: str = ""  #: the segment's value


#: What a profile is of.
NUMBER, CATEGORY = 0, 1


class ProfileRow(NamedTuple):
    """A profile as it is kept: `cells` is packed by `profiles/packing.py`; None stands for a number that is not there.

    A tuple, in the order of the table's columns: a cycle may write tens of thousands.
    """

    start: int  #: seconds since 1970, UTC
    kind: int  #: NUMBER or CATEGORY
    rows: int
    nulls: int = 0
    nans: int = 0
    plus_infinities: int = 0
    minus_infinities: int = 0
    zeros: int = 0
    total: float | None = None
    squares: float | None = None
    low: float | None = None
    high: float | None = None
    scale: int = 0
    other: int = 0
    sketch: bytes = b""
    cells: bytes = b""


class OutcomeRow(NamedTuple):
    """An outcome as it is kept: `parts`, one for each age, are packed by `profiles/packing.py`."""

    start: int
    rows: int
    parts: bytes = b""


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """A file of the ledger that the state vouches for; a file without such a row is a leftover and is swept."""

    kind: str  #: predictions or labels
    name: str
    rows: int
    first: int  #: least moment in it, microseconds
    last: int  #: the moment up to which it is wanted: the newest in it, or a later one that its records belong to


@dataclass(frozen=True, slots=True)
class NoteRow:
    """Something odd about the data, told once."""

    code: str
    where: str
    message: str
    first_at: int  #: microseconds
    last_at: int


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One firing of one rule on one series, or the state that it waits in."""

    id: str
    name: str
    state: str
    since: int
    kind: str = "custom"  #: what it watches: performance, label, … or a rule of the user's own
    pending_at: int | None = None
    fired_at: int | None = None
    calm_since: int | None = None  #: while it fires: since when the condition has not held any more
    resolved_at: int | None = None
    value: float | None = None
    threshold: float | None = None
    start: int | None = None
    end: int | None = None
    reason: str = ""
    metric: str = ""
    column: str | None = None
    by: str = ""  #: the segment's column; empty for all rows
    segment: str = ""  #: the segment's value
    version: str | None = None
    severity: str = "warning"
    incident: str | None = None  #: id of the incident that it belongs to
    withdrawn_at: int | None = None  #: when mature labels took it back; it is resolved then
    mark: str | None = None  #: real, false or expected, as people judge it or its incident; `Database.mark` writes it
    facts: Mapping[str, Any] = field(default_factory=dict)  #: how it was judged: usual, limit, surprise, why …


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """Alarms of one cause, opened and closed together."""

    id: str
    opened_at: int  #: microseconds
    closed_at: int | None
    state: str  #: open or closed
    severity: str
    verdict: str  #: model, pipeline, world or unclear
    confidence: float
    headline: str
    owner: str | None = None
    mark: str | None = None  #: real, false or expected, as people judge it; `Database.mark` writes it
    facts: Mapping[str, Any] = field(default_factory=dict)  #: suspects, evidence, blast radius, what came before


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of an incident's timeline, which only grows."""

    incident: str
    at: int  #: microseconds
    kind: str  #: opened, alarm, resolved, withdrawn, verdict, severity, mark, note, ack, assign or closed
    text: str
    who: str | None = None  #: None: Bellbuoy itself
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarkRow:
    """What somebody says that an alarm or an incident was."""

    of: str  #: its id
    mark: str  #: real, false or expected
    at: int  #: microseconds
    who: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """What the state knows of a model besides counts."""

    name: str
    cycle: int  #: cycles committed; the next one may commit only on top of this number
    marks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    cycled_at: int | None = None  #: microseconds; when the last cycle ran
