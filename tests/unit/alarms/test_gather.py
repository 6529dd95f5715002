from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.alarms.absence import Absence, Rhythm
from bellbuoy.alarms.gather import Seen, enough, newest_whole, seen_by
from bellbuoy.alarms.grammar import parse_rule
from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.sides import Selector
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.windows import Window, to_seconds

#: Windows come every day, and cycles run every day.
DAILY = {19_000 + day: 86_400 for day in range(5)}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.database.close()


def seen(stage: Stage, when: str, now: datetime, *, least: int = 0, rhythm: Rhythm | None = None) -> Seen:
    with stage.gauge(now) as gauge:
        return seen_by(parse_rule(when), gauge, now, rhythm or Rhythm(), least)


def found(stage: Stage, when: str, now: datetime) -> list[Reading]:
    return list(seen(stage, when, now).readings.values())


def values(readings: list[Reading]) -> list[float | str]:
    return [one.value if isinstance(one, Measured) else one.why for one in readings]


def days(stage: Stage, *rows: int, labelled: bool = True, version: str = "v1") -> datetime:
    """So many rows on each day, and the end of the last."""
    for day, many in enumerate(rows):
        stage.add(day, many, labelled=labelled, version=version)
    now = START + len(rows) * DAY + 2 * HOUR
    stage.cycle(now)
    return now


def test_all_of_a_condition_is_read_of_one_window(stage: Stage) -> None:
    now = days(stage, 40, 50, 60)
    assert values(found(stage, "rows > 1 and null_rate(income) < 1", now)) == [60, 0]


def test_what_needs_no_label_is_read_of_the_window_that_has_its_labels(stage: Stage) -> None:
    for day, many in enumerate((40, 50, 60, 70)):
        stage.add(day, many, labelled=day < 3)
    now = START + 4 * DAY + 2 * HOUR
    stage.cycle(now)
    told = seen(stage, "auc < 0.7 and rows > 1", now)
    assert told.window == Window(START + 2 * DAY, START + 3 * DAY)
    assert values(list(told.readings.values())) == [1.0, 60]


def test_the_same_some_time_ago_is_read_of_the_window_so_long_before(stage: Stage) -> None:
    now = days(stage, *range(40, 50))
    assert values(found(stage, "rows < 0.5 * rows offset 7d", now)) == [49, 42]
    assert values(found(stage, "rows offset 1d < 5", now)) == [48]


def test_where_nothing_was_so_long_ago_it_says_so(stage: Stage) -> None:
    now = days(stage, 40, 50)
    assert values(found(stage, "rows < 0.5 * rows offset 7d", now)) == [50, "no rows 1w before"]


def test_two_versions_are_read_of_the_same_window(stage: Stage) -> None:
    stage.add(1, 30, version="v2")
    now = days(stage, 40, 50)
    assert values(found(stage, 'rows{version="v1"} / rows{version="v2"} > 2', now)) == [50, 30]


def test_a_part_without_rows_in_the_window_is_no_traffic(stage: Stage) -> None:
    stage.add(0, 30, version="v2")
    now = days(stage, 40, 50)
    told = seen(stage, 'rows{version="v1"} / rows{version="v2"} > 2', now)
    assert values(list(told.readings.values())) == [50, "no rows of it in this window"]
    assert told.missing == {Absence.TRAFFIC: 'no rows of rows{version="v2"} in this window'}


def test_a_part_that_never_was_is_no_traffic(stage: Stage) -> None:
    now = days(stage, 40)
    assert seen(stage, 'rows{city="Bonn"} < 5', now).missing == {Absence.TRAFFIC: 'none of rows{city="Bonn"}'}


def test_a_segment_and_a_version_go_together(stage: Stage) -> None:
    now = days(stage, 40)
    assert values(found(stage, 'null_rate(income){city="Rome", version="v1"} > 1', now)) == [0.0]


def test_the_baseline_is_the_past_before_the_window(stage: Stage) -> None:
    now = days(stage, *[40] * 9)
    assert values(found(stage, "mean(income) < baseline - 5", now)) == [pytest.approx(1009.5), pytest.approx(1009.5)]


def test_rows_without_labels_are_no_labels_yet(stage: Stage) -> None:
    now = days(stage, 40, 50, labelled=False)
    told = seen(stage, "auc < 0.7", now)
    assert told.missing == {Absence.LABELS: "no window of auc has enough of them"}
    assert told.window is None


def test_a_model_without_rows_has_no_traffic(stage: Stage) -> None:
    stage.cycle(START)
    assert list(seen(stage, "rows < 5", START).missing) == [Absence.TRAFFIC]


def test_a_window_that_has_not_ended_is_none_to_judge(stage: Stage) -> None:
    stage.add(0, 40)
    stage.cycle(START + 4 * HOUR)
    assert seen(stage, "rows < 5", START + 4 * HOUR).missing == {
        Absence.TRAFFIC: "no window with rows has ended yet",
    }


@pytest.mark.parametrize("later", [False, True])
def test_the_newest_whole_window_is_found_beside_one_that_goes_on(stage: Stage, later: bool) -> None:
    now = days(stage, 40, 50)
    if later:
        stage.add(2, 5)
        stage.cycle(now)
    with stage.gauge(now) as gauge:
        assert newest_whole(gauge, now) == Window(START + DAY, START + 2 * DAY)


def test_nothing_from_the_source_for_long_is_a_late_source(stage: Stage) -> None:
    end = days(stage, 40, 50, labelled=False)
    late = end + 5 * DAY
    told = seen(stage, "rows < 60", late, rhythm=Rhythm(late - DAY, None, None, DAILY, DAILY))
    assert told.missing == {Absence.SOURCE: "nothing has come for 5d2h"}
    assert values(list(told.readings.values())) == ["nothing new"]


def test_nothing_new_after_we_did_not_run_is_our_own_fault(stage: Stage) -> None:
    end = days(stage, 40, 50)
    late = end + 5 * DAY
    told = seen(stage, "rows < 60", late, rhythm=Rhythm(end, None, None, DAILY, DAILY))
    assert told.missing == {Absence.CYCLE: "nobody looked for 5d"}


def test_a_source_is_not_late_before_anybody_knows_its_rhythm(stage: Stage) -> None:
    end = days(stage, 40, 50)
    assert values(found(stage, "rows < 60", end + 50 * DAY)) == [50]


@pytest.mark.parametrize(
    ("metric", "rows", "least", "says"),
    [
        ("auc", 29, 30, "only 29 rows of auc, fewer than 30"),
        ("auc", 30, 30, 0.5),
        ("rows", 3, 30, 0.5),
        ("duplicate_rate", 3, 0, 0.5),
    ],
)
def test_few_rows_say_nothing_but_how_many_they_are(metric: str, rows: int, least: int, says: float | str) -> None:
    reading = Measured(0.5, 0.4, 0.6, rows)
    assert values([enough(Selector(metric), reading, least)]) == [says]


def test_what_was_not_measured_keeps_its_own_reason() -> None:
    assert enough(Selector("auc"), Unmeasured("one class only"), 30) == Unmeasured("one class only")


def test_a_rule_on_few_rows_is_unknown(stage: Stage) -> None:
    now = days(stage, 12)
    readings = seen(stage, "null_rate(income) > 20%", now, least=30).readings
    assert parse_rule("null_rate(income) > 20%").judged(readings).breach is Breach.UNKNOWN


def test_labels_by_the_day_are_read_of_their_own_newest_day(tmp_path: Path) -> None:
    stage = Stage(tmp_path, grain="1h")
    for hour in range(60):
        stage.add(hour / 24, 20)
    now = START + 3 * DAY + timedelta(minutes=5)
    stage.cycle(now)
    told = seen(stage, "rows > 1 and label_arrivals > 1", now)
    assert all(isinstance(one, Measured) for one in told.readings.values())
    assert to_seconds(told.window.start if told.window else START) > to_seconds(START)
    stage.database.close()
