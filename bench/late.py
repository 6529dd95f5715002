"""Labels that come late to a long history: tables of it, and what it costs to join the next ten thousand."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.step import step
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.port import KeyType, Kind, Place
from bellbuoy.store.database import Database
from bellbuoy.windows import MICRO, Grain, to_micro
from bench.data import NOW, START, chunks, moments

Ints = NDArray[np.int64]

#: Labels that come in one cycle, and how many such cycles are timed after one that warms up.
LABELS, _TURNS = 10_000, 7
_DAYS = 30
#: Odd, so that multiplying by it gives every id of 64 bits once, in no order at all.
_MIX = 0x9E3779B97F4A7C15


def late_tables(folder: Path, rows: int, *, mixed: bool) -> None:
    """A month of predictions, labels of every second one, and small batches of labels of the others.

    Ids are handed out in turn, or `mixed` as hashes are. Every batch has labels of all thirty days.
    """
    random = np.random.default_rng(3)
    log = pa.schema([("id", pa.int64()), ("ts", pa.timestamp("us", "UTC")), ("score", pa.float64())])
    with pq.ParquetWriter(folder / "predictions.parquet", log, compression="zstd") as writer:
        for first, size in chunks(rows):
            micro = moments(random, (first, size, rows), _DAYS)
            ids = _ids(np.arange(first, first + size), mixed=mixed)
            writer.write_table(pa.table({"id": ids, "ts": micro, "score": random.beta(2, 5, size)}).cast(log))
    # As they come: hashes too in the order of their predictions, the delay aside.
    _write_labels(folder / "history.parquet", np.arange(0, rows, 2), rows, mixed=mixed)
    fresh = random.choice(rows // 2, LABELS * (_TURNS + 1), replace=False) * 2 + 1
    for turn, some in enumerate(np.split(fresh, _TURNS + 1)):
        _write_labels(folder / f"new-{turn}.parquet", some, rows, mixed=mixed)


def late_labels(folder: Path) -> float:
    """Take in the history, then batch after batch; the seconds of the median cycle."""
    shown = folder / "labels"
    shown.mkdir()
    (folder / "history.parquet").rename(shown / "history.parquet")
    database = Database.open("sqlite:///state.db", folder)
    watch = _watch(folder)
    step(database, watch, now=NOW)
    took = []
    for turn in range(_TURNS + 1):
        (folder / f"new-{turn}.parquet").rename(shown / f"new-{turn}.parquet")
        began = time.perf_counter()
        done = step(database, watch, now=NOW)
        took.append(time.perf_counter() - began)
        if done.matched != LABELS:
            raise RuntimeError(f"not every label met its prediction: {done}")
    database.close()
    return median(took[1:])


def _watch(folder: Path) -> Watch:
    truth = FileSource(Place(path="labels/*.parquet"), folder)
    return Watch(
        name="late",
        plan=Plan(Grain.DAY, "ts", ("score",), ("score",)),
        target=Target("binary", ("0", "1"), ("score",), None, 0.5),
        kinds={"ts": Kind.MOMENT, "score": Kind.NUMBER},
        source=FileSource(Place(path="predictions.parquet"), folder),
        id="id",
        key_type=KeyType.WHOLE,
        labels=LabelTable(truth, "id", "label", "known", None, Kind.NUMBER),
        folder=folder / "ledger",
    )


def _ids(places: Ints, *, mixed: bool) -> Ints:
    return (places.astype(np.uint64) * np.uint64(_MIX)).view(np.int64) if mixed else places


def _write_labels(path: Path, places: Ints, rows: int, *, mixed: bool) -> None:
    """Labels of some predictions, each a day or so after it."""
    random = np.random.default_rng(len(places) + int(places[0]))
    made = to_micro(START) + (places * (_DAYS * 86_400 * MICRO / rows)).astype(np.int64)
    known = made + random.integers(10**9, 10**11, len(places))
    columns = {"id": _ids(places, mixed=mixed), "label": random.integers(0, 2, len(places))}
    pq.write_table(pa.table(columns | {"known": pa.array(known, pa.timestamp("us", "UTC"))}), path, compression="zstd")
