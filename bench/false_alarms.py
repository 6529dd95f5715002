"""`python -m bench.false_alarms [--models N --days D --first SEED]`: what rings where nothing changes.

Models of 20 columns, from 50 to 50,000 rows an hour, each judged every hour of 60 days after six weeks of reference.
Incidents of severity warning or critical are false alarms; the budget is one in 30 days for each model. The twin and
the check of decisions are left out: they need rows, not counts. Exit 1 where it took more than twice the budget.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool

from bench.bell import Bell, rung
from bench.steady import DAY, VOLUMES, WEEK, steady

#: Days in which a model may ring falsely once.
BUDGET = 30
#: How much more than the budget it may take.
TWICE = 2.0
_REFERENCE = 6 * WEEK
_LOUD = frozenset({"warning", "critical"})


@dataclass(frozen=True, slots=True)
class Toll:
    """What rang in the life of one model."""

    volume: int
    days: int
    incidents: int  #: those that wake somebody
    alarms: Counter[tuple[str, str]]  #: by monitor and severity

    @property
    def budget(self) -> float:
        """So many false alarms are allowed."""
        return self.days / BUDGET


def toll_of(seed: int, *, days: int = 60, inputs: int = 19, reference: int = _REFERENCE) -> Toll:
    """What the pack rings for in the life that a seed tells of; the seed says its volume too."""
    volume = VOLUMES[seed % len(VOLUMES)]
    bell = rung(steady(seed, volume, reference=reference, lived=days * DAY, inputs=inputs), seed)
    return Toll(volume, days, loud(bell), Counter((row.name, row.severity) for row in bell.alarms if row.fired_at))


def loud(bell: Bell) -> int:
    """How many incidents were loud enough to wake somebody."""
    return sum(row.severity in _LOUD for row in bell.incidents)


def main() -> int:
    """Live all lives, and print what rang."""
    parser = argparse.ArgumentParser(prog="python -m bench.false_alarms", description=__doc__)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    began, tolls = time.perf_counter(), list[Toll]()
    with Pool() as pool:
        seeds = range(asked.first, asked.first + asked.models)
        for toll in pool.imap_unordered(partial(toll_of, days=asked.days), seeds):
            tolls.append(toll)
            print(f"\r{len(tolls)} of {asked.models} models", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for line in table(tolls):
        print(line)
    print(f"{time.perf_counter() - began:.0f} s")
    return 0 if ratio(tolls) <= TWICE else 1


def ratio(tolls: Iterable[Toll]) -> float:
    """False alarms beside the budget."""
    every = list(tolls)
    return sum(one.incidents for one in every) / sum(one.budget for one in every)


def table(tolls: list[Toll]) -> list[str]:
    """What rang, by row count and by monitor."""
    lines = [f"{'rows an hour':>16}  models  incidents  budget  ratio"]
    volumes = sorted({one.volume for one in tolls})
    lines += [_line(f"{volume:,}", [one for one in tolls if one.volume == volume]) for volume in volumes]
    lines += [_line("all", tolls), "", f"{'alarms of':>16}  severity   fired"]
    rang: Counter[tuple[str, str]] = sum((one.alarms for one in tolls), Counter())
    return lines + [f"{name:>16}  {severity:<8}  {many:6d}" for (name, severity), many in rang.most_common()]


def _line(name: str, tolls: list[Toll]) -> str:
    incidents, budget = sum(one.incidents for one in tolls), sum(one.budget for one in tolls)
    return f"{name:>16}  {len(tolls):6d}  {incidents:9d}  {budget:6.1f}  {incidents / budget:5.2f}"


if __name__ == "__main__":
    sys.exit(main())
