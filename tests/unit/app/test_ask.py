from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.stage import DAY, START, Stage

from bellbuoy.app.ask import Asked, Question, grain_of, grains_of, nearest, taken_of
from bellbuoy.errors import ConfigError
from bellbuoy.profiles.series import Slice
from bellbuoy.windows import Grain, to_seconds

NOW = START + 9 * DAY


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    for day in range(3):
        made.add(day, version=f"v{day + 1}")
    made.cycle(NOW)
    yield made
    made.database.close()


def understood(stage: Stage, **words: Any) -> Asked:
    with stage.gauge(NOW) as gauge:
        return Question(**words).understood(stage.model, gauge.subject, gauge.counts)


def refused(stage: Stage, **words: Any) -> str:
    with pytest.raises(ConfigError) as why:
        understood(stage, **words)
    return str(why.value)


def test_who_asks_for_nothing_gets_the_key_metric_of_all_rows(stage: Stage) -> None:
    assert understood(stage) == Asked("auc", None, Grain.DAY, Slice())


@pytest.mark.parametrize(
    ("words", "metric", "column"),
    [
        ({"metric": "ROC AUC"}, "auc", None),
        ({"metric": "volume"}, "rows", None),
        ({"metric": "missing_rate", "column": "income"}, "null_rate", "income"),
        ({"metric": "js", "column": "score"}, "jensenshannon", "score"),
        ({"metric": "ks"}, "ks", None),
        ({"metric": "ks", "column": "income"}, "ks", "income"),
    ],
)
def test_words_are_found_as_people_say_them(stage: Stage, words: Any, metric: str, column: str | None) -> None:
    asked = understood(stage, **words)
    assert (asked.metric, asked.column) == (metric, column)


def test_a_part_of_the_rows_is_a_slice_of_them(stage: Stage) -> None:
    asked = understood(stage, segment=" city = Oslo ", version="v2", start=START, end=START + DAY)
    assert asked.where == Slice("v2", "city", "Oslo", to_seconds(START), to_seconds(START + DAY))


def test_wider_windows_may_be_asked_for(stage: Stage) -> None:
    assert understood(stage, grain="1w").grain is Grain.WEEK


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"metric": "acu"}, "did you mean auc"),
        ({"metric": "auc", "column": "income"}, "auc is a metric of the model, not of a column"),
        ({"column": "income"}, "auc is a metric of the model, not of a column"),
        ({"metric": "mean"}, "there are income, city, score"),
        ({"metric": "mean", "column": "incmoe"}, "did you mean 'income'?"),
        ({"grain": "1h"}, "there are 1d, 1w"),
        ({"segment": "Oslo"}, "write it as key=value"),
        ({"segment": "town=Oslo"}, "there is no segment 'town'"),
        ({"segment": "city=Olso"}, "did you mean 'Oslo'?"),
        ({"version": "v9"}, "there is no version 'v9'"),
        ({"metric": "mean", "column": "income", "segment": "city=Oslo"}, "say full = true"),
        ({"metric": "duplicate_rate", "segment": "city=Oslo"}, "not counted by segment"),
    ],
)
def test_what_cannot_be_asked_says_how_to_ask(stage: Stage, words: Any, told: str) -> None:
    assert told in refused(stage, **words)


@pytest.mark.parametrize(
    "words",
    [
        {"metric": "mean", "column": "score"},
        {"metric": "null_rate", "column": "income"},
        {"metric": "rows"},
        {"metric": "auc"},
    ],
)
def test_of_a_segment_outputs_nulls_rows_and_performance_are_known(stage: Stage, words: Any) -> None:
    asked = understood(stage, segment="city=Oslo", **words)
    with stage.gauge(NOW) as gauge:
        assert [one.rows for one in taken_of(gauge, asked)] == [10, 10, 10]


def test_with_full_profiles_every_column_is_known_by_segment(tmp_path: Path) -> None:
    stage = Stage(tmp_path, segments={"by": ["city"], "full": True})
    stage.add(0)
    stage.cycle(NOW)
    asked = understood(stage, metric="mean", column="income", segment="city=Rome")
    with stage.gauge(NOW) as gauge:
        assert [one.rows for one in taken_of(gauge, asked)] == [10]


def test_without_any_rows_there_is_nothing_to_choose_from(tmp_path: Path) -> None:
    assert "there are none" in refused(Stage(tmp_path), version="v1")


def test_windows_can_be_shown_in_grains_that_are_made_of_them() -> None:
    assert grains_of(Grain.QUARTER) == [Grain.QUARTER, Grain.HOUR, Grain.DAY, Grain.WEEK]


def test_who_names_no_grain_gets_the_models_own() -> None:
    assert grain_of(None, Grain.HOUR) is Grain.HOUR


def test_of_very_many_names_a_hint_lists_the_first() -> None:
    assert nearest("x", [f"town-{number}" for number in range(100)]).endswith("town-29 and 70 more")
