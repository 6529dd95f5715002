"""A finding says what was found, in numbers and in words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.monitors import OF_COLUMNS, OF_ROWS, OLDER, Shape

FINDING = Finding(
    OF_COLUMNS["null_rate"], Line("null_rate", "income"), Shape.ONCE, 0, 86_400, value=0.5, usual=0.125, low=0.0,
    high=0.25, excess=6.0, limit=3.0, rows=800, breach=Breach.YES,
)  # fmt: skip


def test_the_effect_is_what_has_changed() -> None:
    assert FINDING.effect == 0.375


def test_surprise_is_the_excess_in_limits_on_either_side() -> None:
    assert FINDING.surprise == replace(FINDING, excess=-6.0).surprise == 2.0


def test_with_a_limit_of_nothing_all_is_a_surprise() -> None:
    assert replace(FINDING, limit=0.0).surprise == math.inf


@pytest.mark.parametrize(
    ("excess", "value", "edge"), [(6.0, 0.5, 0.25), (-6.0, -0.5, 0.0), (0.0, 0.2, 0.25), (0.0, 0.1, 0.0)]
)
def test_the_edge_is_the_end_of_the_range_that_the_value_is_at(excess: float, value: float, edge: float) -> None:
    assert replace(FINDING, excess=excess, value=value).edge == edge


def test_it_is_told_with_its_column_and_what_is_usual() -> None:
    assert FINDING.told == "income is null in 50\u00a0% of rows, usually in 12.5\u00a0%"


def test_a_part_of_the_rows_is_told_first() -> None:
    told = replace(FINDING, line=Line("null_rate", "income", by="city", segment="Oslo")).told
    assert told.startswith("where city is Oslo: income is null")


def test_the_part_whose_value_is_empty_is_told_so() -> None:
    told = replace(FINDING, line=Line("null_rate", "income", by="city")).told
    assert told.startswith("where city is empty: income is null")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_number_without_end_is_none(value: float) -> None:
    assert FINDING.number(value) is None
    assert replace(FINDING, monitor=OF_ROWS["rows"]).number(value) is None


def test_a_number_too_large_for_a_machine_is_none() -> None:
    assert replace(FINDING, monitor=OF_COLUMNS["misfit"]).number(5_000.0) is None


def test_a_category_is_told_by_name() -> None:
    told = replace(FINDING, monitor=OF_COLUMNS["share"], line=Line("share", "carrier", part="UA")).told
    assert told.startswith("UA makes up 50\u00a0% of carrier")


def test_the_one_host_that_serves_a_version_is_told() -> None:
    told = replace(FINDING, monitor=OLDER, line=Line("version_share", version="v1"), host="b-2").told
    assert told.startswith("version v1 serves 50\u00a0% of rows")
    assert told.endswith("; only b-2 serves it")
