"""What rings in a cycle: the pack's alarms, and the incidents that all alarms together make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bellbuoy.alarms.absence import Rhythm
from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.alarms.standard.step import open_since, silence, stand
from bellbuoy.alarms.standard.windows import Decided, Followed, Reader
from bellbuoy.alarms.step import Moved
from bellbuoy.app.blast import blast_of, shares_of, stretch_of
from bellbuoy.app.plans import classes_of, plan_of, subject_of
from bellbuoy.config.kinds import Pack
from bellbuoy.config.spec import Model, Task
from bellbuoy.incidents.blast import since_of
from bellbuoy.incidents.facts import judgement_of
from bellbuoy.incidents.group import Group, grouped
from bellbuoy.incidents.reach import weight_of_alarm
from bellbuoy.incidents.step import Standing, keep
from bellbuoy.incidents.suspects import Change, Context
from bellbuoy.incidents.triage import judge
from bellbuoy.incidents.values import Blast
from bellbuoy.metrics.step import Gauge
from bellbuoy.profiles.collect import ROWS
from bellbuoy.profiles.series import REFERENCE, Counts, Slice
from bellbuoy.store.database import Beat
from bellbuoy.store.port import AlarmRow, NoteRow
from bellbuoy.windows import from_micro, from_seconds, to_micro, to_seconds

#: So many windows before an incident was opened, what changed may be its cause.
_BEFORE = 3
#: Notes of data that tell of a change: what is new, gone, or another than it was.
_TELLING = frozenset({"no-column", "new-column", "rewritten", "shrunk", "odd-number", "odd-moment"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a cycle knows beside the counts."""

    now: datetime
    rhythm: Rhythm
    mature: timedelta | None  #: how old a window is when its labels are complete
    latest: int | None  #: the time of the newest row that ever came, in seconds
    came_at: int | None  #: when rows last came, in seconds


def ring(beat: Beat, counts: Counts, model: Model, seen: Seen, notebook: Notebook) -> list[Moved]:
    """Judge the standard pack; where the model goes without it, what rang of it ends."""
    if model.alarms.pack is not Pack.STANDARD:
        return silence(beat, seen.now)
    what = replace(followed(model, seen.mature), mark=str(beat.model(model.name).marks.get(REFERENCE)))
    reader = Reader(counts, what, to_seconds(seen.now), notebook, seen.latest, seen.came_at, since=open_since(beat))
    return stand(beat, reader, seen.now, seen.rhythm)


def followed(model: Model, mature: timedelta | None) -> Followed:
    """What the pack follows of a model."""
    plan, columns = plan_of(model), model.predictions.columns
    inputs = tuple(column for column in plan.columns if column not in plan.outputs)
    found = Followed(subject_of(model), inputs, tuple(plan.outputs), tuple(plan.segments), columns.host, mature)
    found = replace(found, budget=model.alarms.budget, time=columns.time)
    if model.task is Task.BINARY and isinstance(columns.score, str) and columns.prediction is not None:
        found = replace(found, decided=Decided(columns.score, columns.prediction, classes_of(model)[1]))
    return found


def keep_incidents(
    beat: Beat,
    gauge: Gauge,
    model: Model,
    before: Mapping[str, AlarmRow],
    notes: Sequence[NoteRow],
    importance: Mapping[str, float],
) -> None:
    """Group the alarms that fire into incidents, judge each, and write what changed.

    `importance` is how much each input matters to the model's outputs, where that is known.
    """
    fired = [row for row in beat.alarms(beat.name) if row.fired_at is not None]
    known = {row.id: row for row in beat.incidents(beat.name)}
    groups = grouped(beat.name, list(known.values()), fired, model.grain.delta, to_micro(gauge.now))
    blasts = {name: judgement_of(row).blast for name, row in known.items() if row.state == "open"}
    standing = [_standing(group, gauge, model, notes, blasts.get(group.id, Blast()), importance) for group in groups]
    if standing:
        keep(beat, standing, before, now=gauge.now)


def _standing(
    group: Group,
    gauge: Gauge,
    model: Model,
    notes: Sequence[NoteRow],
    known: Blast,
    importance: Mapping[str, float],
) -> Standing:
    opened, host = from_micro(group.opened_at), model.predictions.columns.host or ""
    stretch = stretch_of(gauge, since_of(group.alarms, group.opened_at, model.grain, known.since))
    shares = shares_of(gauge, stretch, group.alarms, host)
    context = Context(
        {name: feature.owner for name, feature in model.features.items() if feature.owner},
        model.owner,
        host,
        tuple(_changes(gauge.counts, model, notes, opened)),
        shares,
    )
    judged = judge(group.alarms, context)
    # Windows since the last alarm ended would make an incident that is over seem smaller than it was.
    over = group.closed_at is not None and known.since is not None
    unit = None if model.value is None else model.value.unit
    blast = known if over else blast_of(gauge, stretch, judged.blast.share, unit)
    weights = {alarm.id: weight_of_alarm(alarm, shares, importance, host) for alarm in group.alarms}
    return Standing(
        group.id,
        opened,
        None if group.closed_at is None else from_micro(group.closed_at),
        group.severity,
        replace(judged, blast=blast, weights=weights),
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
