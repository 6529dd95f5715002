from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bellbuoy.config.spec import Alarms, Deploy, Labels, Model, Predictions, Retrain, Rule, Silence
from bellbuoy.config.texts import Budget, read_budget, read_schedule
from bellbuoy.errors import ConfigError

COLUMNS = {"time": "ts", "score": "score"}


def test_durations_are_read_as_people_write_them() -> None:
    predictions = Predictions.model_validate({"path": "x", "columns": COLUMNS, "look_back": "1d12h"})
    assert predictions.look_back == timedelta(hours=36)


def test_a_duration_may_be_iso() -> None:
    assert Rule.model_validate({"name": "a", "when": "auc < 1", "for": "PT15M"}).hold == timedelta(minutes=15)


def test_labels_mature_by_themselves_unless_told_when() -> None:
    columns = {"id": "id", "label": "label"}
    ages = [Labels.model_validate({"columns": columns, "maturity": age}).maturity for age in ("auto", "7d")]
    assert ages == ["auto", timedelta(days=7)]


@pytest.mark.parametrize("age", ["0s", "soon", 3, True, []])
def test_an_age_must_be_a_time_or_auto(age: object) -> None:
    with pytest.raises(ValidationError):
        Labels.model_validate({"columns": {"id": "id", "label": "label"}, "maturity": age})


@pytest.mark.parametrize("value", [1, True, "fraud", 0.5])
def test_the_positive_class_keeps_its_type(value: object) -> None:
    data: dict[str, Any] = {"task": "binary", "positive": value, "predictions": {"path": "x", "columns": COLUMNS}}
    assert Model.model_validate(data).positive is value


@pytest.mark.parametrize("score", [3, ["a"], {}, {"good": 1}, ""])
def test_a_score_is_a_column_or_one_for_each_class(score: object) -> None:
    with pytest.raises(ValidationError, match="must name a column"):
        Predictions.model_validate({"path": "x", "columns": {"time": "ts", "score": score}})


def test_numbers_are_not_read_from_texts_and_true_is_none() -> None:
    for threshold in ("0.4", True):
        with pytest.raises(ValidationError):
            Predictions.model_validate({"path": "x", "columns": COLUMNS, "threshold": threshold})


def test_a_setting_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Alarms().pack = "none"  # type: ignore[assignment]


def test_the_word_for_is_what_the_file_says_and_hold_is_what_we_say() -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"name": "a", "when": "auc < 1", "hold": "1h"})


@pytest.mark.parametrize("text", ["1 false alarm per 30d", "2.5 false alarms per 1w", "0 false alarms per 1d"])
def test_a_budget_is_written_as_it_is_read(text: str) -> None:
    assert str(read_budget(text)) == text


@pytest.mark.parametrize("text", ["1 alarm per 30d", "1 false alarm", "-1 false alarm per 1d", "1 false alarm per 0d"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        read_budget(text)


def test_the_budget_is_one_false_alarm_a_month() -> None:
    assert Alarms().budget == Budget(1, timedelta(days=30))


@pytest.mark.parametrize(
    "text", ["0 3 * * *", "*/15 0-6,22 1,15 * mon-fri", "0 0 1 JAN *", "@daily", "59 23 31 12 7", "0 12 * * sun"]
)
def test_a_schedule_is_five_fields_or_a_word(text: str) -> None:
    assert read_schedule(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "0 3 * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "5-1 * * * *", "*/0 * * * *", "@noon"],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        read_schedule(text)


@pytest.mark.parametrize("shares", [[0.5, 0.1], [0], [1.5], [0.1, 0.1]])
def test_canary_shares_grow_to_one(shares: list[float]) -> None:
    with pytest.raises(ValidationError):
        Deploy.model_validate({"canary": shares})


def test_utc_is_a_zone_on_every_machine() -> None:
    assert Retrain.model_validate({"pull": "a:b", "build": "a.c:d", "time_zone": "UTC"}).time_zone == "UTC"


def test_a_silence_covers_its_start_and_not_its_end() -> None:
    start, end = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC)
    silence = Silence.model_validate({"match": {}, "starts": start.date(), "ends": "2024-03-02", "reason": "move"})
    assert (silence.covers(start), silence.covers(end)) == (True, False)
