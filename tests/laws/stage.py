"""A small model with labels, and all that its state says, without what the order of arrival decides."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import numpy as np

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.packing import unpack, unpack_ages, unpack_sums
from bellbuoy.profiles.step import Counted, step
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.port import KeyType, Kind
from bellbuoy.store.database import Database
from bellbuoy.store.ledger import Ledger
from bellbuoy.testing import MemorySource, Value
from bellbuoy.windows import Grain, from_micro

START = datetime(2024, 3, 1, tzinfo=UTC)
LATER = START + timedelta(days=30)
Row = Mapping[str, Value]
Told = dict[str, list[tuple[Any, ...]]]
#: A statement: id, minutes after START, label.
Statement = tuple[int, float, float]


def prediction(key: int) -> Row:
    at = START + timedelta(minutes=17 * key)
    return {
        "id": key,
        "ts": at,
        "seen": at + timedelta(seconds=30),
        "origin": "ABC"[key % 3],
        "wind": float(key % 7) if key % 5 else None,
        "score": (key * 37 % 100) / 100,
    }


def label(key: int, value: int, minutes: int) -> Row:
    return {"id": key, "label": value, "known": START + timedelta(minutes=minutes)}


def watch_of(folder: Path, predictions: MemorySource, labels: MemorySource, horizon: timedelta | None = None) -> Watch:
    plan = Plan(Grain.HOUR, "ts", ("wind", "origin", "score"), ("score",), None, ("origin",))
    kinds = {"ts": Kind.MOMENT, "wind": Kind.NUMBER, "origin": Kind.CATEGORY, "score": Kind.NUMBER}
    target = Target("binary", ("0", "1"), ("score",), None, 0.4)
    table = LabelTable(labels, "id", "label", "known", None, Kind.NUMBER)
    return Watch("m", plan, target, kinds, predictions, "id", KeyType.WHOLE, table, folder / "ledger", horizon)


class Stage:
    """A state and its sources, fresh for each example; in a folder that was there, as that left it."""

    def __init__(self, horizon: timedelta | None = None, folder: Path | None = None) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) if folder is None else folder
        self.database = Database.open("sqlite:///state.db", self.path)
        self.predictions, self.labels = MemorySource(batch=7), MemorySource(batch=5)
        self.watch = watch_of(self.path, self.predictions, self.labels, horizon)

    def beat(self) -> Counted:
        return step(self.database, self.watch, now=LATER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()
        self.folder.cleanup()

    def counts(self) -> Told:
        """All counts, by series; not the flags of labels, which say what was known when they came."""
        with self.database.read() as shelf:
            lines = shelf.series("m")
            out: Told = {}
            for key, row in shelf.outcomes(list(lines), None, None):
                for rung, (rows, sums, cells) in unpack_ages(row.parts).items():
                    told = tuple(sorted((name, round(value, 9) + 0.0) for name, value in unpack_sums(sums).items()))
                    out.setdefault(str(lines[key]), []).append((row.start, rung, rows, told, cells))
            for key, part in shelf.profiles(list(lines), None, None):
                cells = b"" if lines[key].column == "#labels" else part.cells
                row_of = (part.start, part.rows, part.nulls, part.zeros, cells)
                out.setdefault(str(lines[key]), []).append(row_of)
            return out

    def named(self) -> Told:
        """Counts that say something, with categories by name: their codes depend on which came first."""
        with self.database.read() as shelf:
            names = shelf.names("m")
        out = {}
        for line, rows in self.counts().items():
            coded = any(part in line for part in ("'origin', v", "#nulls", "#rows"))
            some = [(*row[:-1], by_name(row[-1], names)) if coded else row for row in rows if row[1] or "#" in line]
            if some:
                out[line] = some
        return out

    def ledger(self, kind: str) -> Ledger:
        with self.database.read() as shelf:
            return Ledger(self.watch.folder, kind, shelf.ledger("m", kind))

    def statements(self) -> set[Statement]:
        """What labels the ledger has, as they were said."""
        said: set[Statement] = set()
        for part in self.ledger("labels").parts:
            minutes = [(from_micro(at) - START) / timedelta(minutes=1) for at in part.records["at"].tolist()]
            said |= set(zip(part.keys.tolist(), minutes, part.records["label"].tolist(), strict=True))
        return said

    def facts(self) -> Mapping[str, Any]:
        with self.database.read() as shelf:
            return shelf.model("m").facts

    def all(self) -> object:
        """Counts, ledger files, marks, facts and notes: everything but how many cycles there were."""
        with self.database.read() as shelf:
            row, notes, lines = shelf.model("m"), shelf.notes("m"), sorted(map(str, shelf.series("m").values()))
        parts = [
            (kind, part.row.last, np.asarray(part.keys).tobytes(), np.asarray(part.records).tobytes())
            for kind in ("predictions", "labels")
            for part in self.ledger(kind).parts
        ]
        files = Counter(path.suffixes[0] for path in self.watch.folder.glob("*.npy"))
        return self.named(), lines, parts, files, row.marks, row.facts, notes


def by_name(packed: bytes, names: Mapping[int, str]) -> dict[str, int]:
    cells = unpack(packed)
    return {names[code]: count for code, count in zip(cells.codes.tolist(), cells.counts.tolist(), strict=True)}
