"""Rows as slim records of the ledger: what a label needs to find in a prediction, and a prediction in a label."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import Named, Plan
from bellbuoy.profiles.join import Target, numbers
from bellbuoy.sources.port import Moments, Rows
from bellbuoy.store.ledger import order_of
from bellbuoy.windows import to_micro

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Records = NDArray[np.void]

#: A label in the ledger: when an id's label was first known, when it was said last, and its value then (class index,
#: 0/1 or the number itself).
LABEL = np.dtype([("first", "<i8"), ("at", "<i8"), ("label", "<f8")])


@dataclass(slots=True)
class Codes:
    """Names of categories as numbers; new ones are remembered in `fresh` until they are committed. 0 is no name."""

    names: dict[int, str]
    fresh: dict[int, str] = field(default_factory=dict)
    _codes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._codes = {"": 0} | {name: code for code, name in self.names.items()}
        self.names[0] = ""

    def code(self, name: str) -> int:
        """The number of a name, given now if it has none."""
        if (code := self._codes.get(name)) is None:
            code = self._codes[name] = len(self._codes)
            self.names[code] = self.fresh[code] = name
        return code

    def column(self, named: Named) -> NDArray[np.int32]:
        """Numbers of a column of names."""
        return np.array([self.code(name) for name in named.names], np.int32)[named.codes]


def prediction_records(rows: Rows, micro: Ints, plan: Plan, target: Target, codes: Codes) -> Records:
    """A record per prediction: its time, version, segment values, what was predicted and with which scores."""
    records = np.zeros(rows.count, target.layout(plan.segments))
    records["at"] = micro
    records["version"] = codes.column(Named.of(rows.columns.get(plan.version or ""), rows.count))
    records["predicted"] = target.predicted(rows)
    for place, name in enumerate(target.scores):
        records[f"score{place}"] = numbers(rows.columns[name])
    for name in plan.segments:
        records[f"by:{name}"] = codes.column(Named.of(rows.columns.get(name), rows.count))
    return records


def label_records(rows: Rows, label: str, time: str | None, target: Target, now: datetime) -> Records:
    """A record per label: when it became known (now, where nothing says) and its value, NaN where it says nothing."""
    records = np.zeros(rows.count, LABEL)
    records["label"] = target.labels(rows.columns[label])
    records["at"] = to_micro(now)
    moments = rows.columns.get(time or "")
    if isinstance(moments, Moments):
        known = np.ones(rows.count, np.bool_) if moments.null is None else ~moments.null
        records["at"][known] = moments.micro[known]
    records["first"] = records["at"]
    return records


def one_of_each(keys: Keys, labels: Records) -> tuple[Keys, Records]:
    """One label for each key, ascending by key: the latest, of two at once the greater; first known as any was."""
    order = order_of(keys)
    keys, labels = keys.take(order), labels.take(order)
    if (keys[1:] != keys[:-1]).all():
        return keys, labels
    order = np.lexsort((labels["label"], labels["at"], keys))
    keys, labels = keys.take(order), labels.take(order)
    edges = np.flatnonzero(keys[1:] != keys[:-1])
    last = np.append(edges, len(keys) - 1) if len(keys) else edges
    first = np.insert(edges + 1, 0, 0) if len(keys) else edges
    merged = labels[last]
    merged["first"] = np.minimum.reduceat(labels["first"], first) if len(first) else labels["first"]
    return keys[last], merged


def merged_labels(new: Records, old: Records) -> Records:
    """What is known of ids after a new word on each: as `one_of_each` of both, so any order of arrival ends alike."""
    later = (new["at"] > old["at"]) | ((new["at"] == old["at"]) & (new["label"] > old["label"]))
    merged = np.where(later, new, old)
    merged["first"] = np.minimum(new["first"], old["first"])
    return merged
