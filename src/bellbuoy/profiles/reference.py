"""The reference set, counted once as a whole: what is normal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import Tally, add_profiles
from bellbuoy.profiles.deposit import keep_profiles
from bellbuoy.profiles.join import Pairs
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.records import Codes, label_records, prediction_records
from bellbuoy.profiles.series import REFERENCE
from bellbuoy.profiles.shelf import keep_outcome
from bellbuoy.profiles.step import Watch
from bellbuoy.sources.port import Kind, Mark, Moments, Note, Rows, Source, Want
from bellbuoy.store.database import Beat

Ints = NDArray[np.int64]


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

    tally: Tally
    pairs: Pairs
    mark: Mark
    notes: list[Note]
    rows: int


def count_reference(
    watch: Watch, table: ReferenceTable, known: Mapping[str, object], codes: Codes, now: datetime
) -> Reference | None:
    """Count the reference set; None when it stands as it was counted (`known` is its mark then).

    Raises:
        SourceError: it cannot be read at all.
    """
    if known and _unchanged(table.source, known, now):
        return None
    there = table.source.columns()
    kinds = {name: kind for name, kind in watch.kinds.items() if name in there or name in watch.plan.columns}
    for name, kind in ((table.label, table.label_kind), (table.label_time, Kind.MOMENT)):
        kinds |= {name: kind} if name is not None and name in there else {}
    kinds[watch.plan.time] = Kind.MOMENT
    pull = table.source.pull(Want(kinds), {}, now)
    pairs = Pairs(watch.target, watch.plan.grain, watch.plan.segments, codes.names)
    made = Reference(Tally(watch.plan), pairs, {}, [], 0)
    for rows in pull:
        made.rows += rows.count
        made.tally.add(_without_version(rows, watch), np.zeros(rows.count, np.int64))
        if table.label in there:
            _pair(made.pairs, rows, watch, table, codes, now)
    made.mark, made.notes = pull.mark, pull.notes
    return made


def deposit_reference(beat: Beat, made: Reference, codes: Codes) -> None:
    """Put the reference set in the place of the one that stood."""
    beat.drop_grain(REFERENCE)
    for line, parts in made.tally.drain():
        keep_profiles(beat, replace(line, grain=REFERENCE), _whole(parts), codes)
    for line, outcomes in made.pairs.outcomes.items():
        whole = Outcome()
        for outcome in outcomes.values():
            whole += outcome
        beat.put_outcomes(replace(line, grain=REFERENCE), [keep_outcome(0, whole)])
    for line, delays in made.pairs.delays.items():
        keep_profiles(beat, replace(line, grain=REFERENCE), _whole(delays), codes)
    beat.put_mark(REFERENCE, made.mark)


def _whole(parts: Mapping[int, Profile]) -> dict[int, Profile]:
    values: Iterator[Profile] = iter(parts.values())
    whole = next(values)
    for part in values:
        whole = add_profiles(whole, part)
    return {0: whole}


def _unchanged(source: Source, known: Mapping[str, object], now: datetime) -> bool:
    """Whether a pull from the mark on would give nothing: no file changed since."""
    return all(rows.count == 0 for rows in source.pull(Want({}), dict(known), now))


def _without_version(rows: Rows, watch: Watch) -> Rows:
    """What is normal does not depend on the version: the reference set is one line."""
    columns = {name: column for name, column in rows.columns.items() if name != watch.plan.version}
    return replace(rows, columns=columns)


def _pair(pairs: Pairs, rows: Rows, watch: Watch, table: ReferenceTable, codes: Codes, now: datetime) -> None:
    time = rows.columns[watch.plan.time]
    assert isinstance(time, Moments)
    assert table.label is not None
    records = prediction_records(_without_version(rows, watch), time.micro, watch.plan, watch.target, codes)
    labels = label_records(rows, table.label, table.label_time, watch.target, now)
    known = np.isfinite(labels["label"])
    if table.label_time in rows.columns:
        pairs.add(records[known], labels[known])
    else:
        pairs.count(records[known], labels[known])
