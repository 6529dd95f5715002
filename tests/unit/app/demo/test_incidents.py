from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bellbuoy.app.demo.incidents import INCIDENTS, Incident, Look, marks_text, notes_text
from bellbuoy.app.demo.look import sights
from bellbuoy.app.marks import MARKS, read_marks
from bellbuoy.windows import Grain, iso, parse_time


def incident(days: int, *looks: Look) -> Incident:
    start = parse_time("2013-07-01")
    return Incident("x", start, start + timedelta(days=days), True, "world", "x", "x", looks)


class Days:
    """Readings of which each window's value is its day of the year; those of July are unmeasured on request."""

    def __init__(self, *, dark: bool = False) -> None:
        self.dark = dark
        self.asked: list[tuple[object, ...]] = []

    def readings_json(
        self, model: str, *, metric: str | None, column: str | None, grain: str | None, segment: str | None
    ) -> Mapping[str, object]:
        self.asked.append((model, metric, column, grain, segment))
        starts = [parse_time("2013-01-01") + timedelta(days=day) for day in range(365)]
        values = [None if self.dark and start.month == 7 else start.timetuple().tm_yday for start in starts]
        return {"readings": [{"start": iso(at), "value": value} for at, value in zip(starts, values, strict=True)]}


def test_every_incident_is_a_mark_on_the_charts(tmp_path: Path) -> None:
    (tmp_path / MARKS).parent.mkdir()
    (tmp_path / MARKS).write_text(marks_text(), encoding="utf-8")
    marks = [(one.at, one.until, one.text) for one in read_marks(tmp_path)]
    assert marks == [(one.at, one.until, one.text) for one in INCIDENTS]


@pytest.mark.parametrize("one", INCIDENTS, ids=lambda one: one.name)
def test_the_planted_ones_are_named_as_planted(one: Incident, tmp_path: Path) -> None:
    (tmp_path / MARKS).parent.mkdir()
    (tmp_path / MARKS).write_text(marks_text(), encoding="utf-8")
    (mark,) = (mark for mark in read_marks(tmp_path) if mark.at == one.at)
    assert (mark.kind == "planted") is one.planted is mark.text.startswith("planted")


def test_the_notes_tell_the_planted_ones_apart_from_the_real_ones() -> None:
    planted, real = notes_text().split("## Real")
    assert all((f"### {one.name}" in planted) is one.planted for one in INCIDENTS)
    assert all((f"### {one.name}" in real) is not one.planted for one in INCIDENTS)


def test_a_look_is_written_as_a_rule_has_it() -> None:
    assert str(Look("auc", segment="carrier=B6")) == 'auc{carrier="B6"}'
    assert str(Look("null_rate", "temp")) == "null_rate(temp)"


def test_a_sight_is_the_median_before_during_and_after() -> None:
    (sight,) = sights(Days(), [incident(3, Look("auc"))])
    assert (sight.before, sight.during, sight.after) == (167.5, 183, 198.5)


def test_long_incidents_are_looked_at_by_the_week() -> None:
    days = Days()
    (sight,) = sights(days, [incident(14, Look("auc", segment="carrier=B6"))])
    assert (days.asked, sight.grain) == ([("delays", "auc", None, "1w", "carrier=B6")], Grain.WEEK)


def test_what_could_not_be_measured_is_nothing() -> None:
    (sight,) = sights(Days(dark=True), [incident(3, Look("auc"))])
    assert sight.during is None


def test_a_reading_is_asked_for_once() -> None:
    days = Days()
    sights(days, [incident(3, Look("auc"), Look("auc")), incident(4, Look("auc"))])
    assert len(days.asked) == 1
