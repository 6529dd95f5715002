"""The questions, each with what may be spent on its answer."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.data import wide_table
from bench.kills import kill_often
from bench.late import LABELS, late_tables
from bench.tables import labelled_tables, year_tables

ROOT = Path(__file__).parent.parent
#: Runs of each side, one after the other in turn; the least counts.
_RUNS = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """An answer: what was spent, what may be, in which unit, and the figures behind it."""

    question: str
    value: float
    budget: float
    unit: str
    figures: str = ""

    @property
    def within(self) -> bool:
        """Whether the budget was kept."""
        return self.value <= self.budget


def hourly_profiles(folder: Path, *, quick: bool) -> list[Cost]:
    """Hourly profiles of every column of 1M × 40 against a plain decode of the same Parquet."""
    costs = []
    rows = 1_000_000  # also when quick: with fewer, windows cost more than rows
    for order in ("in order",) if quick else ("in order", "shuffled"):
        wide_table(folder / "wide.parquet", rows, shuffled=order == "shuffled")
        mine, plain = _in_turn(folder, "profiles", "decode")
        figures = f"{mine:.2f} s against {plain:.2f} s of CPU, {rows:,} rows"
        # A log comes in order; in a shuffled one every batch holds every hour, which no promise is about.
        budget = 4.0 if order == "in order" else 12.0
        costs.append(Cost(f"hourly profiles of 40 columns, rows {order}", mine / plain, budget, "× a decode", figures))
    return costs


def memory(folder: Path, *, quick: bool) -> list[Cost]:
    """Peak memory of a cycle over a file that does not fit, and whether it grows with the rows."""
    small, large = (250_000, 1_000_000) if quick else (1_000_000, 10_000_000)
    peaks = []
    for rows in (small, large):
        wide_table(folder / "wide.parquet", rows)
        peaks.append(_run(folder, "profiles")["peak_mb"])
    figures = f"{small:,} rows {peaks[0]:.0f} MB, {large:,} rows {peaks[1]:.0f} MB"
    return [
        Cost(f"peak memory of a cycle over {large:,} × 40", peaks[1], 1_500, "MB", figures),
        Cost("memory of ten times the rows", peaks[1] / peaks[0], 2.0, "× that of the small file", figures),
    ]


def state(folder: Path, *, quick: bool) -> list[Cost]:
    """How large the state is after a year of one model of 22 columns, hourly, by two segment columns."""
    rows, days = 336_776, 73 if quick else 7
    year_tables(folder, rows, days)
    size = _run(folder, "year")["value"]
    figures = f"{rows:,} rows in {365 // days} cycles, hourly, by two segment columns of 3 and 5 values"
    return [Cost("a year of one 22-column model", size, 50, "MB", figures)]


def daily_auc(folder: Path, *, quick: bool) -> list[Cost]:
    """Daily AUC of 1M labelled rows against the DuckDB join that pairs them."""
    del quick
    rows = 1_000_000
    labelled_tables(folder, rows)
    mine, plain = _in_turn(folder, "auc", "pairs")
    figures = f"{mine:.2f} s against {plain:.2f} s of CPU, {rows:,} rows"
    return [Cost("daily AUC of labelled rows", mine / plain, 2.0, "× the join", figures)]


def late(folder: Path, *, quick: bool) -> list[Cost]:
    """Joining 10,000 new labels against ten times the stored predictions, ids in turn and ids as hashes are."""
    few, many = (200_000, 2_000_000) if quick else (1_000_000, 10_000_000)
    costs = []
    for ids in ("in turn", "as hashes"):
        took = []
        for rows in (few, many):
            place = folder / f"{ids}-{rows}"
            place.mkdir()
            late_tables(place, rows, mixed=ids == "as hashes")
            took.append(_run(place, "late")["value"])
            shutil.rmtree(place)
        figures = f"{took[0] * 1e3:.0f} ms against {few:,} predictions, {took[1] * 1e3:.0f} ms against {many:,}"
        question = f"a cycle of {LABELS:,} new labels, ten times the history, ids {ids}"
        costs.append(Cost(question, took[1] / took[0], 3.0, "× that of the short history", figures))
    return costs


def start(_folder: Path, *, quick: bool) -> list[Cost]:
    """What it costs to begin: the import, and the help."""
    runs = _RUNS if quick else 2 * _RUNS
    program = Path(sys.executable).with_name("bellbuoy")
    questions = {"import bellbuoy": ([sys.executable, "-c", "import bellbuoy"], 0.3)}
    questions["bellbuoy --help"] = ([str(program), "--help"], 0.6)
    return [
        Cost(question, min(_child_cpu(command) for _ in range(runs)), budget, "s of CPU")
        for question, (command, budget) in questions.items()
    ]


def install(folder: Path, *, quick: bool) -> list[Cost]:
    """How large an installation without extras is, pip and setuptools left out."""
    del quick
    venv.create(folder / "venv", with_pip=True)
    before = _size(folder / "venv")
    subprocess.run([folder / "venv/bin/pip", "install", "--quiet", ROOT], check=True)
    return [Cost("installed size without extras", (_size(folder / "venv") - before) / 1e6, 300, "MB")]


def kills(_folder: Path, *, quick: bool) -> list[Cost]:
    """Rows lost or doubled by killing: 1,000 kills unless quick."""
    toll = kill_often(50 if quick else 1_000)
    figures = f"{toll.died} of {toll.kills} kills came before the step's end"
    return [Cost("states that a kill changed", 0.0 if toll.same else 1.0, 0.0, "", figures)]


Question = Callable[..., list[Cost]]
#: What `python -m bench` asks; those behind `ON_WISH` only when they are named.
QUESTIONS: Mapping[str, Question] = {
    "profiles": hourly_profiles,
    "memory": memory,
    "state": state,
    "auc": daily_auc,
    "labels": late,
    "start": start,
}
ON_WISH: Mapping[str, Question] = {"install": install, "kills": kills}


def answer(name: str, *, quick: bool) -> list[Cost]:
    """Ask one question in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="bellbuoy-bench-") as folder:
        return {**QUESTIONS, **ON_WISH}[name](Path(folder), quick=quick)


def _in_turn(folder: Path, mine: str, plain: str) -> tuple[float, float]:
    """The least CPU of each side over runs in turn, so that a busy minute strikes both."""
    found = [(_run(folder, mine)["value"], _run(folder, plain)["value"]) for _ in range(_RUNS)]
    return min(ours for ours, _ in found), min(theirs for _, theirs in found)


def _run(folder: Path, side: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.sides", side, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _child_cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"COLUMNS": "100"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
