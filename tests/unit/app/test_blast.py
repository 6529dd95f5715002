"""How far an incident reaches and what it costs, read off the counts of a small model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.app.blast import Stretch, blast_of, compared, shares_of, stretch_of
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.step import Gauge
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import Grain, iso, to_seconds

VALUE = {"unit": "EUR", "true_positive": 10, "false_negative": -10}
AFTER = START + 13 * DAY


def day(number: float) -> int:
    return to_seconds(START + number * DAY)


def reading(value: Reading) -> float:
    assert isinstance(value, Measured), value
    return value.value


def alarm(**changes: Any) -> AlarmRow:
    return replace(AlarmRow("credit/x", "x", "firing", 0, metric="outcome_gap"), **changes)


@contextmanager
def turned(folder: Path, *, days: int = 10, bad: int = 3, labelled: bool = True, **more: Any) -> Iterator[Stage]:
    """Good days with 100 rows each, then days on which scores stand against the labels in Rome."""
    stage = Stage(folder, **more)
    for number in range(days):
        stage.add(number, 100)
    for number in range(days, days + bad):
        stage.add(number, 100, labelled=labelled)
        for row in stage.predictions.rows[-100:]:
            if row["city"] == "Rome":
                stage.predictions.rows[stage.predictions.rows.index(row)] = {**row, "score": 0.2}
    stage.cycle(AFTER)
    yield stage
    stage.database.close()


@contextmanager
def over(stage: Stage, since: float = 10, now: datetime = AFTER) -> Iterator[tuple[Gauge, Stretch]]:
    """The gauge, and the windows from a day on."""
    with stage.gauge(now) as gauge:
        found = stretch_of(gauge, day(since))
        assert found is not None
        yield gauge, found


# -- its windows


def test_its_windows_go_to_the_newest_with_rows(tmp_path: Path) -> None:
    with turned(tmp_path) as stage, over(stage) as (_, stretch):
        assert (stretch.grain, stretch.where.start, stretch.where.end) == (Grain.DAY, day(10), day(13))


def test_where_no_row_has_come_since_there_are_none(tmp_path: Path) -> None:
    with turned(tmp_path) as stage, stage.gauge(AFTER) as gauge:
        assert stretch_of(gauge, day(20)) is None
        assert shares_of(gauge, None, [alarm(version="v1")], "") == {}
        assert blast_of(gauge, None, 0.3, None).share == 0.3


@pytest.mark.parametrize(("since", "grain"), [(10, Grain.HOUR), (9, Grain.HOUR), (8, Grain.DAY)])
def test_a_long_stretch_is_read_by_day(tmp_path: Path, since: int, grain: Grain) -> None:
    with turned(tmp_path, grain="1h") as stage, over(stage, since) as (_, stretch):
        assert stretch.grain is grain


# -- the rows that it reaches


def test_a_part_has_the_share_of_the_rows_that_came_since(tmp_path: Path) -> None:
    with turned(tmp_path) as stage:
        stage.add(12, 100, labelled=False, city="Lima", version="v2")
        stage.cycle(AFTER + HOUR)
        with over(stage) as (gauge, stretch):
            alarms = [alarm(by="city", segment="Lima"), alarm(by="city", segment="Rome"), alarm(version="v2")]
            expected = {("city", "Lima"): 0.25, ("city", "Rome"): 0.375, ("", "v2"): 0.25}
            assert shares_of(gauge, stretch, alarms, "") == pytest.approx(expected)


def test_a_part_without_rows_and_all_rows_have_no_share(tmp_path: Path) -> None:
    with turned(tmp_path) as stage, over(stage) as (gauge, stretch):
        assert shares_of(gauge, stretch, [alarm(), alarm(by="city", segment="Oz")], "") == {}


def test_the_host_that_an_alarm_names_has_its_share(tmp_path: Path) -> None:
    with turned(tmp_path, segments={"by": ["city"]}) as stage, over(stage) as (gauge, stretch):
        only = alarm(version="v1", facts={"pack": "once", "host": "Oslo"})
        assert shares_of(gauge, stretch, [only], "city") == {("", "v1"): 1.0, ("city", "Oslo"): 0.5}


# -- what it costs


def test_what_labels_say_is_told_against_the_days_before(tmp_path: Path) -> None:
    with turned(tmp_path) as stage, over(stage) as (gauge, stretch):
        found = compared(gauge, stretch, "accuracy")
    assert (found.how, found.against, found.rows) == ("realised", "before", 200)
    assert reading(found.usual) == 1.0
    assert reading(found.now) == 0.5


def test_without_labels_what_is_expected_is_told(tmp_path: Path) -> None:
    with turned(tmp_path, labelled=False) as stage, over(stage) as (gauge, stretch):
        found = compared(gauge, stretch, "auc")
    assert (found.how, found.rows) == ("estimated", 300)
    assert isinstance(found.now, Measured)


def test_an_estimate_is_told_against_estimates(tmp_path: Path) -> None:
    with turned(tmp_path, bad=0) as stage:
        for number in range(10, 13):
            stage.add(number, 100, labelled=False)
        stage.cycle(AFTER + HOUR)
        with over(stage) as (gauge, stretch):
            found = compared(gauge, stretch, "accuracy")
    assert (found.how, found.against) == ("estimated", "before")
    assert reading(found.now) == pytest.approx(reading(found.usual), abs=0.01)


def test_with_too_few_days_before_it_is_told_against_the_baseline(tmp_path: Path) -> None:
    with turned(tmp_path, days=5, bad=8) as stage, over(stage, 5) as (gauge, stretch):
        assert compared(gauge, stretch, "auc").against == "baseline"


def test_where_nothing_can_be_measured_there_is_no_cost_and_no_failure(tmp_path: Path) -> None:
    with turned(tmp_path, labels=None, value=VALUE) as stage, over(stage) as (gauge, stretch):
        assert isinstance(compared(gauge, stretch, "auc").now, Unmeasured)
        found = blast_of(gauge, stretch, 0.3, "EUR")
    assert (found.share, found.loss, found.money) == (0.3, None, None)


def test_the_loss_is_of_the_key_metric_and_since_the_first_window(tmp_path: Path) -> None:
    with turned(tmp_path) as stage, over(stage) as (gauge, stretch):
        found = blast_of(gauge, stretch, 0.5, None)
    assert found.loss is not None
    assert (found.loss["metric"], found.loss["from"]) == ("auc", iso(START + 10 * DAY))
    assert found.loss["value"] > 0.4
    assert (found.since, found.money) == (iso(START + 10 * DAY), None)


def test_money_is_of_all_rows_since_it_began(tmp_path: Path) -> None:
    with turned(tmp_path, value=VALUE) as stage, over(stage) as (gauge, stretch):
        found = blast_of(gauge, stretch, 0.5, "EUR")
    # Half of the rows are positive: they were all found, and then none of them.
    assert found.money is not None
    assert (found.money["value"], found.money["rows"]) == pytest.approx((10 * 300, 300), rel=0.01)
    assert found.money["unit"] == "EUR"
