from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.taken import Taken, complete, trailing
from bellbuoy.profiles.collect import add_profiles, sub_profiles
from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile, Profile
from bellbuoy.profiles.series import Slice
from bellbuoy.windows import Grain, to_seconds

NOW = START + 30 * DAY
TRAILING = {"trailing": "7d"}


def second(day: float) -> int:
    return to_seconds(START + day * DAY)


def value(reading: Reading) -> float:
    assert isinstance(reading, Measured), reading
    return reading.value


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, baseline=TRAILING)
    yield made
    made.database.close()


def days(stage: Stage, count: int) -> None:
    """So many days of rows, each day's incomes a little higher."""
    for day in range(count):
        stage.add(day, income=1_000.0 * (1 + day % 5))
    stage.cycle(NOW)


@given(
    st.dictionaries(st.integers(0, 60), st.integers(-9, 9), max_size=30),
    st.integers(1, 20),
)
def test_each_part_stands_beside_the_sum_of_the_span_before_it(parts: dict[int, int], span: int) -> None:
    parts = dict(sorted(parts.items()))
    for start, part, past in trailing(parts, timedelta(seconds=span), operator.add, operator.sub):
        before = [other for at, other in parts.items() if start - span <= at < start]
        assert (part, past) == (parts[start], sum(before) if before else None)


def numeric(rows: int) -> NumericProfile:
    return NumericProfile(rows, zeros=rows, cells=Cells(np.array([0]), np.array([rows])))


def test_a_column_that_changed_its_kind_is_compared_with_its_new_self_in_time() -> None:
    parts: Mapping[int, Profile] = {
        day: CategoryProfile(9, counts={"a": 9}) if day < 5 else numeric(9) for day in range(20)
    }
    past = [one for _, _, one in trailing(parts, timedelta(seconds=7), add_profiles, sub_profiles)]
    assert past[-1] is not None
    assert (type(past[-1]), past[-1].rows, past[-1].nulls) == (NumericProfile, 63, 0)


def test_a_sum_that_overflowed_is_forgotten_with_its_window() -> None:
    parts: Mapping[int, Profile] = {0: replace(numeric(1), total=np.inf), 5: numeric(1), 6: numeric(1)}
    past = [one for _, _, one in trailing(parts, timedelta(seconds=2), add_profiles, sub_profiles)]
    assert past == [None, None, numeric(1)]


def test_only_windows_that_have_ended_are_complete(stage: Stage) -> None:
    days(stage, 3)
    with stage.gauge(START + 2 * DAY + HOUR) as gauge:
        taken = gauge.take("rows", Grain.DAY)
    assert len(complete(taken, START + 2 * DAY)) == 2


def test_a_windows_distance_is_the_same_however_little_is_asked_for(stage: Stage) -> None:
    days(stage, 12)
    with stage.gauge(NOW) as gauge:
        whole = gauge.take("psi", Grain.DAY, column="income")
        part = gauge.take("psi", Grain.DAY, Slice(start=second(9)), "income")
    assert part == whole[9:]


def test_the_first_window_of_all_has_nothing_to_be_compared_with(stage: Stage) -> None:
    days(stage, 2)
    with stage.gauge(NOW) as gauge:
        first, then = gauge.take("psi", Grain.DAY, column="income")
    assert first.reading == Unmeasured("nothing to compare with yet")
    assert isinstance(then.reading, Measured)


def test_a_reference_set_is_what_every_window_is_compared_with(tmp_path: Path) -> None:
    stage = Stage(tmp_path, baseline={"reference": "normal.csv"})
    stage.normal.rows = [{"ts": START, "score": 0.5, "income": 5_000.0, "city": "Oslo", "label": 1}] * 30
    stage.add(0, income=5_000.0)
    stage.add(1, income=50.0)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        alike, apart = (value(one.reading) for one in gauge.take("jensenshannon", Grain.DAY, column="income"))
    assert alike < 0.2
    assert apart > 0.8


def test_a_wider_window_is_whole_or_left_out(stage: Stage) -> None:
    days(stage, 21)
    with stage.gauge(NOW) as gauge:
        weeks = gauge.take("rows", Grain.WEEK, Slice(start=second(3), end=second(15)))
    assert [(one.window.start, value(one.reading)) for one in weeks] == [
        (START + 7 * DAY, 140),
        (START + 14 * DAY, 140),
    ]


def test_a_row_of_the_far_future_hides_no_window(stage: Stage) -> None:
    days(stage, 3)
    stage.add(20_000, 1)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        assert (gauge.last(Grain.DAY), len(gauge.newest("rows"))) == (second(2), 3)


def test_the_newest_wide_window_starts_where_such_windows_do(stage: Stage) -> None:
    days(stage, 10)
    with stage.gauge(NOW) as gauge:
        assert gauge.last(Grain.WEEK) == second(7)


def test_a_model_without_rows_has_no_newest_window(stage: Stage) -> None:
    with stage.gauge(NOW) as gauge:
        assert (gauge.last(Grain.DAY), gauge.newest("auc")) == (None, [])


def test_the_newest_window_of_a_version_is_its_own(stage: Stage) -> None:
    stage.add(0, version="v1")
    stage.add(1, version="v2")
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        assert [gauge.last(Grain.DAY, version) for version in ("v1", "v2")] == [second(0), second(1)]


def over(stage: Stage, metric: str, column: str | None = None, first: int = 0, last: int = 7) -> Taken | None:
    with stage.gauge(NOW) as gauge:
        return gauge.over(metric, Grain.DAY, Slice(start=second(first), end=second(last)), column)


@pytest.mark.parametrize(
    ("metric", "column", "expected"),
    [
        ("auc", None, 1.0),
        ("rows", None, 60),
        ("coverage", None, 2 / 3),
        ("mean", "income", 2_000.0),
        ("unseen_rate", "city", None),
    ],
)
def test_windows_together_are_measured_as_if_they_were_one(
    stage: Stage, metric: str, column: str | None, expected: float | None
) -> None:
    for day in range(3):
        stage.add(day, income=1_000.0 * (day + 1), labelled=day > 0)
    stage.cycle(NOW)
    taken = over(stage, metric, column)
    assert taken is not None
    found = taken.reading.value if isinstance(taken.reading, Measured) else None
    assert (taken.rows, found) == (60, expected if expected is None else pytest.approx(expected))


def test_of_windows_together_the_labelled_are_told_beside_all_rows(stage: Stage) -> None:
    stage.add(0)
    stage.add(1, labelled=False)
    stage.cycle(NOW)
    taken = over(stage, "auc")
    assert taken is not None
    assert (taken.rows, taken.labelled, taken.coverage) == (40, 20, 0.5)


@pytest.mark.parametrize(("metric", "column"), [("auc", None), ("rows", None), ("mean", "income"), ("psi", "income")])
def test_where_there_is_no_row_there_is_nothing_to_measure(stage: Stage, metric: str, column: str | None) -> None:
    days(stage, 2)
    assert over(stage, metric, column, 10, 12) is None


def test_a_shift_of_windows_together_is_from_the_time_before_them(stage: Stage) -> None:
    days(stage, 14)
    taken = over(stage, "psi", "income", 10, 13)
    assert taken is not None
    assert taken.noise is not None
    assert isinstance(taken.reading, Measured)


def test_what_is_usual_without_a_reference_is_the_past_before_the_newest_window(stage: Stage) -> None:
    stage.add(0, income=10.0)
    stage.add(1, income=99.0)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        assert value(gauge.usual("mean", Grain.DAY, "income")) == 10.0


def test_what_is_usual_is_nothing_while_there_is_no_past(stage: Stage) -> None:
    with stage.gauge(NOW) as gauge:
        assert [gauge.usual("auc", Grain.DAY), gauge.usual("mean", Grain.DAY, "income")] == [
            Unmeasured("nothing to compare with yet")
        ] * 2


def test_a_baseline_lies_at_no_distance_from_itself(stage: Stage) -> None:
    days(stage, 2)
    with stage.gauge(NOW) as gauge:
        assert isinstance(gauge.usual("psi", Grain.DAY, "income"), Unmeasured)


def test_nulls_are_known_by_segment_of_columns_that_are_not_profiled_so(stage: Stage) -> None:
    stage.add(0)
    for row in list(stage.predictions.rows):
        stage.predictions.rows[int(str(row["id"]))] = {**row, "income": None if row["city"] == "Oslo" else 1.0}
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        rates = [
            value(gauge.take("null_rate", Grain.DAY, Slice(by="city", segment=city), "income")[0].reading)
            for city in ("Oslo", "Rome")
        ]
    assert rates == [1.0, 0.0]


@pytest.mark.parametrize("metric", ["duplicate_rate", "future_rate"])
def test_what_is_not_counted_by_segment_says_so(stage: Stage, metric: str) -> None:
    stage.add(0)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        taken = gauge.take(metric, Grain.DAY, Slice(by="city", segment="Oslo"))
    assert [one.reading for one in taken] == [Unmeasured("not counted by segment")]


def test_rows_of_a_segment_are_all_of_them_whatever_columns_are_called(tmp_path: Path) -> None:
    stage = Stage(tmp_path, features={"duplicate": {"kind": "number"}})
    stage.add(0, duplicate=None)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        assert gauge.rows(Grain.DAY, Slice(by="city", segment="Oslo")) == {second(0): 10}


def test_a_segment_and_a_version_are_measured_alone(stage: Stage) -> None:
    stage.add(0, version="v1")
    stage.add(0, 10, version="v2")
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        taken = gauge.take("auc", Grain.DAY, Slice("v2", "city", "Rome"))
    assert [(one.rows, one.labelled) for one in taken] == [(5, 5)]


def maturities(stage: Stage, now: datetime) -> list[str | None]:
    with stage.gauge(now) as gauge:
        return [one.maturity for one in gauge.take("auc", Grain.DAY)]


def test_windows_ripen_with_the_delays_seen(stage: Stage) -> None:
    for day in range(3):
        stage.add(day)
    stage.cycle(START + 3 * DAY)
    assert maturities(stage, START + 3 * DAY + HOUR / 2) == ["final", "final", "provisional"]


def test_an_age_that_is_said_goes_before_one_that_is_learnt(tmp_path: Path) -> None:
    said = {"path": "x", "columns": {"id": "id", "label": "label", "time": "known"}, "maturity": "2d"}
    stage = Stage(tmp_path, labels=said)
    days(stage, 3)
    assert maturities(stage, START + 3 * DAY) == ["mature", "provisional", "provisional"]


def test_labels_of_the_year_9999_teach_no_age(stage: Stage) -> None:
    days(stage, 3)
    stage.labels.rows = [{**row, "known": datetime(9999, 12, 31, tzinfo=START.tzinfo)} for row in stage.labels.rows]
    stage.add(3, 40)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        assert gauge.mature_after is not None
        assert gauge.mature_after < 2 * HOUR
