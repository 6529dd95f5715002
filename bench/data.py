"""Tables that benches read: made once into a folder, streamed, and the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import Watch
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.port import Kind, Place
from bellbuoy.windows import Grain

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2027, 6, 1, tzinfo=UTC)
NUMBERS = tuple(f"x{place:02d}" for place in range(30))
NAMES = tuple(f"c{place}" for place in range(8))
#: Rows made and written at a time: a row group.
_CHUNK = 250_000
_HOUR = 3_600_000_000
#: How many different values each categorical column has.
_SIZES = (2, 3, 5, 12, 24, 50, 200, 900)


def wide_table(path: Path, rows: int, *, days: int = 30, shuffled: bool = False) -> Path:
    """A log of 40 columns in zstd Parquet: a time, a score, 30 numbers of ten kinds and 8 categories.

    Rows come as a log has them, by time with a minute of disorder; `shuffled` puts every hour into every row group.
    """
    random = np.random.default_rng(40)
    schema = pa.schema(
        [("ts", pa.timestamp("us", tz="UTC")), ("score", pa.float64())]
        + [(name, pa.float64()) for name in NUMBERS]
        + [(name, pa.string()) for name in NAMES]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for first, count in chunks(rows):
            writer.write_table(_wide_chunk(random, schema, (first, count, rows), days, shuffled=shuffled))
    return path


def chunks(rows: int) -> Iterator[tuple[int, int]]:
    """Where each row group begins, and its rows."""
    for first in range(0, rows, _CHUNK):
        yield first, min(_CHUNK, rows - first)


def moments(random: np.random.Generator, part: tuple[int, int, int], days: int) -> NDArray[np.int64]:
    """Times of rows `first, count, of all` spread over days, in order but for a minute."""
    first, count, rows = part
    even = (np.arange(first, first + count) * (days * 24 * _HOUR / rows)).astype(np.int64)
    late: NDArray[np.int64] = random.integers(0, 60_000_000, count)
    micro: NDArray[np.int64] = int(START.timestamp()) * 1_000_000 + np.minimum(even + late, days * 24 * _HOUR - 1)
    return micro


def _wide_chunk(
    random: np.random.Generator, schema: pa.Schema, part: tuple[int, int, int], days: int, *, shuffled: bool
) -> pa.Table:
    count = part[1]
    micro = moments(random, (0, count, count) if shuffled else part, days)
    columns = {"ts": pa.array(random.permutation(micro) if shuffled else micro, schema.field("ts").type)}
    columns["score"] = pa.array(random.beta(2, 5, count))
    for place, name in enumerate(NUMBERS):
        columns[name] = _numbers(random, place, count)
    for name, size in zip(NAMES, _SIZES, strict=True):
        # Rare values are rarer, as in life.
        codes = np.minimum((size * random.random(count) ** 2).astype(np.int32), size - 1)
        texts = pa.array([f"{name} value {value}" for value in range(size)])
        columns[name] = pa.DictionaryArray.from_arrays(pa.array(codes, mask=random.random(count) < 0.01), texts).cast(
            pa.string()
        )
    return pa.table(columns, schema=schema)


def _numbers(random: np.random.Generator, place: int, count: int) -> pa.Array:
    """A column of one of ten kinds; every third has nulls, every fifth NaN."""
    draw = (
        lambda: random.normal(size=count),
        lambda: random.lognormal(3, 1.5, count),
        lambda: random.integers(0, 100, count).astype(np.float64),
        lambda: random.exponential(10, count).round(2),
        lambda: random.random(count),
        lambda: random.poisson(1, count).astype(np.float64),
        lambda: random.normal(1_000, 30, count).round(1),
        lambda: (random.random(count) < 0.2).astype(np.float64),
        lambda: random.standard_t(3, count) * 1e6,
        lambda: 2.0 ** random.integers(-10, 10, count),
    )[place % 10]
    values = draw()
    if place % 5 == 4:
        values[random.random(count) < 0.005] = np.nan
    return pa.array(values, mask=random.random(count) < 0.03 if place % 3 == 0 else None)


def wide_watch(path: Path, segments: tuple[str, ...] = ()) -> Watch:
    """A binary model whose log `wide_table` wrote, without ids: all columns are counted by hour."""
    columns = ("score", *NUMBERS, *NAMES)
    kinds = dict.fromkeys(("score", *NUMBERS), Kind.NUMBER) | dict.fromkeys(NAMES, Kind.CATEGORY)
    return Watch(
        name="wide",
        plan=Plan(Grain.HOUR, "ts", columns, ("score",), None, segments),
        target=Target("binary", ("0", "1"), ("score",), None, 0.5),
        kinds={"ts": Kind.MOMENT} | kinds,
        source=FileSource(Place(path=path.name), path.parent),
        id=None,
        key_type=None,
        labels=None,
        folder=path.parent / "ledger",
    )
