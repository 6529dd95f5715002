"""Rows of some values of a segment column, asked for at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.stage import DAY, START, Stage

from bellbuoy.profiles.series import EVERYTHING, Slice
from bellbuoy.windows import Grain, to_seconds

_FIRST = to_seconds(START)
_SECOND = _FIRST + 86_400


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        (EVERYTHING, {"Oslo": {_FIRST: 7, _SECOND: 2}, "Rome": {_SECOND: 3}}),
        (Slice(start=_SECOND), {"Oslo": {_SECOND: 2}, "Rome": {_SECOND: 3}}),
        (Slice(end=_SECOND), {"Oslo": {_FIRST: 7}}),
    ],
)
@pytest.mark.parametrize("grain", ["1h", "1d"])
def test_rows_of_values_are_those_of_all_versions_by_window(
    tmp_path: Path, grain: str, where: Slice, rows: dict[str, dict[int, int]]
) -> None:
    stage = Stage(tmp_path, grain=grain)
    for day, many, city, version in (
        (0, 4, "Oslo", "v1"),
        (0, 3, "Oslo", "v2"),
        (1, 2, "Oslo", "v2"),
        (1, 3, "Rome", "v2"),
        (1, 9, "Lima", "v2"),
    ):
        stage.add(day, many, labelled=False, city=city, version=version)
    stage.cycle(START + 3 * DAY)
    with stage.gauge(START + 3 * DAY) as gauge:
        assert gauge.counts.rows_among("city", ["Oslo", "Rome", "Wien"], Grain.DAY, where) == rows
        assert gauge.counts.rows_among("city", [], Grain.DAY, where) == {}
    stage.database.close()
