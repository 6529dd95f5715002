"""One step of one model on files, in a process of its own that may be killed: `python -m bench.victim FOLDER STATE N`.

The first N files of predictions and of labels are visible. It says `ready` just before the step and `done` after it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.step import step
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.port import KeyType, Kind, Place
from bellbuoy.store.database import Database
from bellbuoy.windows import Grain

START = datetime(2026, 1, 1, tzinfo=UTC)
#: Files of predictions, and as many of labels.
FILES = 5
#: Shorter than the days of the files, so that the ledger lets go of the first ones on the way.
HORIZON = timedelta(days=2)
_ROWS = 3_000


def write_files(folder: Path) -> None:
    """Predictions of five days with ids that come twice; labels late, early, unknown, repeated and corrected."""
    random = np.random.default_rng(7)
    for place in range(FILES):
        ids = random.integers(0, (place + 1) * _ROWS, _ROWS)
        at = int(START.timestamp() * 1e6) + (place * 86_400 + random.integers(0, 86_400, _ROWS)) * 1_000_000
        wind = pa.array(random.normal(10, 4, _ROWS), mask=random.random(_ROWS) < 0.1)
        origin = pa.array(random.choice(["EWR", "JFK", "LGA"], _ROWS))
        score = random.random(_ROWS)
        predictions = {"id": ids, "ts": pa.array(at, pa.timestamp("us", "UTC")), "wind": wind}
        _write(folder / f"predictions/{place}.parquet", predictions | {"origin": origin, "score": score})
        known = random.integers(0, (place + 2) * _ROWS, _ROWS)
        late = pa.array(at + random.integers(0, 10**11, _ROWS), pa.timestamp("us", "UTC"))
        _write(folder / f"labels/{place}.parquet", {"id": known, "label": random.integers(0, 2, _ROWS), "known": late})


def reveal(folder: Path, seen: Path, count: int) -> None:
    """Show the first files to a run, as links that keep their times."""
    for kind in ("predictions", "labels"):
        (seen / kind).mkdir(parents=True, exist_ok=True)
        for place in range(count):
            link = seen / kind / f"{place}.parquet"
            if not link.exists():
                link.hardlink_to(folder / kind / f"{place}.parquet")


def watch_of(seen: Path) -> Watch:
    """The model under watch."""
    plan = Plan(Grain.HOUR, "ts", ("wind", "origin", "score"), ("score",), None, ("origin",))
    kinds = {"ts": Kind.MOMENT, "wind": Kind.NUMBER, "origin": Kind.CATEGORY, "score": Kind.NUMBER}
    labels = LabelTable(_source(seen, "labels"), "id", "label", "known", None, Kind.NUMBER)
    target = Target("binary", ("0", "1"), ("score",), None, 0.5)
    source, folder = _source(seen, "predictions"), seen / "ledger"
    return Watch("m", plan, target, kinds, source, "id", KeyType.WHOLE, labels, folder, HORIZON)


def beat(seen: Path, number: int) -> None:
    """The step of one cycle."""
    database = Database.open("sqlite:///state.db", seen)
    print("ready", flush=True)
    step(database, watch_of(seen), now=START + timedelta(days=number))
    print("done", flush=True)
    database.close()


def main(arguments: Sequence[str]) -> None:
    """Run one step."""
    folder, seen, number = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    reveal(folder, seen, number)
    beat(seen, number)


def _source(seen: Path, kind: str) -> FileSource:
    return FileSource(Place(path=f"{kind}/*.parquet"), seen)


def _write(path: Path, columns: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


if __name__ == "__main__":
    main(sys.argv[1:])
