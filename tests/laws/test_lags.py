"""Lags of arrivals: however rows come and cycles run, each row is counted once, where it came."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.stage import START, Row, Stage, Told, prediction
from tests.laws.test_killed_on_the_label_path import killed

from bellbuoy.profiles.collect import LAG
from bellbuoy.profiles.step import Step
from bellbuoy.windows import to_seconds

#: Of each row: its id, when it was made and how long it took to come, in minutes (ahead of its time where negative).
Trip = tuple[int, int, int]
TRIPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 300), st.integers(-300, 2_000)), max_size=25)
#: When cycles run, in hours; a last one comes after all rows.
CYCLES = st.lists(st.integers(0, 50), max_size=3)
LAST = 24 * 30


@contextmanager
def stage_of(folder: Path | None = None) -> Iterator[Stage]:
    """A model whose rows have a cursor."""
    with Stage(folder=folder) as stage:
        stage.watch = replace(stage.watch, plan=replace(stage.watch.plan, cursor="seen"))
        yield stage


def rows_of(trips: Iterable[Trip]) -> list[Row]:
    made = ((key, START + timedelta(minutes=at), took) for key, at, took in trips)
    return [{**prediction(key), "ts": at, "seen": at + timedelta(minutes=took)} for key, at, took in made]


def cycle(stage: Stage, hours: int, *, anew: bool = False) -> None:
    Step(stage.database, stage.watch, START + timedelta(hours=hours), anew=anew).run()


def lags(stage: Stage) -> Told:
    return {line: sorted(rows) for line, rows in stage.counts().items() if f"'{LAG}'" in line}


def told(trips: Sequence[Trip], hours: Sequence[int]) -> Told:
    """The lags that are known after cycles at these hours and one at the end."""
    with stage_of() as stage:
        stage.predictions.rows = rows_of(trips)
        for hour in [*sorted(hours), LAST]:
            cycle(stage, hour)
        return lags(stage)


def firsts(trips: Sequence[Trip]) -> list[Trip]:
    """Of each id the row that came first; of those that came at once the one that stands first."""
    found: dict[int, Trip] = {}
    for trip in sorted(trips, key=lambda trip: trip[1] + trip[2]):
        found.setdefault(trip[0], trip)
    return list(found.values())


@given(TRIPS, CYCLES)
@settings(max_examples=8, deadline=None)
def test_it_makes_no_difference_when_cycles_run(trips: list[Trip], hours: list[int]) -> None:
    assert told(trips, hours) == told(trips, [])


@given(TRIPS, CYCLES)
@settings(max_examples=8, deadline=None)
def test_every_id_is_counted_once_in_the_hour_in_which_it_came(trips: list[Trip], hours: list[int]) -> None:
    arrivals = Counter(to_seconds(START) // 3_600 + (at + took) // 60 for _, at, took in firsts(trips))
    found = {
        start // 3_600: rows for line, some in told(trips, hours).items() if "1h" in line for start, rows, *_ in some
    }
    assert found == arrivals


@given(TRIPS)
@settings(max_examples=8, deadline=None)
def test_days_hold_what_their_hours_hold(trips: list[Trip]) -> None:
    every = told(trips, [])
    hours, days = (
        [row for line, rows in every.items() if f"'{grain}'" in line for row in rows] for grain in ("1h", "1d")
    )
    of_days: Counter[int] = Counter()
    for start, rows, *_ in hours:
        of_days[start // 86_400] += rows
    assert of_days == {start // 86_400: rows for start, rows, *_ in days}


@given(TRIPS, CYCLES)
@settings(max_examples=8, deadline=None)
def test_a_cycle_run_twice_and_a_recount_change_nothing(trips: list[Trip], hours: list[int]) -> None:
    with stage_of() as stage:
        stage.predictions.rows = rows_of(firsts(trips))
        for hour in [*sorted(hours), LAST]:
            cycle(stage, hour)
        once = lags(stage)
        cycle(stage, LAST)
        twice = lags(stage)
        cycle(stage, LAST, anew=True)
        assert once == twice == lags(stage)


@pytest.mark.parametrize("deed", [2, 9, 16, 23])
def test_a_cycle_that_was_killed_and_run_again_counts_no_row_twice(deed: int) -> None:
    trips: list[Trip] = [(key, 20 * key, 40 * key % 700 - 100) for key in range(30)]
    with tempfile.TemporaryDirectory() as folder, stage_of(Path(folder)) as stage:
        stage.predictions.rows = rows_of(trips)
        cycle(stage, 6)
        killed(stage, deed)
        cycle(stage, LAST)
        assert lags(stage) == told(trips, [])
