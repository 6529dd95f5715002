"""More tables that benches read: a year of a model of 22 columns, and a log with its labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.port import KeyType, Kind, Place
from bellbuoy.windows import Grain
from bench.data import chunks, moments

#: The inputs of the flights model: counts, weather, hours and delays, as they come, most with few digits.
YEAR_NUMBERS = tuple(f"n{place:02d}" for place in range(16))
YEAR_NAMES = ("origin", "cabin", "carrier", "dest", "tail")
_NAME_SIZES = (3, 5, 16, 105, 400)
_BINARY = Target("binary", ("0", "1"), ("score",), None, 0.5)


def year_tables(folder: Path, rows: int, days: int) -> None:
    """A year of a flights-like model with labels, a file for each `days` days: 16 numbers, 5 categories and a score."""
    random = np.random.default_rng(22)
    pieces = np.array_split(np.arange(rows), 365 // days)
    for place, piece in enumerate(pieces):
        size, first = len(piece), int(piece[0])
        micro = moments(random, (first, size, rows), 365)
        log: dict[str, object] = {"id": piece, "ts": pa.array(micro, pa.timestamp("us", "UTC"))}
        for at, name in enumerate(YEAR_NUMBERS):
            log[name] = pa.array(_numbers(random, at, size), mask=random.random(size) < 0.01 * (at % 4))
        for name, distinct in zip(YEAR_NAMES, _NAME_SIZES, strict=True):
            log[name] = [f"{name}-{code}" for code in (distinct * random.random(size) ** 2).astype(int).tolist()]
        score = random.beta(2, 5, size)
        log["score"] = score
        _write(folder / f"predictions/{place:03d}.parquet", log)
        label = (random.random(size) < score).astype(np.int64)
        known = pa.array(micro + random.integers(10**9, 10**10, size), pa.timestamp("us", "UTC"))
        _write(folder / f"labels/{place:03d}.parquet", {"id": piece, "label": label, "known": known})


def year_watch(folder: Path, seen: int) -> Watch:
    """The model of `year_tables`, hourly, by origin (3 values) and cabin (5); the first `seen` files are there."""
    columns = (*YEAR_NUMBERS, *YEAR_NAMES, "score")
    kinds = dict.fromkeys((*YEAR_NUMBERS, "score"), Kind.NUMBER) | dict.fromkeys(YEAR_NAMES, Kind.CATEGORY)
    plan = Plan(Grain.HOUR, "ts", columns, ("score",), None, ("origin", "cabin"))
    paths = [f"{kind}/{seen:03d}.parquet" for kind in ("predictions", "labels")]
    log, truth = (FileSource(Place(path=path), folder) for path in paths)
    labels = LabelTable(truth, "id", "label", "known", None, Kind.NUMBER)
    return Watch(
        "year", plan, _BINARY, {"ts": Kind.MOMENT} | kinds, log, "id", KeyType.WHOLE, labels, folder / "ledger"
    )


def labelled_tables(folder: Path, rows: int) -> None:
    """A log of a month of scores, and the label of each, an hour or more later and in another order."""
    random = np.random.default_rng(1)
    kinds = pa.schema([("id", pa.int64()), ("ts", pa.timestamp("us", "UTC")), ("score", pa.float64())])
    truth = pa.schema([("id", pa.int64()), ("label", pa.int64()), ("known", pa.timestamp("us", "UTC"))])
    with (
        pq.ParquetWriter(folder / "predictions.parquet", kinds, compression="zstd") as log,
        pq.ParquetWriter(folder / "labels.parquet", truth, compression="zstd") as labels,
    ):
        for first, size in chunks(rows):
            micro, ids = moments(random, (first, size, rows), 30), np.arange(first, first + size)
            score = random.beta(2, 5, size)
            log.write_table(pa.table({"id": ids, "ts": micro, "score": score}).cast(kinds))
            order = random.permutation(size)
            label = (random.random(size) < score).astype(np.int64)
            late = micro + random.integers(3_600_000_000, 10**11, size)
            labels.write_table(pa.table({"id": ids[order], "label": label[order], "known": late[order]}).cast(truth))


def labelled_watch(folder: Path) -> Watch:
    """The model of `labelled_tables`, by day."""
    log, truth = (FileSource(Place(path=f"{kind}.parquet"), folder) for kind in ("predictions", "labels"))
    return Watch(
        name="labelled",
        plan=Plan(Grain.DAY, "ts", ("score",), ("score",)),
        target=_BINARY,
        kinds={"ts": Kind.MOMENT, "score": Kind.NUMBER},
        source=log,
        id="id",
        key_type=KeyType.WHOLE,
        labels=LabelTable(truth, "id", "label", "known", None, Kind.NUMBER),
        folder=folder / "ledger",
    )


def _numbers(random: np.random.Generator, place: int, size: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    match place % 4:
        case 0:
            return random.integers(0, 60, size).astype(np.float64)
        case 1:
            return random.normal(55, 18, size).round(1)
        case 2:
            return random.exponential(12, size).round(2)
        case _:
            return random.choice([0.0, 0.5, 1.0, 3.0, 10.0], size)


def _write(path: Path, columns: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path, compression="zstd")
