"""Labels as they were said: what is news among them, and what is believed then, whatever the order in which they came.

A statement is a label's value with the moment at which it became known. The latest statement on an id is believed, of
two at one moment the one with the greater value; its first statement dates it. All different statements are kept, so
that what was believed at any past moment can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bellbuoy.store.ledger import order_of, picked

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Records = NDArray[np.void]

_STATEMENT = np.dtype([("key", "<u8"), ("at", "<i8"), ("label", "<f8")])


@dataclass(frozen=True)
class Statements:
    """Labels by id, and of one id in the order in which they became known; none is there twice."""

    keys: Keys
    labels: Records

    @classmethod
    def of(cls, keys: Keys, labels: Records) -> Statements:
        """Labels as they came, put in order."""
        order = order_of(keys)
        keys, labels = keys.take(order), labels.take(order)
        if (keys[1:] != keys[:-1]).all():
            return cls(keys, labels)
        order = np.lexsort((labels["label"], labels["at"], keys))
        made = cls(keys.take(order), labels.take(order))
        said = _packed(made)
        return made.only(np.append(said[1:] != said[:-1], True))

    @cached_property
    def begins(self) -> Ints:
        """Where the statements on each id begin."""
        edges = np.flatnonzero(self.keys[1:] != self.keys[:-1]) + 1
        return np.concatenate([[0], edges]) if len(self.keys) else edges

    @cached_property
    def ends(self) -> Ints:
        """Where the last statement on each id is."""
        return np.append(self.begins[1:], len(self.keys))[: len(self.begins)] - 1

    @property
    def ids(self) -> Keys:
        """The ids, ascending, each once."""
        return self.keys if len(self.begins) == len(self.keys) else self.keys.take(self.begins)

    @cached_property
    def of_each(self) -> Ints:
        """For each statement the place of its id among the ids."""
        return np.repeat(np.arange(len(self.begins)), self.ends + 1 - self.begins)

    def only(self, kept: Bools) -> Statements:
        """The statements that are true."""
        return self if kept.all() else Statements(self.keys[kept], picked(self.labels, kept))


@dataclass(frozen=True)
class News:
    """Statements that were not known, and what was believed of their ids before them."""

    said: Statements
    known: Bools  #: of each id, whether anything was believed
    old: Records  #: of each id what; nothing that says anything where nothing was

    @cached_property
    def truth(self) -> Records:
        """What is believed of each id now."""
        if self._plain:
            return self.said.labels
        first = self.said.labels["at"].take(self.said.begins)
        truth = np.where(self.stands, self.old, self.said.labels.take(self.said.ends))
        truth["first"] = np.where(self.known, np.minimum(first, self.old["first"]), first)
        return truth

    @cached_property
    def stands(self) -> Bools:
        """Of which ids the old statement is the latest still."""
        if not self.known.any():
            return self.known
        return self.known & ~_later(self.said.labels.take(self.said.ends), self.old)

    @cached_property
    def _plain(self) -> bool:
        """One statement on each id, and the first: what nearly all labels are, so nothing is moved for them."""
        return len(self.known) == len(self.said.keys) and not self.known.any()

    @cached_property
    def corrections(self) -> Bools:
        """Which statements say something else than the one before them, or than what was believed."""
        if self._plain:
            return np.zeros(len(self.known), np.bool_)
        label, begins = self.said.labels["label"], self.said.begins
        before = np.roll(label, 1)
        before[begins] = np.where(self.known, self.old["label"], label[begins])
        corrected: Bools = label != before
        return corrected

    def to_keep(self) -> tuple[Keys, Records]:
        """What to add to the ledger: the last record of an id is what is believed, those before it were said as well.

        Where the old statement stands it is said again, for the ledger finds the record that came last.
        """
        if self._plain:
            return self.said.keys, self.said.labels
        labels = self.said.labels.copy()
        labels["first"] = self.truth["first"].take(self.said.of_each)
        if not self.stands.any():
            return self.said.keys, labels
        again = picked(self.truth, self.stands)
        return np.concatenate([self.said.keys, self.said.ids[self.stands]]), np.concatenate([labels, again])

    def only(self, kept: Bools) -> News:
        """The news on the ids that are true."""
        if kept.all():
            return self
        return News(self.said.only(kept.take(self.said.of_each)), self.known[kept], picked(self.old, kept))


@dataclass(frozen=True)
class Heard:
    """What was said, beside what is known: `old` is the newest record of each id, nothing where it is not known."""

    said: Statements
    known: Bools
    old: Records

    @property
    def doubtful(self) -> Bools:
        """Which statements are older than what is known: only all that was ever said tells whether they are news."""
        if not self.known.any():
            return np.zeros(len(self.said.keys), np.bool_)
        before, again = self._before
        older: Bools = again & _later(before, self.said.labels)
        return older

    def news(self, history: Statements, since: int | None = None) -> News:
        """What is news in it; `history` is all that was ever said of the ids of doubtful statements.

        Where history was forgotten, it is whole `since` a moment only: what is doubtful before that is taken as known.
        """
        if not self.known.any():
            return News(self.said, self.known, self.old)
        before, again = self._before
        fresh, doubtful = ~again | _later(self.said.labels, before), self.doubtful
        if doubtful.any():
            fresh[doubtful] = ~np.isin(_packed(self.said.only(doubtful)), _packed(history))
            fresh &= ~doubtful | (self.said.labels["at"] >= (-(2**63) if since is None else since))
        kept = np.zeros(len(self.known), np.bool_)
        kept[self.said.of_each[fresh]] = True
        return News(self.said.only(fresh), self.known[kept], picked(self.old, kept))

    @cached_property
    def _before(self) -> tuple[Records, Bools]:
        """For each statement what is known of its id, and whether it is."""
        return self.old.take(self.said.of_each), self.known.take(self.said.of_each)


def last_of_each(keys: Keys, some: Bools) -> Bools:
    """Which of some statements are the last of them on their id, in the order in which they came."""
    if (keys[1:] > keys[:-1]).all():
        return some
    last = np.zeros(len(keys), np.bool_)
    places = np.flatnonzero(some)[::-1]
    last[places[np.unique(keys[places], return_index=True)[1]]] = True
    return last


def was_said(keys: Keys, labels: Floats, said: Keys, history: Records | None) -> Bools:
    """Which labels their id ever had; `history` is all that was said of the ids in `said`."""
    if history is None:
        return np.zeros(len(keys), np.bool_)
    pairs = np.dtype([("key", "<u8"), ("label", "<f8")])
    asked, known = np.zeros(len(keys), pairs), np.zeros(len(said), pairs)
    asked["key"], asked["label"] = keys, labels
    known["key"], known["label"] = said, history["label"]
    return np.isin(asked, known)


def _later(new: Records, old: Records) -> Bools:
    later: Bools = (new["at"] > old["at"]) | ((new["at"] == old["at"]) & (new["label"] > old["label"]))
    return later


def _packed(said: Statements) -> NDArray[np.void]:
    """Statements as values that can be compared."""
    packed = np.zeros(len(said.keys), _STATEMENT)
    packed["key"], packed["at"], packed["label"] = said.keys, said.labels["at"], said.labels["label"]
    return packed
