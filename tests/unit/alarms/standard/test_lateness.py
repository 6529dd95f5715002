"""A source is late when nothing has come for longer than ever, and nobody needs two looks at a moment to say so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.alarms.absence import Rhythm
from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.lateness import late_findings
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.app.ringing import followed
from bellbuoy.windows import to_seconds

#: Windows come within a day and an hour, and cycles run every hour.
RHYTHM = Rhythm(cycles={1: 3_600, 2: 3_600}, waits={1: 90_000, 2: 90_000})


def staged(folder: Path, *days: int) -> Stage:
    stage = Stage(folder)
    for day in days:
        stage.add(day, labelled=False)
    return stage


def late(stage: Stage, after: timedelta, came: timedelta | None = None, rhythm: Rhythm = RHYTHM) -> list[Finding]:
    """What is found so long after the start, where rows last came at a moment."""
    now = START + after
    stage.cycle(now)
    with stage.gauge(now) as gauge:
        came_at = None if came is None else to_seconds(START + came)
        reader = Reader(gauge.counts, followed(stage.model, None), to_seconds(now), came_at=came_at)
        found = late_findings(reader, rhythm)
    stage.database.close()
    return found


def breach(stage: Stage, after: timedelta, came: timedelta | None = None) -> Breach:
    [one] = late(stage, after, came)
    return one.breach


@pytest.mark.parametrize(("hours", "said"), [(36, Breach.NO), (37, Breach.YES)])
def test_a_source_is_late_half_a_window_after_the_next_was_due(tmp_path: Path, hours: int, said: Breach) -> None:
    assert breach(staged(tmp_path, *range(10)), 10 * DAY + hours * HOUR) is said


def test_nobody_knows_who_is_late_while_nobody_knows_what_is_usual(tmp_path: Path) -> None:
    assert late(staged(tmp_path, 0), 9 * DAY, rhythm=Rhythm()) == []


@pytest.mark.parametrize("ago", [0, 1, 23])
def test_where_old_rows_have_come_of_late_the_source_is_not_silent(tmp_path: Path, ago: int) -> None:
    now = 14 * DAY
    assert breach(staged(tmp_path, *range(10)), now, now - ago * HOUR) is Breach.NO


def test_where_no_row_has_come_for_as_long_as_windows_are_apart_it_is(tmp_path: Path) -> None:
    assert breach(staged(tmp_path, *range(10)), 14 * DAY, 13 * DAY) is Breach.YES


def test_one_outage_does_not_make_the_next_one_usual(tmp_path: Path) -> None:
    assert breach(staged(tmp_path, *range(10), *range(20, 30)), 32 * DAY) is Breach.YES


def test_what_came_twice_is_usual(tmp_path: Path) -> None:
    weekends = [day for day in range(26) if day % 7 < 5]
    assert breach(staged(tmp_path, *weekends), 28 * DAY) is Breach.NO
    assert breach(staged(tmp_path / "later", *weekends), 30 * DAY) is Breach.YES


def test_one_gap_of_the_reference_set_is_enough(tmp_path: Path) -> None:
    stage = staged(tmp_path, *range(-20, -15), *range(-10, 0))
    stage.normal.rows, stage.predictions.rows = [{**one, "label": 1} for one in stage.predictions.rows], []
    for day in range(10):
        stage.add(day, labelled=False)
    [one] = late(stage, 14 * DAY)
    assert (one.breach, one.usual) == (Breach.NO, 6 * 86_400)
