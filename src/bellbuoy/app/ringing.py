"""What rings in a cycle: the incidents that its alarms together make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bellbuoy.config.spec import Model
from bellbuoy.incidents.group import Group, grouped
from bellbuoy.incidents.step import Standing, keep
from bellbuoy.incidents.triage import Change, Context, judge
from bellbuoy.profiles.collect import ROWS
from bellbuoy.profiles.series import Counts, Slice
from bellbuoy.store.database import Beat
from bellbuoy.store.port import AlarmRow, NoteRow
from bellbuoy.windows import from_micro, from_seconds, to_micro

#: So many windows before an incident was opened, what changed may be its cause.
_BEFORE = 3
#: Notes of data that tell of a change: what is new, gone, or another than it was.
_TELLING = frozenset({"no-column", "new-column", "rewritten", "shrunk", "odd-number", "odd-moment"})


def keep_incidents(
    beat: Beat, counts: Counts, model: Model, before: Mapping[str, AlarmRow], notes: Sequence[NoteRow], now: datetime
) -> None:
    """Group the alarms that fire into incidents, judge each, and write what changed."""
    fired = [row for row in beat.alarms(beat.name) if row.fired_at is not None]
    groups = grouped(beat.name, beat.incidents(beat.name), fired, model.grain.delta, to_micro(now))
    standing = [_standing(group, counts, model, notes) for group in groups]
    if standing:
        keep(beat, standing, before, now=now)


def _standing(group: Group, counts: Counts, model: Model, notes: Sequence[NoteRow]) -> Standing:
    opened = from_micro(group.opened_at)
    context = Context(
        {name: feature.owner for name, feature in model.features.items() if feature.owner},
        model.owner,
        model.predictions.columns.host or "",
        tuple(_changes(counts, model, notes, opened)),
    )
    return Standing(
        group.id,
        opened,
        None if group.closed_at is None else from_micro(group.closed_at),
        group.severity,
        judge(group.alarms, context),
        tuple(alarm.id for alarm in group.alarms),
    )


def _changes(counts: Counts, model: Model, notes: Sequence[NoteRow], opened: datetime) -> Iterator[Change]:
    """What changed in the windows just before a moment: versions that came, and what is odd about the data."""
    grain, since = model.grain, opened - _BEFORE * model.grain.delta
    begun = {name: counts.oldest(ROWS, grain, Slice(version=name)) for name in counts.versions()}
    first = min((start for start in begun.values() if start is not None), default=0)
    for name, start in begun.items():
        if start is not None and start > first and since <= from_seconds(start) + grain.delta <= opened + grain.delta:
            yield Change(from_seconds(start), f"version {name} came", name)
    for note in notes:
        if note.code in _TELLING and since <= from_micro(note.first_at) <= opened:
            yield Change(from_micro(note.first_at), note.message)
