"""New rows become counts, in one transaction: read, count, join, commit. Killed anywhere, it runs as if never run.

1. Read the state: marks, ledger files, names.
2. Predictions that became visible: drop those known already, count the rest, put them slim into the ledger, and join
   those whose label came before them.
3. Labels that became known: drop repeats, take back what a correction replaces, join those whose prediction is known;
   keep all in the ledger, for predictions to come and for corrections (`profiles/labels.py`).
4. Let go of ledger files that are older than the horizon.
5. Commit counts, marks, ledger files, names and notes together, on top of the cycle that was read in 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import HELD, ROWS, Tally
from bellbuoy.profiles.deposit import deposit_outcomes, deposit_profiles
from bellbuoy.profiles.join import Pairs
from bellbuoy.profiles.labels import Labelling
from bellbuoy.profiles.lag import count_lag
from bellbuoy.profiles.promise import Promises
from bellbuoy.profiles.records import Codes, nowhere, prediction_records
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.profiles.twin import Twin
from bellbuoy.profiles.twin_packing import unpack_twin
from bellbuoy.profiles.twin_tally import TwinTally
from bellbuoy.profiles.waiting import Waiting
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.port import Kind, Mark, Moments, Note, Rows, Want
from bellbuoy.store.database import Beat, Database
from bellbuoy.store.ledger import Ledger, picked
from bellbuoy.store.port import ModelRow, NoteRow, Series
from bellbuoy.windows import MICRO, to_micro

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Records = NDArray[np.void]
Keys = NDArray[np.uint64]

PREDICTIONS, LABELS = "predictions", "labels"


@dataclass(frozen=True, slots=True)
class Counted:
    """What one step took in."""

    rows: int = 0
    duplicates: int = 0
    labels: int = 0
    matched: int = 0
    unknown: int = 0
    corrected: int = 0
    waiting: int = 0  #: labels without a prediction, those of earlier steps among them
    latest: int | None = None  #: microseconds; the newest prediction's time
    notes: tuple[Note, ...] = ()


class Listener(Protocol):
    """Whoever wants to know how far a step has come."""

    def __call__(self, rows: int, /) -> None:
        """So many more rows were taken in."""
        ...

    def say(self, what: str, /) -> None:
        """Something else is being done from now on."""
        ...


class Step:
    """One model's step under way. `facts` are remembered with it; `listen` is told of every batch's rows.

    `anew`: as if nothing had been counted yet; what the state has is forgotten in the transaction that counts again.
    """

    def __init__(
        self,
        database: Database,
        watch: Watch,
        now: datetime,
        facts: Mapping[str, object] | None = None,
        listen: Listener | None = None,
        *,
        anew: bool = False,
    ) -> None:
        self.database, self.watch, self.now = database, watch, now
        self.facts, self._listen, self.anew = facts or {}, listen, anew
        with database.read() as shelf:
            known = shelf.model(watch.name)
            self.model = ModelRow(watch.name, known.cycle) if anew else known
            self.codes = Codes({} if anew else shelf.names(watch.name))
            parts = {kind: [] if anew else shelf.ledger(watch.name, kind) for kind in (PREDICTIONS, LABELS)}
            self.set_twin(None if anew else unpack_twin(shelf.twin(watch.name)))
        self.predictions = Ledger(watch.folder, PREDICTIONS, parts[PREDICTIONS], durable=database.durable)
        self.labels = Ledger(watch.folder, LABELS, parts[LABELS], durable=database.durable)
        self.tally = Tally(watch.plan)
        self.pairs = Pairs(watch.target, watch.plan.grain, watch.plan.segments, self.codes.names)
        self.promises = Promises(watch.target, watch.plan.grain, watch.plan.segments, self.codes.names)
        self.labelling = Labelling(
            now,
            watch.plan,
            self.pairs,
            self.predictions,
            self.labels,
            Waiting.of(self.model.facts),
            self.model.facts.get("forgotten"),
        )
        self.counts = dict.fromkeys(("rows", "duplicates"), 0)
        self.latest: int | None = None
        self.marks: dict[str, Mark] = {}
        self.notes: list[Note] = []
        self._stack = ExitStack()
        self._beat: Beat | None = None

    def set_twin(self, twin: Twin | None) -> None:
        """What rows are held against from now on; one that needs columns that are not read any more is none."""
        plan = self.watch.plan
        usable = twin is not None and twin.columns <= set(plan.columns)
        self.beside = TwinTally(twin, plan, self.watch.target) if twin is not None and usable else None

    def run(self, also: Sequence[Callable[[Beat], None]] = ()) -> Counted:
        """Take in what is new and commit it, together with whatever else belongs to the cycle."""
        if not self.anew:  # else the files that the state still vouches for would go before it forgets them
            for ledger in (self.predictions, self.labels):
                ledger.sweep()
        with self._stack:
            self.doing("rows")
            self._take_predictions()
            self.doing("labels")
            if self.watch.labels is not None:
                self._take_labels(self.watch.labels)
            self._commit(also)
        for ledger in (self.predictions, self.labels):
            ledger.sweep()
        return self._counted()

    def _counted(self) -> Counted:
        labels = self.labelling
        return Counted(
            **self.counts,
            labels=labels.said,
            matched=labels.matched,
            unknown=labels.unknown,
            corrected=labels.corrected,
            waiting=labels.waiting.total,
            latest=self.latest,
            notes=tuple(self.notes),
        )

    @property
    def has_counted(self) -> bool:
        """Whether anything was counted in the cycles before this."""
        return "latest" in self.model.facts or bool(self.labels.rows())

    def _take_predictions(self) -> None:
        watch, plan = self.watch, self.watch.plan
        want = Want(watch.kinds, watch.id, watch.key_type, plan.cursor)
        pull = watch.source.pull(want, dict(self.model.marks.get(PREDICTIONS, {})), self.now)
        for rows in pull:
            self._take_batch(rows)
            self.tell(rows.count)
            if self.tally.size > HELD:
                self._write(self.tally.drain())
        self.marks[PREDICTIONS] = pull.mark
        self.notes += pull.notes

    def _take_batch(self, rows: Rows) -> None:
        seen = self._seen(rows)
        if rows.again:
            # Rows from before what the ledger remembers were counted: their ids are not known any more.
            fresh = ~seen & (self._moments(rows)[0] >= (self.labelling.forgotten or -(2**63)))
            rows, seen = rows.take(fresh), seen[fresh]
        if not rows.count:
            return
        micro, flags = self._moments(rows)
        starts = self.watch.plan.grain.starts(micro)
        flags |= {"duplicate": seen} | ({"no id": rows.keyless} if rows.keyless is not None else {})
        version = rows.columns.get(self.watch.plan.version or "")
        self.tally.flag(ROWS, starts, version, {name: flag for name, flag in flags.items() if flag.any()})
        if seen.any():
            rows, micro, starts = rows.take(~seen), micro[~seen], starts[~seen]
        self.counts["rows"] += rows.count
        self.counts["duplicates"] += int(seen.sum())
        if rows.count:
            self._remember_latest(micro)
            self.tally.add(rows, starts)
            count_lag(self.tally, rows)
            if self.beside is not None:
                self.beside.add(rows, micro)
            self._enter(rows, micro)

    def _remember_latest(self, micro: Ints) -> None:
        """A row of the future must not make a source that has gone quiet look fresh for years."""
        begun = micro[micro <= self._future]
        if len(begun):
            self.latest = max(self.latest or 0, int(begun.max()))

    @property
    def _future(self) -> int:
        """Later moments are in the future; clocks differ, so by a window it may be."""
        return to_micro(self.now) + self.watch.plan.grain.seconds * MICRO

    def _seen(self, rows: Rows) -> Bools:
        """Rows whose id came before, in this batch or ever."""
        if rows.keys is None:
            return np.zeros(rows.count, np.bool_)
        known, _ = self.predictions.find(rows.keys)
        seen = known if (rows.keys[1:] > rows.keys[:-1]).all() else known | ~_first_of_each(rows.keys)
        return seen if rows.keyless is None else seen & ~rows.keyless

    def _moments(self, rows: Rows) -> tuple[Ints, dict[str, Bools]]:
        """Each row's time: its own, else when it became visible, else now; and which are odd."""
        time = rows.columns[self.watch.plan.time]
        assert isinstance(time, Moments)
        micro, none = time.micro, nowhere(time)
        flags = {"future": micro > self._future}
        if none.any():
            cursor = rows.columns.get(self.watch.plan.cursor or "")
            now = np.full(rows.count, to_micro(self.now))
            other = now if not isinstance(cursor, Moments) else np.where(nowhere(cursor), now, cursor.micro)
            micro = np.where(none, other, micro)
            flags = {"future": flags["future"] & ~none, "no time": none}
        return micro, flags

    def _enter(self, rows: Rows, micro: Ints) -> None:
        """Count what predictions promise, put them into the ledger, and join those whose label is there already."""
        plan, target = self.watch.plan, self.watch.target
        records = prediction_records(rows, micro, plan, target, self.codes)
        self.promises.add(records)
        if rows.keys is None:
            return
        keep = np.ones(rows.count, np.bool_) if rows.keyless is None else ~rows.keyless
        keys, records = rows.keys if keep.all() else rows.keys[keep], picked(records, keep)
        self.labelling.meet(keys, records)
        self.predictions.append(keys, records)

    def _take_labels(self, table: LabelTable) -> None:
        kinds = {table.label: table.kind} | ({table.time: Kind.MOMENT} if table.time else {})
        want = Want(kinds, table.id, self.watch.key_type, table.cursor)
        pull = table.source.pull(want, dict(self.model.marks.get(LABELS, {})), self.now)
        for rows in pull:
            self.labelling.read(rows, table)
            self.tell(rows.count)
        self.marks[LABELS] = pull.mark
        self.notes += [*pull.notes, *self.labelling.notes(self.model.facts.get("waiting", 0))]

    def tell(self, rows: int) -> None:
        """Tell the listener that so many more rows were taken in."""
        if self._listen is not None:
            self._listen(rows)

    def doing(self, what: str) -> None:
        """Tell the listener what is being done from now on."""
        if self._listen is not None:
            self._listen.say(f"{self.watch.name}: {what}")

    def _open(self) -> Beat:
        if self._beat is None:
            self._beat = self._stack.enter_context(self.database.beat(self.watch.name, self.model.cycle))
            if self.anew:
                self._beat.forget()
        return self._beat

    def _write(self, lines: Iterable[tuple[Series, Sheet]]) -> None:
        for line, profiles in lines:
            deposit_profiles(self._open(), line, profiles, self.codes)

    def _commit(self, also: Sequence[Callable[[Beat], None]]) -> None:
        self.doing("writing windows")
        beat = self._open()
        self._write(self.tally.drain())
        if self.beside is not None:
            self._write(self.beside.drain())
        self._write(self.labelling.arrivals.drain())
        for line, delays in self.pairs.delays.items():
            deposit_profiles(beat, line, delays, self.codes)
        for line, outcomes in [*self.pairs.outcomes.items(), *self.promises.counts.items()]:
            deposit_outcomes(beat, line, outcomes)
        for source, mark in self.marks.items():
            beat.put_mark(source, mark)
        self._forget()
        beat.put_ledger(PREDICTIONS, self.predictions.rows())
        beat.put_ledger(LABELS, self.labels.rows())
        for act in also:
            act(beat)
        beat.put_names(self.codes.fresh)
        at = to_micro(self.now)
        beat.put_notes(NoteRow(note.code, note.where, note.message, at, at) for note in self.notes)
        beat.finish(at=to_micro(self.now), facts=self._remembered())

    def _forget(self) -> None:
        """Let go of what nobody waits for any more; its files go after the commit.

        Time passes with predictions: history that is taken in today is waited for from its own end on.
        """
        horizon, latest = self.watch.horizon, self.latest_ever
        if horizon is None or latest is None or self.anew:
            return
        before = min(latest, to_micro(self.now)) - horizon // timedelta(microseconds=1)
        gone = [self.predictions.forget(before)]
        table = self.watch.labels
        if table is not None and (table.time or table.cursor):
            # Labels that are not dated stay: nothing else would tell one that is read again from a new one.
            gone.append(self.labels.forget(before))
        if any(moment is not None for moment in gone):
            forgotten = 1 + max(moment for moment in gone if moment is not None)
            self.labelling.forgotten = max(forgotten, self.labelling.forgotten or forgotten)
            self.labelling.waiting.forget(self.labelling.forgotten)

    @property
    def latest_ever(self) -> int | None:
        """The time of the newest prediction that ever came, in microseconds."""
        return max((at for at in (self.latest, self.model.facts.get("latest")) if at is not None), default=None)

    def _remembered(self) -> dict[str, object]:
        facts = dict(self.model.facts) | dict(self.facts) | self.labelling.waiting.facts()
        if self.latest_ever is not None:
            facts["latest"] = self.latest_ever
        if self.labelling.forgotten is not None:
            facts["forgotten"] = self.labelling.forgotten
        return facts


def _first_of_each(keys: Keys) -> Bools:
    first = np.zeros(len(keys), np.bool_)
    first[np.unique(keys, return_index=True)[1]] = True
    return first


def step(database: Database, watch: Watch, *, now: datetime) -> Counted:
    """Take in one model's new rows and labels; running it twice changes nothing.

    Raises:
        StateError: another process committed a cycle of this model meanwhile.
    """
    return Step(database, watch, now).run()
