"""How long rows took to reach the log is counted in the window in which they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bellbuoy.profiles.collect import LAG, Plan, Tally
from bellbuoy.profiles.lag import count_lag
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.reference_tally import ReferenceTally, windows_kept
from bellbuoy.sources.port import Kind, Rows
from bellbuoy.store.port import Series
from bellbuoy.testing import Value, column_of
from bellbuoy.windows import Grain, to_seconds

START = datetime(2024, 3, 1, tzinfo=UTC)
FIRST = to_seconds(START)
HOUR, DAY = 3_600, 86_400
PLAN = Plan(Grain.HOUR, "ts", (), version="v", cursor="seen")
#: Seconds after the start at which a row was made, and reached the log.
Trip = tuple[float | None, float | None]


def moment(seconds: float | None) -> Value:
    return None if seconds is None else START + timedelta(seconds=seconds)


def rows_of(trips: Sequence[Trip], versions: Sequence[str] = ()) -> Rows:
    columns = {
        "ts": column_of([moment(made) for made, _ in trips], Kind.MOMENT),
        "seen": column_of([moment(seen) for _, seen in trips], Kind.MOMENT),
        "v": column_of([*versions] or ["v1"] * len(trips), Kind.CATEGORY),
    }
    return Rows(len(trips), columns)


def counted(*batches: Rows, plan: Plan = PLAN) -> dict[Series, dict[int, NumericProfile]]:
    tally = Tally(plan)
    for rows in batches:
        count_lag(tally, rows)
    found = {line: dict(sheet) for line, sheet in tally.drain()}
    return {
        line: {at: part for at, part in windows.items() if isinstance(part, NumericProfile)}
        for line, windows in found.items()
    }


def lag_of(*trips: Trip) -> dict[int, NumericProfile]:
    return counted(rows_of(trips)).get(Series("1h", LAG, "v1"), {})


def test_a_lag_is_the_cursor_less_the_time_in_seconds() -> None:
    lag = lag_of((0, 60), (10, 40))[FIRST]
    assert (lag.rows, lag.total, lag.low, lag.high) == (2, 90.0, 30.0, 60.0)


def test_a_row_ahead_of_its_arrival_has_a_negative_lag() -> None:
    assert lag_of((5 * HOUR, 60))[FIRST].total == 60.0 - 5 * HOUR


def test_a_late_row_is_counted_in_the_window_in_which_it_came() -> None:
    lags = lag_of((0, 60), (0, 30 * HOUR))
    assert {start: part.total for start, part in lags.items()} == {FIRST: 60.0, FIRST + 30 * HOUR: 30.0 * HOUR}


def test_lags_are_whole_seconds_so_that_a_fast_log_fills_few_buckets() -> None:
    lag = lag_of(*((at, at + at / 1_000) for at in range(0, 2_500, 10)))[FIRST]
    assert (len(lag.cells.codes), lag.zeros) == (3, 51)


def test_each_version_has_its_own_lags() -> None:
    found = counted(rows_of([(0, 60), (0, 30)], ["v1", "v2"]))
    assert {line.version: windows[FIRST].total for line, windows in found.items()} == {"v1": 60.0, "v2": 30.0}


def test_batches_add_up() -> None:
    apart, together = counted(rows_of([(0, 60)]), rows_of([(0, 30)])), counted(rows_of([(0, 60), (0, 30)]))
    assert {line: windows[FIRST].total for line, windows in apart.items()} == {Series("1h", LAG, "v1"): 90.0}
    assert apart.keys() == together.keys()


def test_a_row_without_a_time_has_no_lag() -> None:
    lag = lag_of((0, 60), (None, 30))[FIRST]
    assert (lag.rows, lag.nulls, lag.total) == (2, 1, 60.0)


def test_a_row_that_came_nobody_knows_when_is_left_out() -> None:
    found = counted(rows_of([(0, 60), (0, None), (10, 40)], ["v1", "v1", "v2"]))
    assert {line.version: windows[FIRST].total for line, windows in found.items()} == {"v1": 60.0, "v2": 30.0}


def test_rows_that_all_came_nobody_knows_when_are_no_window() -> None:
    assert counted(rows_of([(0, None)])) == {}


@pytest.mark.parametrize("cursor", [None, "ts", "gone"])
def test_without_a_cursor_beside_the_time_nothing_is_counted(cursor: str | None) -> None:
    assert counted(rows_of([(0, 60)]), plan=replace(PLAN, cursor=cursor)) == {}


def test_a_cursor_that_is_no_time_is_not_counted() -> None:
    rows = rows_of([(0, 60)])
    odd = replace(rows, columns={**rows.columns, "seen": column_of([7.0], Kind.NUMBER)})
    assert counted(odd) == {}


def test_a_log_without_versions_is_one_line() -> None:
    assert list(counted(rows_of([(0, 60)]), plan=replace(PLAN, version=None))) == [Series("1h", LAG)]


def reference(*trips: Trip) -> ReferenceTally:
    tally = ReferenceTally(replace(PLAN, grain=Grain.DAY, version=None))
    tally.add(rows_of(trips))
    tally.settle()
    return tally


def days_of(tally: ReferenceTally) -> list[int]:
    return [(start - FIRST) // DAY for start in tally.windows[Series("1d", LAG)]]


def test_the_reference_set_has_lags_whole_and_by_window() -> None:
    tally = reference((0, 60), (DAY, DAY + 30))
    whole = tally.whole[Series("1d", LAG)]
    assert isinstance(whole, NumericProfile)
    assert (whole.total, days_of(tally)) == (90.0, [0, 1])


def test_rows_of_the_reference_set_without_a_time_came_all_the_same() -> None:
    assert reference((None, 60), (0, 30)).whole[Series("1d", LAG)].rows == 2


def test_of_arrivals_the_newest_windows_are_kept_and_push_out_no_others() -> None:
    most = windows_kept(Grain.DAY)
    tally = reference(*((0, (day + 700) * DAY) for day in range(most + 5)))
    assert (len(days_of(tally)), days_of(tally)[0]) == (most, 705)
    assert list(tally.windows[Series("1d", "#rows")]) == [FIRST]


def test_arrivals_in_one_window_leave_the_windows_of_the_rows_as_they_are() -> None:
    tally = reference(*((day * DAY, 900 * DAY) for day in range(20)))
    assert (days_of(tally), len(tally.windows[Series("1d", "#rows")])) == ([900], 20)
