from __future__ import annotations

import pytest

from bellbuoy.metrics.flow import measure_flow
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.profiles.profile import CategoryProfile

ROWS = CategoryProfile(100, counts={"duplicate": 20, "future": 5})


def value(name: str, labelled: int = 0, rows: CategoryProfile = ROWS) -> float:
    reading = measure_flow(name, rows, labelled)
    assert isinstance(reading, Measured)
    return reading.value


def test_rows_are_counted_without_those_whose_id_came_before() -> None:
    assert measure_flow("rows", ROWS, 0) == Measured(80, 80, 80, 100)


def test_labelled_is_a_count_among_the_rows_that_came_once() -> None:
    assert measure_flow("labelled", ROWS, 60) == Measured(60, 60, 60, 80)


def test_coverage_is_the_share_of_rows_with_a_label() -> None:
    assert value("coverage", 60) == 0.75


def test_coverage_never_exceeds_all_even_where_more_labels_than_rows_are_known() -> None:
    assert value("coverage", 500) == 1.0


@pytest.mark.parametrize(("name", "share"), [("duplicate_rate", 0.2), ("future_rate", 0.05)])
def test_flags_are_shares_of_all_rows(name: str, share: float) -> None:
    assert value(name) == share


def test_a_flag_that_no_row_has_is_a_rate_of_nothing() -> None:
    assert value("duplicate_rate", rows=CategoryProfile(10)) == 0.0


@pytest.mark.parametrize("name", ["coverage", "duplicate_rate", "future_rate"])
def test_of_no_rows_there_is_no_share(name: str) -> None:
    assert measure_flow(name, CategoryProfile(), 0) == Unmeasured("no rows")


def test_a_share_has_an_interval_around_it() -> None:
    reading = measure_flow("coverage", ROWS, 40)
    assert isinstance(reading, Measured)
    assert 0.35 < reading.low < 0.5 < reading.high < 0.65
