"""The reference set is counted whole and by window; the newest windows are kept, whatever order the rows come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bellbuoy.profiles.collect import NULLS, ROWS, Plan
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile
from bellbuoy.profiles.reference_tally import ReferenceTally, windows_kept
from bellbuoy.sources.port import Kind, Rows
from bellbuoy.store.port import Series
from bellbuoy.testing import column_of
from bellbuoy.windows import Grain, to_seconds

START = datetime(2024, 3, 1, tzinfo=UTC)
FIRST = to_seconds(START)
DAY = 86_400
PLAN = Plan(Grain.DAY, "ts", ("x",), ("x",), None, ("host",))
X = Series("1d", "x")


def batch(*days: float | None) -> Rows:
    moments = [None if day is None else START + timedelta(days=day) for day in days]
    hosts = ["h1" if place % 2 else "h2" for place in range(len(days))]
    return Rows(
        len(days),
        {
            "ts": column_of(moments, Kind.MOMENT),
            "x": column_of([day if day is None or day < 1_000 else 0.0 for day in days], Kind.NUMBER),
            "host": column_of(hosts, Kind.CATEGORY),
        },
    )


def tallied(*batches: Rows, plan: Plan = PLAN, held: int = 1_000_000) -> ReferenceTally:
    tally = ReferenceTally(plan, held)
    for rows in batches:
        tally.add(rows)
    tally.settle()
    return tally


def kept_days(tally: ReferenceTally, line: Series = X) -> list[float]:
    return [(start - FIRST) / DAY for start in tally.windows[line]]


def test_rows_are_in_the_window_of_their_own_time() -> None:
    tally = tallied(batch(0, 0.5, 2))
    assert {start: part.rows for start, part in tally.windows[X].items()} == {FIRST: 2, FIRST + 2 * DAY: 1}


def test_the_whole_is_all_windows_together() -> None:
    whole = tallied(batch(0, 1), batch(2, 3)).whole[X]
    assert isinstance(whole, NumericProfile)
    assert (whole.rows, whole.total, whole.low, whole.high) == (4, 6.0, 0.0, 3.0)


def test_rows_that_nobody_knows_the_time_of_are_in_the_whole_alone() -> None:
    tally = tallied(batch(0, None, None, 1))
    assert tally.whole[X].rows == 4
    assert kept_days(tally) == [0, 1]


def test_a_set_without_times_has_no_windows() -> None:
    tally = tallied(batch(None, None))
    assert (tally.whole[X].rows, tally.windows) == (2, {})


def test_rows_are_counted_beside_columns() -> None:
    tally = tallied(batch(0, 0.5, 2))
    assert [part.rows for part in tally.windows[Series("1d", ROWS)].values()] == [2, 1]


def test_segments_have_windows_of_rows_nulls_and_outputs() -> None:
    tally = tallied(batch(0, 0, 1))
    lines = {line.column for line in tally.windows if (line.by, line.segment) == ("host", "h2")}
    assert lines == {"x", NULLS}


def test_nulls_of_a_segment_are_in_their_window() -> None:
    rows = batch(0, 0)
    blank = Rows(2, {**rows.columns, "x": column_of([None, 1.0], Kind.NUMBER)})
    part = tallied(blank).windows[Series("1d", NULLS, "", "host", "h2")][FIRST]
    assert isinstance(part, CategoryProfile)
    assert (part.rows, part.counts) == (1, {"x": 1})


def test_windows_held_back_in_memory_are_added_up() -> None:
    many = [batch(day, day + 1) for day in range(5)]
    whole, parted = tallied(*many), tallied(*many, held=1)
    assert {line: dict(sheet) for line, sheet in whole.windows.items()} == {
        line: dict(sheet) for line, sheet in parted.windows.items()
    }
    assert whole.whole == parted.whole


@pytest.mark.parametrize("held", [1, 1_000_000])
def test_the_newest_windows_stay(held: int) -> None:
    tally = tallied(*(batch(*range(day, day + 50)) for day in range(0, 450, 50)), held=held)
    assert kept_days(tally) == list(range(50, 450))
    assert tally.whole[X].rows == 450


def test_a_window_that_was_let_go_does_not_come_back() -> None:
    newest_first = [batch(*range(day, day + 50)) for day in range(400, -50, -50)]
    assert kept_days(tallied(*newest_first, held=1)) == list(range(50, 450))


def test_one_row_of_the_far_future_does_not_push_out_the_others() -> None:
    tally = tallied(batch(*range(10), 2_000_000))
    assert len(kept_days(tally)) == 11


def test_a_segment_that_was_only_seen_long_ago_has_no_windows() -> None:
    early, late = batch(0), batch(*range(1, 402))
    gone = Rows(1, {**early.columns, "host": column_of(["h9"], Kind.CATEGORY)})
    tally = tallied(gone, late)
    line = Series("1d", "x", "", "host", "h9")
    assert (tally.whole[line].rows, line in tally.windows) == (1, False)


@pytest.mark.parametrize(
    ("grain", "many"), [("1w", 400), ("1d", 400), ("1h", 1_008), ("15m", 4_032), ("5m", 12_096), ("1m", 12_096)]
)
def test_of_hours_six_weeks_are_kept_and_of_days_a_year_and_more(grain: str, many: int) -> None:
    assert windows_kept(Grain(grain)) == many
