"""One beat of one model: new rows and labels become counts, rules are judged, and all of it commits together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bellbuoy.alarms import step as alarms
from bellbuoy.alarms.absence import Rhythm
from bellbuoy.alarms.gather import newest_whole
from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.alarms.step import Moved
from bellbuoy.app.essential import columns_seen
from bellbuoy.app.plans import Planned, ledger_folder, plan_model, subject_of
from bellbuoy.app.project import OpenProject
from bellbuoy.app.replay import replayed
from bellbuoy.app.ringing import Seen, keep_incidents, ring
from bellbuoy.app.rules import names_of, rules_of
from bellbuoy.app.settings import changed_settings, note_of_change, settings_of
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError, Fault, Faults, SourceError
from bellbuoy.metrics.step import Gauge
from bellbuoy.metrics.taken import Normal
from bellbuoy.profiles.reference import Reference, count_reference, deposit_reference
from bellbuoy.profiles.series import REFERENCE, Counts
from bellbuoy.profiles.step import PREDICTIONS, Counted, Listener, Step
from bellbuoy.sources.codes import UNREAD
from bellbuoy.sources.port import Note, NothingYetError
from bellbuoy.store.database import Beat, Database
from bellbuoy.store.port import NoteRow
from bellbuoy.windows import MICRO, from_micro, to_micro, to_seconds
from bellbuoy.work import only_one


@dataclass(frozen=True, slots=True)
class Cycled:
    """What one cycle did."""

    model: str
    at: datetime
    counted: Counted
    moved: tuple[Moved, ...] = ()
    failed: str | None = None  #: why nothing could be read
    wrong: bool = False  #: whether it is the model's file that is at fault

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

    @property
    def unread(self) -> tuple[Note, ...]:
        """Notes that say that rows could not be had: a file is missing, or cannot be read."""
        return tuple(note for note in self.notes if note.code in UNREAD)

    @property
    def exit_code(self) -> int:
        """How it went, as a command says it: 2 the model's file is wrong, 1 something could not be read, else 0."""
        if self.wrong:
            return 2
        return 1 if self.failed is not None or self.unread else 0


def run_cycle(
    project: OpenProject,
    database: Database,
    model: Model,
    now: datetime,
    listen: Listener | None = None,
    *,
    anew: bool = False,
    notebook: Notebook | None = None,
) -> Cycled:
    """One cycle of a model at a moment. What cannot be read is noted and tried again the next time.

    `anew`: everything that was counted is forgotten and counted again, in one transaction. `notebook`: what the cycles
    before it read in this process; where one fails it must not be used any more.

    Raises:
        ConfigError: the model's file does not fit its tables, or gives rows another meaning than they were counted by.
        SourceError: rows could not be read that were to be counted `anew`; all is as it was.
        StateError: another process is at this model, or the state does not answer.
    """
    with only_one(ledger_folder(project, model.name).with_suffix(".lock")):
        with database.read() as shelf:
            facts = {} if anew else shelf.model(model.name).facts
        try:
            planned = _planned(project, model, facts)
        except ConfigError as why:
            _note(database, model, _wrong(why), now)
            raise
        except SourceError as why:
            return _unreadable(database, model, why, now)
        step = Step(database, planned.watch, now, planned.facts, listen, anew=anew)
        return _counted(project, step, model, planned, notebook or Notebook())


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


def _planned(project: OpenProject, model: Model, facts: Mapping[str, Any]) -> Planned:
    """The model ready for its cycle, once its essential columns are known to be there."""
    planned = plan_model(project, model, facts)
    seen = columns_seen(model, planned.watch, facts.get("seen", {}))
    return replace(planned, facts={**planned.facts, "seen": seen})


def _settings(step: Step, model: Model, planned: Planned) -> tuple[dict[str, object], list[Note]]:
    """What is remembered of the settings, and a note when they are others than those that were counted by."""
    facts = step.model.facts
    kinds = planned.facts["kinds"]
    now = settings_of(model, kinds if isinstance(kinds, Mapping) else {})
    fresh = changed_settings(now, facts.get("settings", {})) if step.has_counted else []
    changed = sorted({*facts.get("changed", []), *fresh})
    return {"settings": now, "changed": changed}, [note_of_change(changed)] if fresh else []


def _counted(project: OpenProject, step: Step, model: Model, planned: Planned, notebook: Notebook) -> Cycled:
    now = step.now
    reference, notes = _reference(step, planned, now)
    if reference is not None:
        step.set_twin(reference.twin)
    remembered, changed = _settings(step, model, planned)
    importance = {} if step.beside is None else step.beside.twin.importance
    step.facts = {**step.facts, **remembered, "importance": importance}
    keep_replay = replayed(project, model, planned, step)
    rules, bad = rules_of(model)
    moved: list[Moved] = []

    def keep_reference(beat: Beat) -> None:
        if reference is not None:
            deposit_reference(beat, reference, step.codes)

    def judge(beat: Beat) -> None:
        before = {row.id: row for row in beat.alarms(model.name)}
        gauge = gauge_of(Counts(beat, model.name, model.grain, step.codes.names), model, now)
        rhythm = _rhythm(step)
        moved.extend(alarms.step(beat, rules, gauge, now=now, rhythm=rhythm, named=names_of(model)))
        latest = None if step.latest_ever is None else step.latest_ever // MICRO
        came_at = to_seconds(now) if step.counts["rows"] else step.model.facts.get("came")
        seen = Seen(now, rhythm, gauge.mature_after, latest, came_at)
        moved.extend(ring(beat, gauge.counts, model, seen, notebook))
        keep_incidents(beat, gauge, model, before, beat.notes(model.name), importance)
        newest = newest_whole(gauge, now)
        rhythm = rhythm.after(now, None if newest is None else to_seconds(newest.end))
        step.facts = {**step.facts, "rhythm": rhythm.facts, "came": came_at}
        if seen.mature is not None:
            step.facts = {**step.facts, "mature": seen.mature.total_seconds()}

    step.notes += [*notes, *changed, *bad]
    counted = step.run([_refuse_gaps(step), keep_reference, keep_replay, judge])
    return Cycled(model.name, now, counted, tuple(moved))


def _rhythm(step: Step) -> Rhythm:
    """How cycles ran and rows came until this one."""
    known, at = step.model.facts.get("rhythm", {}), step.model.cycled_at
    return Rhythm.of(known if isinstance(known, Mapping) else {}, None if at is None else from_micro(at))


def _refuse_gaps(step: Step) -> Callable[[Beat], None]:
    """What keeps a recount from forgetting rows that it cannot read again."""

    def refuse(beat: Beat) -> None:
        gap = next((note for note in step.notes if note.code in UNREAD), None)
        if step.anew and gap is not None:
            raise SourceError(f"not counted anew, as {gap.message}", where=beat.name, hint="all is as it was")

    return refuse


def _reference(step: Step, planned: Planned, now: datetime) -> tuple[Reference | None, list[Note]]:
    """The reference set, if it is new or has changed; one that cannot be read is a note, and the old one stays."""
    if planned.reference is None:
        return None, []
    step.doing("reference set")
    known: Mapping[str, object] = step.model.marks.get(REFERENCE, {})
    try:
        made = count_reference(planned.watch, planned.reference, known, step.codes, now, step.tell)
    except SourceError as why:
        return None, [Note("unreadable", "baseline.reference", f"the reference set cannot be read: {why.message}")]
    return made, made.notes if made is not None else []


def _unreadable(database: Database, model: Model, why: SourceError, now: datetime) -> Cycled:
    message = f"{why.where}: {why.message}" if why.where else why.message
    # That nobody has pushed a row yet is how a model begins.
    yet = isinstance(why, NothingYetError)
    note = Note("nothing-yet" if yet else "unreadable", PREDICTIONS, message)
    _note(database, model, [note], now)
    return Cycled(model.name, now, Counted(notes=(note,)), failed=None if yet else message)


def _wrong(why: ConfigError) -> list[Note]:
    """Notes on what is wrong with a model's file."""
    faults = why.faults if isinstance(why, Faults) else [Fault(why.message, hint=why.hint)]
    return [Note("wrong-settings", fault.key or "task", str(replace(fault, file=""))) for fault in faults]


def _note(database: Database, model: Model, notes: Iterable[Note], now: datetime) -> None:
    """Write notes down and nothing else: what is known of the model stays as it is."""
    at = to_micro(now)
    with database.read() as shelf:
        known = shelf.model(model.name)
    with database.beat(model.name, known.cycle) as beat:
        beat.put_notes(NoteRow(note.code, note.where, note.message, at, at) for note in notes)
        beat.finish(at=at, facts=known.facts)
