"""The label path: labels are kept as they were said, and meet their predictions whenever either comes.

1. What was said before is left out: a statement that the ledger has, or an undated label whose id had that label at any
   time: its file is read again whole, with all that was corrected in it. Of undated labels with one id that are read
   together only the last is taken, as their file is what tells which came later.
2. Labels whose prediction is known are joined; a correction takes back what was believed before.
3. Labels whose prediction is not known wait in the ledger. When it comes, `meet` joins them.

A prediction that the ledger has let go of (`forgotten`) is unknown, though its file may still be there: what can be
joined must not depend on how files were merged. While a prediction is remembered, so is its label: otherwise a label
that is read again would be joined twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import ARRIVALS, Plan, Tally
from bellbuoy.profiles.join import Pairs
from bellbuoy.profiles.records import LABEL, label_records, undated
from bellbuoy.profiles.statements import Heard, News, Statements, last_of_each, was_said
from bellbuoy.profiles.waiting import Waiting
from bellbuoy.profiles.watch import LabelTable
from bellbuoy.sources.port import Note, Rows, is_null
from bellbuoy.store.ledger import Ledger, fitted, picked

Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Records = NDArray[np.void]

#: Labels without a prediction are told of when they are the first, or so many of those that came.
_MANY = 0.1
_WHERE = "labels"


@dataclass(slots=True)
class Labelling:
    """Labels on their way to their predictions, within one step."""

    now: datetime
    plan: Plan
    pairs: Pairs
    predictions: Ledger
    labels: Ledger
    waiting: Waiting
    forgotten: int | None = None  #: microseconds; predictions before it are unknown
    arrivals: Tally = field(init=False)
    said: int = 0  #: statements that were news
    matched: int = 0  #: predictions that got their first label
    unknown: int = 0  #: of ids that no prediction has, or none that is remembered
    corrected: int = 0  #: statements that say something else than the one before them
    too_late: int = 0  #: labels from before what the ledger remembers, of ids that it does not know
    _odd: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.arrivals = Tally(self.plan)

    def read(self, rows: Rows, table: LabelTable) -> None:
        """Take in the labels of a batch that have an id and mean something."""
        assert rows.keys is not None
        labels = label_records(rows, table.label, table.time, self.pairs.target, self.now, table.cursor)
        good = np.isfinite(labels["label"])
        self._note_odd(rows, table, good)
        if rows.keyless is not None:
            good &= ~rows.keyless
        silent, late = undated(rows, table.time, table.cursor)[good], self.too_late
        self.take(rows.keys if good.all() else rows.keys[good], picked(labels, good), silent)
        if rows.again:  # most of them were counted before they were forgotten: nothing to tell
            self.too_late = late

    def notes(self, waited: int) -> Iterator[Note]:
        """What was odd: labels that mean nothing, and those that are of no prediction, when they are new or many."""
        yield from self._odd
        if self.waiting.total > waited and (not waited or self.unknown > _MANY * self.said):
            yield Note(
                "labels-unknown", _WHERE, f"{self.waiting.total:,} labels are of ids that no prediction has (yet)"
            )
        if self.too_late:
            message = f"{self.too_late:,} labels are older than all that is waited for, and were left out"
            yield Note("labels-too-late", _WHERE, message)

    def take(self, keys: Keys, labels: Records, silent: Bools) -> None:
        """Join labels, and keep them; of those that are `silent` nothing says when they became known."""
        if silent.any():
            keys, labels = self._dated(keys, labels, silent)
        news = self._news(Statements.of(keys, labels))
        if not len(news.known):
            return
        there, records = self._predictions(news.said.ids)
        if self.forgotten is not None:
            late = ~there & ~news.known & (news.truth["at"] < self.forgotten)
            self.too_late += int(late.sum())
            news, there = news.only(~late), there[~late]
        self._join(news, there, records)
        self._count(news, there)

    def meet(self, keys: Keys, records: Records) -> None:
        """Join predictions that are new, each once, with labels that came before them."""
        known, labels = self.labels.find(keys)
        if labels is None:
            return
        keys, records = keys[known], picked(records, known)
        self.pairs.add(records, labels)
        self.matched += len(labels)
        self.waiting.go(labels["first"])
        # Of a label that is older than its prediction nobody would know after its file is gone, so it is kept anew.
        older = labels["at"] < records["at"]
        if older.any():
            self.labels.append(keys[older], picked(labels, older), int(records["at"][older].max()))

    def _dated(self, keys: Keys, labels: Records, silent: Bools) -> tuple[Keys, Records]:
        """The labels without silent ones that are no news; those that are were said after all that is known."""
        fresh = ~silent | last_of_each(keys, silent)
        keys, labels, silent = keys[fresh], picked(labels, fresh), silent[fresh]
        known, old = self.labels.find(keys)
        if old is None:
            return keys, labels
        repeated = silent & known
        repeated[known] &= labels["label"][known] == old["label"]
        other = silent & known & ~repeated
        if other.any():
            repeated[other] = was_said(keys[other], labels["label"][other], *self.labels.every(np.unique(keys[other])))
            # A batch may correct the one before it within one moment.
            after = other[known]
            labels["at"][other] = np.maximum(labels["at"][other], old["at"][after] + 1)
        return keys[~repeated], picked(labels, ~repeated)

    def _news(self, said: Statements) -> News:
        known, found = self.labels.find(said.ids)
        old = np.zeros(len(known), LABEL)
        if found is not None:
            old[known] = found
        heard = Heard(said, known, old)
        keys, labels = self.labels.every(np.unique(said.keys[heard.doubtful]))
        return heard.news(Statements(keys, labels if labels is not None else old[:0]), self.forgotten)

    def _predictions(self, ids: Keys) -> tuple[Bools, Records | None]:
        """Which ids have a prediction that is remembered, and its record."""
        there, records = self.predictions.find(ids)
        if records is None:
            return there, None
        # Scores that were not logged then are unknown, and so is the part of a segment column that was not.
        records = fitted(records, self.pairs.target.layout(self.plan.segments))
        if self.forgotten is not None:
            kept = records["at"] >= self.forgotten
            there[there], records = kept, picked(records, kept)
        return there, records

    def _join(self, news: News, there: Bools, records: Records | None) -> None:
        until = None
        if records is not None and len(records):
            truth, old, again = picked(news.truth, there), picked(news.old, there), news.known[there]
            self.pairs.add(picked(records, ~again), picked(truth, ~again))
            self.pairs.correct(picked(records, again), picked(old, again), picked(truth, again))
            until = int(records["at"].max())
        self.labels.append(*news.to_keep(), until)

    def _count(self, news: News, there: Bools) -> None:
        first, before = news.truth["first"], news.old["first"]
        moved = ~there & news.known & (first != before)
        self.said += len(news.said.keys)
        self.matched += int((there & ~news.known).sum())
        self.unknown += int((~there & ~news.known).sum())
        self.corrected += int(news.corrections.sum())
        self.waiting.go(before[moved])
        self.waiting.come(first[moved | (~there & ~news.known)])
        flags = {"unknown id": ~there.take(news.said.of_each), "corrected": news.corrections}
        starts = self.plan.grain.starts(news.said.labels["at"])
        self.arrivals.flag(ARRIVALS, starts, None, {name: flag for name, flag in flags.items() if flag.any()})

    def _note_odd(self, rows: Rows, table: LabelTable, good: Bools) -> None:
        null = is_null(rows.columns[table.label])
        odd = ~good if null is None else ~good & ~null
        if odd.any():
            classes = ", ".join(self.pairs.target.classes) or "numbers"
            message = f"{int(odd.sum())} labels mean nothing here and were left out; expected {classes}"
            self._odd.append(Note("odd-label", f"labels.{table.label}", message))
