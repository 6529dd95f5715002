"""New rows become counts, in one transaction: read, count, join, commit. Killed anywhere, it runs as if never run.

1. Read the state: marks, ledger files, names.
2. Predictions that became visible: drop those known already, count the rest, put them slim into the ledger, and join
   those whose label came before them.
3. Labels that became known: drop repeats, take back what a correction replaces, join those whose prediction is known;
   keep all in the ledger, for predictions to come and for corrections.
4. Commit counts, marks, ledger files, names and notes together, on top of the cycle that was read in 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import ARRIVALS, ROWS, Plan, Tally
from bellbuoy.profiles.deposit import deposit_outcomes, deposit_profiles
from bellbuoy.profiles.join import Pairs, Target
from bellbuoy.profiles.records import Codes, label_records, merged_labels, one_of_each, prediction_records
from bellbuoy.sources.port import KeyType, Kind, Mark, Moments, Note, Numbers, Rows, Source, Want
from bellbuoy.store.database import Beat, Database
from bellbuoy.store.ledger import Ledger, fitted, picked
from bellbuoy.store.port import ModelRow, NoteRow
from bellbuoy.windows import MICRO, to_micro

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Records = NDArray[np.void]
Keys = NDArray[np.uint64]

#: Cells held in memory before they are written into the open transaction (16 bytes each).
_HELD = 8_000_000
PREDICTIONS, LABELS = "predictions", "labels"
#: Moments of which windows can be made: a week around them must have a date.
_CALENDAR = (to_micro(datetime(2, 1, 1, tzinfo=UTC)), to_micro(datetime(9998, 1, 1, tzinfo=UTC)))


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Where labels are and what their columns are called."""

    source: Source
    id: str
    label: str
    time: str | None
    cursor: str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Watch:
    """A model under watch, ready to be counted: what to count, where its rows are, what its labels mean."""

    name: str
    plan: Plan
    target: Target
    kinds: Mapping[str, Kind]  #: of every column that is read
    source: Source
    id: str | None
    key_type: KeyType | None
    labels: LabelTable | None
    folder: Path  #: where the ledger's files are


@dataclass(frozen=True, slots=True)
class Counted:
    """What one step took in."""

    rows: int = 0
    duplicates: int = 0
    labels: int = 0
    matched: int = 0
    unknown: int = 0
    corrected: int = 0
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
        self.predictions = Ledger(watch.folder, PREDICTIONS, parts[PREDICTIONS])
        self.labels = Ledger(watch.folder, LABELS, parts[LABELS])
        self.tally = Tally(watch.plan)
        self.arrivals = Tally(watch.plan)
        self.pairs = Pairs(watch.target, watch.plan.grain, watch.plan.segments, self.codes.names)
        self.counts = dict.fromkeys(("rows", "duplicates", "labels", "matched", "unknown", "corrected"), 0)
        self.latest: int | None = None
        self.marks: dict[str, Mark] = {}
        self.notes: list[Note] = []
        self._stack = ExitStack()
        self._beat: Beat | None = None

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
        return Counted(**self.counts, latest=self.latest, notes=tuple(self.notes))

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
            if self.tally.size > _HELD:
                self._write(self.tally)
        self.marks[PREDICTIONS] = pull.mark
        self.notes += pull.notes

    def _take_batch(self, rows: Rows) -> None:
        seen = self._seen(rows)
        if rows.again and seen.any():
            rows, seen = rows.take(~seen), np.zeros(int((~seen).sum()), np.bool_)
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
        micro, none = time.micro, _nowhere(time)
        flags = {"future": micro > self._future}
        if none.any():
            cursor = rows.columns.get(self.watch.plan.cursor or "")
            now = np.full(rows.count, to_micro(self.now))
            other = now if not isinstance(cursor, Moments) else np.where(_nowhere(cursor), now, cursor.micro)
            micro = np.where(none, other, micro)
            flags = {"future": flags["future"] & ~none, "no time": none}
        return micro, flags

    def _enter(self, rows: Rows, micro: Ints) -> None:
        """Put predictions into the ledger, and join those whose label is there already."""
        if rows.keys is None:
            return
        plan, target = self.watch.plan, self.watch.target
        records = prediction_records(rows, micro, plan, target, self.codes)
        keep = np.ones(rows.count, np.bool_) if rows.keyless is None else ~rows.keyless
        keys, records = rows.keys if keep.all() else rows.keys[keep], picked(records, keep)
        known, labels = self.labels.find(keys)
        if labels is not None:
            self.pairs.add(picked(records, known), labels)
            self.counts["matched"] += len(labels)
        self.predictions.append(keys, records)

    def _take_labels(self, table: LabelTable) -> None:
        kinds = {table.label: table.kind} | ({table.time: Kind.MOMENT} if table.time else {})
        want = Want(kinds, table.id, self.watch.key_type, table.cursor)
        pull = table.source.pull(want, dict(self.model.marks.get(LABELS, {})), self.now)
        for rows in pull:
            self._match(*self._usable(rows, table))
            self.tell(rows.count)
        self.marks[LABELS] = pull.mark
        self.notes += pull.notes

    def _usable(self, rows: Rows, table: LabelTable) -> tuple[Keys, Records]:
        """Keys and records of the labels of a batch that have an id and mean something."""
        assert rows.keys is not None
        labels = label_records(rows, table.label, table.time, self.watch.target, self.now)
        good = np.isfinite(labels["label"])
        self._note_bad_labels(rows, table, good)
        if rows.keyless is not None:
            good &= ~rows.keyless
        return rows.keys if good.all() else rows.keys[good], picked(labels, good)

    def _match(self, keys: Keys, labels: Records) -> None:
        """Drop what was said before, join what is new, and keep it."""
        keys, labels = one_of_each(keys, labels)
        known, old = self.labels.find(keys)
        if old is None:
            self._take_in(keys, labels, known, old)
            return
        new = np.ones(len(keys), np.bool_)
        labels[known] = merged_labels(labels[known], old)
        new[known] = labels[known] != old
        self._take_in(keys[new], labels[new], known[new], old[new[known]])

    def _take_in(self, keys: Keys, labels: Records, again: Bools, old: Records | None) -> None:
        if len(keys):
            self._join(keys, labels, again, old)
            self.labels.append(keys, labels)

    def _join(self, keys: Keys, labels: Records, again: Bools, old: Records | None) -> None:
        """Join labels, ascending by key; `old` is what those that come `again` said before."""
        found, records = self.predictions.find(keys)
        if records is not None:
            # Segments and scores that were not logged then are unknown.
            records = fitted(records, self.watch.target.layout(self.watch.plan.segments))
            fresh = ~again[found]
            self.pairs.add(picked(records, fresh), picked(labels, found & ~again))
            if old is not None and len(old):
                self.pairs.correct(picked(records, ~fresh), picked(old, found[again]), picked(labels, found & again))
        self.counts["labels"] += len(keys)
        self.counts["matched"] += int((found & ~again).sum())
        self.counts["unknown"] += int((~found).sum())
        self.counts["corrected"] += int(again.sum())
        flags = {"unknown id": ~found, "corrected": again}
        starts = self.watch.plan.grain.starts(labels["at"])
        self.arrivals.flag(ARRIVALS, starts, None, {name: flag for name, flag in flags.items() if flag.any()})

    def _note_bad_labels(self, rows: Rows, table: LabelTable, good: Bools) -> None:
        column = rows.columns[table.label]
        null = column.codes < 0 if not isinstance(column, Numbers | Moments) else column.null
        odd = ~good if null is None else ~good & ~null
        if odd.any():
            classes = ", ".join(self.watch.target.classes) or "numbers"
            message = f"{int(odd.sum())} labels mean nothing here and were left out; expected {classes}"
            self.notes.append(Note("odd-label", f"labels.{table.label}", message))

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

    def _write(self, tally: Tally) -> None:
        for line, profiles in tally.drain():
            deposit_profiles(self._open(), line, profiles, self.codes)

    def _commit(self, also: Sequence[Callable[[Beat], None]]) -> None:
        self.doing("writing windows")
        beat = self._open()
        self._write(self.tally)
        self._write(self.arrivals)
        for line, delays in self.pairs.delays.items():
            deposit_profiles(beat, line, delays, self.codes)
        for line, outcomes in self.pairs.outcomes.items():
            deposit_outcomes(beat, line, outcomes)
        for source, mark in self.marks.items():
            beat.put_mark(source, mark)
        beat.put_ledger(PREDICTIONS, self.predictions.rows())
        beat.put_ledger(LABELS, self.labels.rows())
        for act in also:
            act(beat)
        beat.put_names(self.codes.fresh)
        at = to_micro(self.now)
        beat.put_notes(NoteRow(note.code, note.where, note.message, at, at) for note in self.notes)
        facts = dict(self.model.facts) | dict(self.facts)
        if self.latest is not None:
            facts["latest"] = max(self.latest, facts.get("latest", self.latest))
        beat.finish(at=to_micro(self.now), facts=facts)


def _nowhere(time: Moments) -> Bools:
    """Where there is no moment, or one so far away that no window can be made of it."""
    far: Bools = (time.micro < _CALENDAR[0]) | (time.micro >= _CALENDAR[1])
    return far if time.null is None else far | time.null


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
