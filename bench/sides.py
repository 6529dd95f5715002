"""The two sides of each ratio, each in a process of its own: `python -m bench.sides SIDE FOLDER` prints its cost.

CPU is user and system time of all threads, from the first row wanted to the last count committed; imports, the making
of tables and of an empty state are not in it.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from bellbuoy.metrics.catalogue import measure
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.series import Counts
from bellbuoy.profiles.step import step
from bellbuoy.profiles.watch import Watch
from bellbuoy.store.database import Database
from bellbuoy.windows import Grain
from bench.data import NAMES, NOW, NUMBERS, wide_watch
from bench.late import late_labels
from bench.tables import labelled_watch, year_watch


def decode(folder: Path) -> float:
    """Read all 40 columns of a Parquet file in DuckDB and do next to nothing with them."""
    terms = ["max(epoch_us(ts))", "sum(score)", *(f"sum({name})" for name in NUMBERS)]
    terms += [f"max({name})" for name in NAMES]
    return _asked(f"SELECT {', '.join(terms)} FROM read_parquet('{folder / 'wide.parquet'}')")


def profiles(folder: Path) -> float:
    """Count the same columns by hour, through a cycle's step into SQLite."""
    with tempfile.TemporaryDirectory() as state:
        return _stepped(wide_watch(folder / "wide.parquet"), Path(state))


def pairs(folder: Path) -> float:
    """Join a log with its labels in DuckDB and count by day, score and label."""
    log, truth = folder / "predictions.parquet", folder / "labels.parquet"
    return _asked(
        f"SELECT epoch_us(ts) // 86400000000 AS day, score, label, count(*) FROM read_parquet('{log}') "
        f"JOIN read_parquet('{truth}') USING (id) GROUP BY ALL"
    )


def auc(folder: Path) -> float:
    """Take in a log and its labels, ledger and all, and tell the AUC of each day."""
    watch = labelled_watch(folder)
    with tempfile.TemporaryDirectory() as state:
        database = Database.open("sqlite:///state.db", Path(state))
        before = cpu()
        step(database, _moved(watch, Path(state)), now=NOW)
        with database.read() as shelf:
            outcomes = Counts(shelf, watch.name, Grain.DAY).outcomes(Grain.DAY)
        readings = [measure("auc", outcome, Subject("binary")) for outcome in outcomes.values()]
        took = cpu() - before
        database.close()
    if len(readings) < 30 or not all(isinstance(reading, Measured) for reading in readings):
        raise RuntimeError(f"not every day has an AUC: {readings}")
    return took


def year(folder: Path) -> float:
    """Take in a year, file by file; the megabytes of the state at its end, with nothing left in the log beside it."""
    with tempfile.TemporaryDirectory() as state:
        database = Database.open("sqlite:///state.db", Path(state))
        for place in range(len(list((folder / "predictions").iterdir()))):
            step(database, _moved(year_watch(folder, place), Path(state)), now=NOW)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        database.close()
        return (Path(state) / "state.db").stat().st_size / 1e6


SIDES: Mapping[str, Callable[[Path], float]] = {
    "decode": decode,
    "profiles": profiles,
    "pairs": pairs,
    "auc": auc,
    "year": year,
    "late": late_labels,
}


def cpu() -> float:
    """Seconds of CPU of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str]) -> None:
    """Run one side."""
    value = SIDES[arguments[0]](Path(arguments[1]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"value": value, "peak_mb": peak}))


def _asked(sql: str) -> float:
    with duckdb.connect(config={"threads": 2}) as link:
        before = cpu()
        link.execute(sql).fetchnumpy()
        return cpu() - before


def _stepped(watch: Watch, state: Path) -> float:
    database = Database.open("sqlite:///state.db", state)
    before = cpu()
    step(database, watch, now=NOW)
    took = cpu() - before
    database.close()
    return took


def _moved(watch: Watch, state: Path) -> Watch:
    """The same model with its ledger beside its state."""
    return replace(watch, folder=state / "ledger")


if __name__ == "__main__":
    main(sys.argv[1:])
