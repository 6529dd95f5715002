"""One beat of one model: new rows and labels become counts, rules are judged, and all of it commits together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bellbuoy.alarms import step as alarms
from bellbuoy.alarms.machine import Holds
from bellbuoy.alarms.rule import parse_rule
from bellbuoy.alarms.step import Moved, Rule
from bellbuoy.app.ask import among, counted_by_segment, nearest
from bellbuoy.app.plans import Planned, ledger_folder, plan_model, plan_of, subject_of
from bellbuoy.app.project import OpenProject
from bellbuoy.config import spec_model as spec
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError, SourceError
from bellbuoy.metrics.catalogue import find
from bellbuoy.metrics.step import Gauge, Normal
from bellbuoy.profiles.reference import Reference, count_reference, deposit_reference
from bellbuoy.profiles.series import REFERENCE, Counts
from bellbuoy.profiles.step import Counted, Step
from bellbuoy.sources.port import Note, NothingYetError
from bellbuoy.store.database import Beat, Database
from bellbuoy.store.port import NoteRow
from bellbuoy.windows import to_micro
from bellbuoy.work import only_one

#: Told how many rows have been taken in, batch by batch.
Listener = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Cycled:
    """What one cycle did."""

    model: str
    at: datetime
    counted: Counted
    moved: tuple[Moved, ...] = ()
    failed: str | None = None  #: why nothing could be read

    @property
    def text(self) -> str:
        """The cycle in a line."""
        if self.failed is not None:
            return self.failed
        counted = self.counted
        parts = [f"{counted.rows:,} rows", f"{counted.labels:,} labels"]
        parts += [f"{moved.name} is {moved.state.value}: {moved.reason}" for moved in self.moved]
        return ", ".join(parts)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was odd about the data in this cycle."""
        return self.counted.notes


def run_cycle(
    project: OpenProject, database: Database, model: Model, now: datetime, listen: Listener | None = None
) -> Cycled:
    """One cycle of a model at a moment. What cannot be read is noted and tried again the next time.

    Raises:
        ConfigError: the model's file gives rows another meaning than they were counted by.
        StateError: another process is at this model, or the state does not answer.
    """
    with only_one(ledger_folder(project, model.name).with_suffix(".lock")):
        with database.read() as shelf:
            facts = shelf.model(model.name).facts
        try:
            planned = plan_model(project, model, facts)
        except SourceError as why:
            return _unreadable(database, model, why, now)
        return _counted(database, model, planned, now, listen)


def gauge_of(counts: Counts, model: Model, now: datetime) -> Gauge:
    """What takes a model's readings off its counts."""
    baseline = model.baseline
    maturity = model.labels.maturity if model.labels is not None else "auto"
    return Gauge(
        counts,
        subject_of(model),
        Normal(baseline.reference is not None, baseline.trailing),
        now,
        None if maturity == "auto" else maturity,
    )


def rule_of(model: Model, rule: spec.Rule) -> Rule:
    """A rule of the model's file, ready to be judged.

    Raises:
        ConfigError: its condition cannot be understood, or there is no such metric, column or segment.
    """
    subject = subject_of(model)
    condition = parse_rule(rule.when).with_metric(lambda name, column: find(name, subject, column=column))
    plan = plan_of(model)
    if condition.column is not None and condition.column not in plan.columns:
        raise ConfigError(f"column {condition.column!r} is not watched", hint=nearest(condition.column, plan.columns))
    if condition.by is not None:
        among(condition.by, plan.segments, "segment")
        counted_by_segment(model, condition.metric, condition.column)
    return Rule(rule.name, condition, Holds(rule.hold, rule.keep_firing_for))


def rules_of(model: Model) -> tuple[list[Rule], list[Note]]:
    """The model's rules that can be judged, and a note on each that cannot."""
    rules, notes = [], []
    for rule in model.alarms.rule:
        try:
            rules.append(rule_of(model, rule))
        except ConfigError as why:
            notes.append(Note("bad-rule", f"alarms.{rule.name}", f"rule {rule.name} is not judged: {why.message}"))
    return rules, notes


def _counted(database: Database, model: Model, planned: Planned, now: datetime, listen: Listener | None) -> Cycled:
    step = Step(database, planned.watch, now, planned.facts, listen)
    reference, notes = _reference(step, planned, now)
    rules, bad = rules_of(model)
    moved: list[Moved] = []

    def keep_reference(beat: Beat) -> None:
        if reference is not None:
            deposit_reference(beat, reference, step.codes)

    def judge(beat: Beat) -> None:
        gauge = gauge_of(Counts(beat, model.name, model.grain, step.codes.names), model, now)
        moved.extend(alarms.step(beat, rules, gauge, now=now))

    step.notes += [*notes, *bad]
    counted = step.run([keep_reference, judge])
    return Cycled(model.name, now, counted, tuple(moved))


def _reference(step: Step, planned: Planned, now: datetime) -> tuple[Reference | None, list[Note]]:
    """The reference set, if it is new or has changed; one that cannot be read is a note, and the old one stays."""
    if planned.reference is None:
        return None, []
    known: Mapping[str, object] = step.model.marks.get(REFERENCE, {})
    try:
        made = count_reference(planned.watch, planned.reference, known, step.codes, now)
    except SourceError as why:
        return None, [Note("unreadable", "baseline.reference", f"the reference set cannot be read: {why.message}")]
    return made, made.notes if made is not None else []


def _unreadable(database: Database, model: Model, why: SourceError, now: datetime) -> Cycled:
    message = f"{why.where}: {why.message}" if why.where else why.message
    note = Note("unreadable", "predictions", message)
    at = to_micro(now)
    with database.read() as shelf:
        known = shelf.model(model.name)
    with database.beat(model.name, known.cycle) as beat:
        beat.put_notes([NoteRow(note.code, note.where, note.message, at, at)])
        beat.finish(at=at, facts=known.facts)
    # That nobody has pushed a row yet is how a model begins.
    failed = None if isinstance(why, NothingYetError) else message
    return Cycled(model.name, now, Counted(notes=(note,)), failed=failed)
