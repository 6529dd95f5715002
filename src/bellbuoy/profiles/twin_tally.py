"""Counts of how far rows lie beside the twin: by day, version and host, as profiles like any others.

The line of a column is called `#twin:` and its name. Of a window there are the rows that were looked at; those that
were left out, as they are like none of the reference set, are its nulls, and those without a value are its NaNs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import TWIN, Plan, Tally
from bellbuoy.profiles.drawn import ranks_of
from bellbuoy.profiles.reference_tally import ReferenceTally
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.twin import Apart, Learnt, Twin, learn, outputs_of
from bellbuoy.profiles.twin_sample import Sample, halves
from bellbuoy.sources.port import Column, Moments, Numbers, Rows
from bellbuoy.store.port import Series
from bellbuoy.windows import Grain

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Rows of a day that are looked at, where the reference set's days tell how many there are.
_DAILY = 1_000
#: Rows of one window that are looked at in a batch, whatever the reference set says: a log that is a thousand times as
#: large must not take a thousand times as long.
_MOST = 2_000
_DAY = Grain.DAY.seconds


def line_of(column: str) -> str:
    """What the line of a column beside its twin is called."""
    return TWIN + column


class TwinTally:
    """Live rows beside the twin, under way; `add` batches in any order, `drain` gives what was counted."""

    def __init__(self, twin: Twin, plan: Plan, target: Target) -> None:
        self.twin, self.plan = twin, plan_of_twin(twin, plan, target)
        self._tally = Tally(self.plan)

    @property
    def size(self) -> int:
        """Cells held, so that the caller knows when to drain."""
        return self._tally.size

    def add(self, rows: Rows, micro: Ints) -> None:
        """Look at a sample of a batch, whose times are `micro`."""
        starts = self.plan.grain.starts(micro)
        taken = _taken(ranks_of(rows, micro) / 2.0**64, starts, self.twin.share)
        if taken.any():
            some = rows.take(taken)
            self._tally.add(beside(some, self.twin.distances(some.columns), self.plan), starts[taken])

    def drain(self) -> Iterator[tuple[Series, Sheet]]:
        """Each series with its profiles by window start; the tally is empty afterwards."""
        return ((line, sheet) for line, sheet in self._tally.drain() if line.column.startswith(TWIN))


def plan_of_twin(twin: Twin, plan: Plan, target: Target) -> Plan:
    """What is counted of rows beside the twin: all its columns, by day; of hosts, the outputs."""
    outputs = outputs_of(target)
    return replace(
        plan,
        grain=max(plan.grain, Grain.DAY, key=lambda one: one.seconds),
        columns=tuple(line_of(guess.column) for guess in twin.guesses),
        outputs=tuple(line_of(guess.column) for guess in twin.guesses if guess.column in outputs),
        segments=() if plan.host is None else (plan.host,),
    )


def beside(rows: Rows, distances: Mapping[str, Apart], plan: Plan) -> Rows:
    """Rows with their distances as columns, ready to be counted by a twin's plan."""
    kept = (plan.time, plan.version or "", *plan.segments)
    columns: dict[str, Column] = {name: rows.columns[name] for name in kept if name in rows.columns}
    for name, apart in distances.items():
        columns[line_of(name)] = Numbers(apart.values, apart.strange)
    return Rows(rows.count, columns)


def sampled(plan: Plan, target: Target) -> Sample:
    """A sample that a twin can be learnt from; it has no row yet."""
    wanted = (*plan.columns, *outputs_of(target), plan.time, *([plan.host] if plan.host else []))
    return Sample(tuple(dict.fromkeys(wanted)))


def learn_from(sample: Sample, plan: Plan, target: Target) -> tuple[Twin, ReferenceTally] | None:
    """The twin that a sample of the reference set tells of, and the sample's rows beside it; None if it tells none."""
    rows = sample.taken()
    time = rows.columns.get(plan.time)
    if not rows.count or not isinstance(time, Moments):
        return None
    learnt = learn(rows.columns, halves(time), plan, target, _share(sample.rows, time.micro))
    if learnt is None:
        return None
    return learnt.twin, _counted(rows, learnt, plan_of_twin(learnt.twin, plan, target))


def _counted(rows: Rows, learnt: Learnt, plan: Plan) -> ReferenceTally:
    tally = ReferenceTally(plan)
    tally.add(beside(rows, learnt.distances, plan))
    tally.settle()
    tally.whole = {line: part for line, part in tally.whole.items() if line.column.startswith(TWIN)}
    tally.windows = {line: sheet for line, sheet in tally.windows.items() if line.column.startswith(TWIN)}
    return tally


def _share(rows: int, micro: Ints) -> float:
    """The share of live rows to look at, where a day has as many as the reference set's days have."""
    days = len(np.unique(Grain.DAY.starts(micro)))
    return min(1.0, _DAILY * days / rows)


def _taken(ranks: Floats, starts: Ints, share: float) -> Bools:
    """Rows that are looked at: a share of them, and of one window not more than the most."""
    taken = ranks < share
    windows, of, many = np.unique(starts[taken], return_inverse=True, return_counts=True)
    if len(windows) and many.max() > _MOST:
        taken[taken] = ranks[taken] < share * np.minimum(1.0, _MOST / many)[of]
    return taken
