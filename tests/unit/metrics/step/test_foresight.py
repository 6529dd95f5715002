from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.taken import Taken, record_of
from bellbuoy.profiles.series import EVERYTHING, Slice
from bellbuoy.testing import Value
from bellbuoy.windows import Grain


def rows(stage: Stage, day: float, many: int, *, labelled: bool = True, truth: float = 1.0) -> None:
    """Scores that are right (with `truth` = 1), each label as its score says; labels come after an hour."""
    chance = random.Random(int(day * 1_000))
    for place in range(many):
        key = len(stage.predictions.rows)
        at = START + day * DAY + place * HOUR / 60
        city = ("Oslo", "Rome")[place % 2]
        score = chance.betavariate(2, 3)
        row: Mapping[str, Value] = {"id": key, "ts": at, "score": score, "income": 1.0, "city": city, "version": "v1"}
        stage.predictions.rows.append(row)
        if labelled:
            stage.labels.rows.append({"id": key, "label": int(chance.random() < truth * score), "known": at + HOUR})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.database.close()


def with_reference(stage: Stage, many: int = 4_000, **more: Any) -> None:
    """A reference set from the same world."""
    other = Stage.__new__(Stage)
    other.predictions, other.labels = type(stage.predictions)(), type(stage.labels)()
    rows(other, -30, many, **more)
    said = {row["id"]: row["label"] for row in other.labels.rows}
    stage.normal.rows = [{**row, "label": said[row["id"]]} for row in other.predictions.rows]
    stage.model = stage.model.model_copy(
        update={"baseline": stage.model.baseline.model_copy(update={"reference": "reference.csv"})}
    )


def estimates(stage: Stage, metric: str, at: float, where: Slice = EVERYTHING) -> list[Taken]:
    with stage.gauge(START + at * DAY) as gauge:
        return gauge.estimates(metric, Grain.DAY, where)


def test_windows_are_estimated_together_as_if_they_were_one(stage: Stage) -> None:
    with_reference(stage)
    for day in range(3):
        rows(stage, day, 400, labelled=False)
    stage.cycle(START + 3 * DAY)
    with stage.gauge(START + 3 * DAY) as gauge:
        alone = [
            one.reading.value
            for one in gauge.foresight.estimates("accuracy", Grain.DAY)
            if isinstance(one.reading, Measured)
        ]
        together, many = gauge.foresight.over("accuracy", Grain.DAY, EVERYTHING, 0)
    assert many == 1_200
    assert isinstance(together, Measured)
    assert together.value == pytest.approx(sum(alone) / 3, abs=0.01)


def test_where_nothing_is_expected_of_any_window_nothing_is_of_all(stage: Stage) -> None:
    rows(stage, 0, 100, labelled=False)
    stage.cycle(START + DAY)
    with stage.gauge(START + DAY) as gauge:
        assert isinstance(gauge.foresight.over("auc", Grain.DAY, EVERYTHING, 0)[0], Unmeasured)


def test_a_window_without_labels_is_estimated_by_the_reference_set(stage: Stage) -> None:
    with_reference(stage)
    for day in range(3):
        rows(stage, day, 800, labelled=day < 2)
    stage.cycle(START + 3 * DAY)
    told = estimates(stage, "auc", 3)
    with stage.gauge(START + 3 * DAY) as gauge:
        truth = gauge.take("auc", Grain.DAY)
    assert all(one.estimate for one in told)
    for one, two in zip(told[:2], truth[:2], strict=True):
        assert isinstance(one.reading, Measured)
        assert isinstance(two.reading, Measured)
        assert one.reading.low <= two.reading.value <= one.reading.high
    assert isinstance(told[2].reading, Measured)
    assert isinstance(truth[2].reading, Unmeasured)


def test_scores_that_are_too_high_are_put_right_first(stage: Stage) -> None:
    with_reference(stage, truth=0.5)
    rows(stage, 0, 1_400, labelled=False)
    stage.cycle(START + DAY)
    (told,) = estimates(stage, "base_rate", 1)
    assert isinstance(told.reading, Measured)
    assert told.reading.value == pytest.approx(0.2, abs=0.02)  # half of the mean score of 0.4


def test_without_a_reference_set_the_past_teaches_once_its_labels_have_come(stage: Stage) -> None:
    for day in range(22):
        rows(stage, day, 100, labelled=day < 20)
    stage.cycle(START + 22 * DAY)
    told = estimates(stage, "auc", 22)
    assert isinstance(told[0].reading, Unmeasured)
    assert isinstance(told[-1].reading, Measured)


def test_without_any_label_it_says_what_is_missing(stage: Stage) -> None:
    rows(stage, 0, 100, labelled=False)
    stage.cycle(START + DAY)
    (told,) = estimates(stage, "auc", 1)
    assert told.reading == Unmeasured("no labels yet from which to learn what to expect")


def test_a_segment_is_estimated_by_itself(stage: Stage) -> None:
    with_reference(stage)
    rows(stage, 0, 1_000, labelled=False)
    stage.cycle(START + DAY)
    (rome,) = estimates(stage, "auc", 1, Slice(by="city", segment="Rome"))
    assert isinstance(rome.reading, Measured)
    assert rome.rows == 500


def test_estimates_have_a_record_once_labels_have_come(stage: Stage) -> None:
    with_reference(stage, 8_000)
    for day in range(30):
        rows(stage, day, 300)
    stage.cycle(START + 40 * DAY)
    with stage.gauge(START + 40 * DAY) as gauge:
        track = record_of(gauge.estimates("auc", Grain.DAY), gauge.take("auc", Grain.DAY))
    assert track is not None
    assert (track.windows, track.share) == (30, 0.9)
    assert track.within < 0.08
    assert track.covered >= 0.8
