"""A part that is gone shows beside the rest; one in whose place others come that nobody has seen before does not."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.unit.stage import DAY, START, Stage

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.follow import follow
from bellbuoy.alarms.standard.judge import Judge
from bellbuoy.alarms.standard.monitors import OF_ROWS, Shape
from bellbuoy.alarms.standard.part_series import beside
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.app.ringing import followed
from bellbuoy.windows import to_seconds

PART = "part_rows"


def told(part: int, whole: int, usual: float) -> str:
    """What an alarm says of a part that has so many rows, and usually such a share of all."""
    line, before = Line(PART, by="city", segment="Oslo"), math.log(usual / (1 - usual))
    value = beside(part, whole, usual)[PART].value
    return Finding(OF_ROWS[PART], line, Shape.ONCE, 0, 1, value, before, 0, 1, -9, 3, 100, Breach.YES).told


def test_a_part_without_rows_is_said_to_have_hardly_any() -> None:
    assert told(0, 6_000, 0.25) == "where city is Oslo: hardly any of all rows are there, usually 25\u00a0%"


def test_a_part_with_fewer_rows_is_told_as_a_share_of_all() -> None:
    assert told(50, 1_000, 0.25) == "where city is Oslo: 5\u00a0% of all rows are there, usually 25\u00a0%"


def test_what_a_part_has_is_told_as_the_share_that_it_is() -> None:
    assert OF_ROWS[PART].number(beside(250, 1_000, 0.25)[PART].value) == pytest.approx(0.25)


def test_beside_too_few_others_nothing_is_told_of_a_part() -> None:
    assert beside(1_000, 1_019, 0.5) == {}


def test_new_values_that_could_be_the_part_stand_in_its_place() -> None:
    assert beside(0, 1_000, 0.25, came=250) == beside(250, 1_000, 0.25)


def test_new_values_that_are_far_fewer_do_not() -> None:
    assert beside(0, 1_000, 0.25, came=100) == beside(0, 1_000, 0.25)


# -- with a state

_CITIES = ("Oslo", "Rome", "Lima", "Bern")


def staged(folder: Path, *, days: int = 40) -> Stage:
    """A model whose reference set has four cities on each of its days, all alike but for a few rows."""
    stage = Stage(folder)
    for day in range(-days, 0):
        live(stage, day, *_CITIES)
    stage.normal.rows, stage.predictions.rows = [{**one, "label": 1} for one in stage.predictions.rows], []
    return stage


def live(stage: Stage, day: int, *cities: str) -> None:
    for number, city in enumerate(cities):
        stage.add(day, 80 + (day + number) % 3, labelled=False, city=city)


def rang(stage: Stage, day: int) -> set[str]:
    """The cities whose rows are too few at the end of a day."""
    now = START + (day + 1) * DAY
    stage.cycle(now)
    with stage.gauge(now) as gauge:
        boards = follow(Reader(gauge.counts, followed(stage.model, None), to_seconds(now)))
    found = [one for board in boards for one in Judge(frozenset()).judge(board)]
    stage.database.close()
    return {one.line.segment for one in found if one.line.metric == PART and one.breach is Breach.YES}


def test_a_part_that_is_gone_rings(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    for day in range(10):
        live(stage, day, *(_CITIES[1:] if day >= 7 else _CITIES))
    assert rang(stage, 9) == {"Oslo"}


def test_parts_that_are_all_named_anew_ring_nowhere(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    for day in range(10):
        live(stage, day, *((f"{city}-2" for city in _CITIES) if day >= 7 else _CITIES))
    assert rang(stage, 9) == set()


def test_one_part_that_is_replaced_does_not_ring_and_one_that_is_gone_without_does(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    for day in range(10):
        live(stage, day, *(_CITIES[1:] if day >= 7 else ("Oslo-2", *_CITIES[1:]) if day == 6 else _CITIES))
    assert rang(stage, 9) == {"Oslo"}


def test_a_new_part_beside_all_others_rings_nowhere(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    for day in range(10):
        live(stage, day, *_CITIES, *(["Wien"] if day >= 5 else []))
    assert rang(stage, 9) == set()
