"""The reference set, counted once, whole and window by window: what is normal, and how much that varies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.errors import SourceError
from bellbuoy.profiles.collect import add_profiles
from bellbuoy.profiles.deposit import keep_profiles
from bellbuoy.profiles.join import Pairs
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.promise import Promises
from bellbuoy.profiles.records import Codes, label_records, prediction_records, undated
from bellbuoy.profiles.reference_tally import ReferenceTally
from bellbuoy.profiles.series import REFERENCE, REFERENCE_WINDOWS
from bellbuoy.profiles.shelf import keep_outcomes, keep_sheet
from bellbuoy.profiles.twin import Twin
from bellbuoy.profiles.twin_packing import pack_twin
from bellbuoy.profiles.twin_sample import Sample
from bellbuoy.profiles.twin_tally import learn_from, sampled
from bellbuoy.profiles.watch import Watch
from bellbuoy.sources.port import Kind, Mark, Moments, Note, Rows, Source, Want
from bellbuoy.store.database import Beat
from bellbuoy.windows import Grain, to_micro

Ints = NDArray[np.int64]
#: Where the mark has what the counts were asked by.
_ASKED = "asked"
#: Notes of a source that has less to give than it had.
_GONE = {"unreadable", "no-files"}


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """Where the reference set is, and its label columns where it has them."""

    source: Source
    label: str | None = None
    label_time: str | None = None
    label_kind: Kind = Kind.NUMBER


@dataclass(slots=True)
class Reference:
    """The reference set as counted: ready to be deposited."""

    tally: ReferenceTally
    pairs: Pairs
    promises: Promises
    mark: Mark
    notes: list[Note]
    rows: int
    made_at: int = 0  #: microseconds
    twin: Twin | None = None
    beside: ReferenceTally | None = None  #: how far its own rows lie beside the twin


def count_reference(
    watch: Watch,
    table: ReferenceTable,
    known: Mapping[str, object],
    codes: Codes,
    now: datetime,
    tell: Callable[[int], None] = lambda _rows: None,
) -> Reference | None:
    """Count the reference set; None when it stands as it was counted (`known` is its mark then).

    `tell` is told of every batch's rows.

    It is counted anew when a file of it has changed, or when the model's file asks for other counts.

    Raises:
        SourceError: it cannot be read at all.
    """
    asked = _asked(watch, table)
    if known and known.get(_ASKED) == asked and _unchanged(table.source, known, now):
        return None
    # What is normal does not depend on the version: the reference set is one line.
    watch = replace(watch, plan=replace(watch.plan, version=None))
    there = table.source.columns()
    kinds = {name: kind for name, kind in watch.kinds.items() if name in there or name in watch.plan.columns}
    for name, kind in ((table.label, table.label_kind), (table.label_time, Kind.MOMENT)):
        kinds |= {name: kind} if name is not None and name in there else {}
    kinds[watch.plan.time] = Kind.MOMENT
    cursor = watch.plan.cursor
    if cursor is not None and cursor in there:
        kinds.setdefault(cursor, Kind.MOMENT)
    pull = table.source.pull(Want(kinds), {}, now)
    # Outcomes are kept by day: how far estimates stray from day to day is learnt from it.
    days = max(watch.plan.grain, Grain.DAY, key=lambda one: one.seconds)
    pairs = Pairs(watch.target, watch.plan.grain, watch.plan.segments, codes.names, days)
    promises = Promises(watch.target, days, (), codes.names)
    made = Reference(ReferenceTally(watch.plan), pairs, promises, {}, [], 0, to_micro(now))
    sample = sampled(watch.plan, watch.target)
    for rows in pull:
        made.rows += rows.count
        tell(rows.count)
        made.tally.add(rows)
        sample.add(rows)
        if table.label in there:
            _pair(made, rows, watch, table, codes, now)
    made.tally.settle()
    if not made.rows:
        raise SourceError(next((note.message for note in pull.notes), "it has no rows"))
    made.mark, made.notes = {**pull.mark, _ASKED: asked}, pull.notes
    _learn(made, sample, watch)
    return made


def deposit_reference(beat: Beat, made: Reference, codes: Codes) -> None:
    """Put the reference set in the place of the one that stood."""
    for grain in (REFERENCE, REFERENCE_WINDOWS):
        beat.drop_grain(grain)
    for tally in (made.tally, made.beside):
        if tally is not None:
            _deposit_profiles(beat, tally, codes)
    beat.put_twin(None if made.twin is None else pack_twin(made.twin), at=made.made_at)
    for line, outcomes in [*made.pairs.outcomes.items(), *made.promises.counts.items()]:
        beat.put_outcomes(replace(line, grain=REFERENCE), keep_outcomes(outcomes))
    for line, delays in made.pairs.delays.items():
        keep_profiles(beat, replace(line, grain=REFERENCE), _whole(delays), codes)
    beat.put_mark(REFERENCE, made.mark)


def _deposit_profiles(beat: Beat, tally: ReferenceTally, codes: Codes) -> None:
    for line, whole in tally.whole.items():
        keep_profiles(beat, replace(line, grain=REFERENCE), {0: whole}, codes)
    for line, windows in tally.windows.items():
        beat.put_profiles(replace(line, grain=REFERENCE_WINDOWS), keep_sheet(windows, codes.code))


def _learn(made: Reference, sample: Sample, watch: Watch) -> None:
    """Learn the twin. Nothing else hangs on it: where that fails it is a note, and there is none."""
    try:
        learnt = learn_from(sample, watch.plan, watch.target)
    except (ValueError, IndexError, FloatingPointError, MemoryError) as why:
        text = f"nothing is known of what columns usually are, given the others: {why}"
        made.notes = [*made.notes, Note("no-twin", "baseline.reference", text)]
        return
    if learnt is not None:
        made.twin, made.beside = learnt


def _whole(parts: Mapping[int, Profile]) -> dict[int, Profile]:
    values: Iterator[Profile] = iter(parts.values())
    whole = next(values)
    for part in values:
        whole = add_profiles(whole, part)
    return {0: whole}


def _unchanged(source: Source, known: Mapping[str, object], now: datetime) -> bool:
    """Whether a pull from the mark on would give nothing and leave the mark as it is: no file changed since.

    A file that was replaced by one of as many rows gives none either; but its entry in the mark is another.

    Raises:
        SourceError: nothing changed but that a file is gone or cannot be read any more.
    """
    pull = source.pull(Want({}), dict(known), now)
    same = all(rows.count == 0 for rows in pull) and {**known, **pull.mark} == known
    gone = next((note.message for note in pull.notes if note.code in _GONE), None)
    if same and gone is not None:
        raise SourceError(gone)
    return same


def _asked(watch: Watch, table: ReferenceTable) -> str:
    """What the counts depend on besides the rows, short."""
    said = (watch.plan, watch.target, sorted(watch.kinds.items()), table.label, table.label_time, table.label_kind)
    return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()


def _pair(made: Reference, rows: Rows, watch: Watch, table: ReferenceTable, codes: Codes, now: datetime) -> None:
    time = rows.columns[watch.plan.time]
    assert isinstance(time, Moments)
    assert table.label is not None
    records = prediction_records(rows, time.micro, watch.plan, watch.target, codes)
    labels = label_records(rows, table.label, table.label_time, watch.target, now)
    known = np.isfinite(labels["label"])
    made.promises.add(records[known])
    # Where nobody says when a row was predicted, or its label was known, nobody knows how long that took.
    timed = ~undated(rows, table.label_time)
    timed = timed if time.null is None else timed & ~time.null
    made.pairs.add(records[known & timed], labels[known & timed])
    made.pairs.count(records[known & ~timed], labels[known & ~timed], aged=False)
