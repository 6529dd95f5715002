"""Does a killed process lose or double a row? Real processes, really killed, against a run that was left alone."""

from __future__ import annotations

import random as chance
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.victim import FILES, write_files

ROOT = Path(__file__).parent.parent
#: Kills fall into this share of the time that an undisturbed step takes, so that most of them come before its end.
_SHARE = 0.9
#: Not the same after a step that ended and ran once more, and meant to be so.
_UNLIKE = {("model", "cycle")}
Dump = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Toll:
    """What the killing did: how many died before they were done, and whether the two states are one."""

    kills: int
    died: int
    same: bool


def kill_often(kills: int, seed: int = 0) -> Toll:
    """Run five cycles twice: once undisturbed, once with each cycle killed again and again before it may end."""
    random = chance.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder, calm, harried = (Path(name) / part for part in ("files", "calm", "harried"))
        write_files(folder)
        died = 0
        for number in range(1, FILES + 1):
            took = _left_alone(folder, calm, number)
            for _ in range(kills * number // FILES - kills * (number - 1) // FILES):
                died += _killed(folder, harried, number, random.uniform(0, _SHARE * took))
            _left_alone(folder, harried, number)
        return Toll(kills, died, state_of(calm) == state_of(harried))


def state_of(seen: Path) -> Dump:
    """Everything in a state and in the ledger files that it vouches for."""
    with closing(sqlite3.connect(seen / "state.db")) as link:
        names = [row[0] for row in link.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        dump: Dump = {name: _table(link, name) for name in names}
    dump["ledger files"] = list(_ledger(seen))
    return dump


def _table(link: sqlite3.Connection, name: str) -> list[tuple[object, ...]]:
    columns = [row[1] for row in link.execute(f'PRAGMA table_info("{name}")')]
    wanted = ", ".join(f'"{column}"' for column in columns if (name, column) not in _UNLIKE)
    return sorted(link.execute(f'SELECT {wanted} FROM "{name}"'), key=repr)


def _ledger(seen: Path) -> Iterator[tuple[object, ...]]:
    for path in sorted((seen / "ledger").glob("*.npy")):
        yield path.name, np.load(path).tobytes()


def _left_alone(folder: Path, seen: Path, number: int) -> float:
    """Let a step end; the seconds that it took."""
    with _started(folder, seen, number) as child:
        assert child.stdout is not None
        began = time.perf_counter()
        child.stdout.readline()
        took = time.perf_counter() - began
        if child.wait() != 0:
            raise RuntimeError("the step failed by itself")
        return took


def _killed(folder: Path, seen: Path, number: int, after: float) -> bool:
    """Kill a step some seconds after its beginning; whether it was still at it."""
    with _started(folder, seen, number) as child:
        time.sleep(after)
        child.kill()
        assert child.stdout is not None
        return b"done" not in child.stdout.read()


def _started(folder: Path, seen: Path, number: int) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "bench.victim", str(folder), str(seen), str(number)]
    seen.mkdir(exist_ok=True)
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdout is not None
    child.stdout.readline()
    return child
