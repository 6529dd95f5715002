from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bellbuoy.config import kinds
from bellbuoy.config.kinds import shown


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


def why(kind: Any, value: object) -> str:
    """What is told of a value that is refused."""
    with pytest.raises(ValidationError) as told:
        read(kind, value)
    return str(told.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (1, "1"),
        (0.5, "0.5"),
        (True, "true"),
        ([1, 2], "an array"),
        ({"a": 1}, "a table"),
        (None, "None"),
        ("x" * 99, "'" + "x" * 56 + "…"),
    ],
)
def test_a_value_is_shown_short_enough_for_a_message(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize("value", [15, 1.5, True, None, ["15m"]])
def test_a_duration_must_say_its_unit(value: object) -> None:
    assert why(kinds.Duration, value).startswith('must be a duration such as "15m", not')


def test_a_duration_may_be_nothing_and_a_span_may_not() -> None:
    assert read(kinds.Duration, "0s") == timedelta(0)
    assert why(kinds.Span, "0s") == "must be longer than nothing"
    assert why(kinds.SpanOrAuto, "0d") == "must be longer than nothing"


@pytest.mark.parametrize(
    ("value", "made"), [("auto", "auto"), ("6h", timedelta(hours=6)), ("PT6H", timedelta(hours=6))]
)
def test_a_span_may_be_learnt(value: str, made: object) -> None:
    assert read(kinds.SpanOrAuto, value) == made


@pytest.mark.parametrize(
    "value",
    [
        "2013-11-04T10:00:00Z",
        "2013-11-04 10:00",
        datetime(2013, 11, 4, 10),  # noqa: DTZ001 - as TOML's local times are
        datetime(2013, 11, 4, 12, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_moment_is_read_as_utc_however_it_is_written(value: object) -> None:
    assert read(kinds.Moment, value) == datetime(2013, 11, 4, 10, tzinfo=UTC)


def test_a_day_is_its_midnight() -> None:
    assert read(kinds.Moment, date(2013, 11, 4)) == datetime(2013, 11, 4, tzinfo=UTC)


@pytest.mark.parametrize("value", [5, "soon", True])
def test_what_is_no_moment_is_refused(value: object) -> None:
    assert "time" in why(kinds.Moment, value)


@pytest.mark.parametrize("value", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_time_zone_is_taken_by_its_name(value: str) -> None:
    assert read(kinds.Zone, value) == value


@pytest.mark.parametrize("value", ["Berlin", "CEST+1", "", "../etc/passwd", "/etc/localtime"])
def test_what_is_no_time_zone_is_refused(value: str) -> None:
    assert why(kinds.Zone, value) == f"{value!r} is not a time zone"


@pytest.mark.parametrize("value", [[0.1, 0.5], [1.0], [], [0.01, 0.1, 1]])
def test_shares_of_a_canary_grow(value: list[float]) -> None:
    assert read(kinds.Shares, value) == tuple(value)


@pytest.mark.parametrize("value", [[0.5, 0.1], [0.0], [1.5], [0.1, 0.1], [-0.1]])
def test_shares_that_do_not_grow_are_refused(value: list[float]) -> None:
    assert "growing shares" in why(kinds.Shares, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (kinds.Number, "1"),
        (kinds.Number, float("nan")),
        (kinds.Whole, 1.5),
        (kinds.Whole, "1"),
        (kinds.Flag, 1),
        (kinds.Flag, "true"),
    ],
)
def test_no_value_is_read_from_one_of_another_type(kind: Any, value: object) -> None:
    assert why(kind, value)


@pytest.mark.parametrize("value", [1, True, "fraud", 0.5])
def test_a_class_is_any_value_that_a_label_can_have(value: object) -> None:
    made = read(kinds.ClassValue, value)
    assert (made, type(made)) == (value, type(value))


@pytest.mark.parametrize("value", [None, [1], {"a": 1}])
def test_a_class_is_one_value(value: object) -> None:
    assert why(kinds.ClassValue, value).startswith("must be a value of the label, not")


@pytest.mark.parametrize("value", ["", {}, 1, {"good": ""}, {"good": 1}, ["a"]])
def test_scores_are_a_column_or_one_for_each_class(value: object) -> None:
    assert why(kinds.ScoreColumns, value) == "must name a column, or one for each class"


@pytest.mark.parametrize(
    ("kind", "value", "good"),
    [
        (kinds.Function, "pipeline:build", True),
        (kinds.Function, "team.pipeline:build_it", True),
        (kinds.Function, "build", False),
        (kinds.Function, "a:b:c", False),
        (kinds.Name, "delays-v1.2_x", True),
        (kinds.Name, "-x", False),
        (kinds.Name, "a b", False),
        (kinds.Name, "x" * 101, False),
        (kinds.Url, "slack://a/b", True),
        (kinds.Url, "mailto:ops@example.com", True),
        (kinds.Url, "ops@example.com", False),
    ],
)
def test_names_of_things_follow_their_pattern(kind: Any, value: str, good: bool) -> None:
    if good:
        assert read(kind, value) == value
    else:
        assert why(kind, value)


@pytest.mark.parametrize("pattern", kinds.PATTERNS)
def test_every_pattern_can_be_told_in_words(pattern: str) -> None:
    assert kinds.PATTERNS[pattern].split()[0] in {"a", "an"}


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (kinds.Duration, "36h", "1d12h"),
        (kinds.SpanOrAuto, "auto", "auto"),
        (kinds.FalseAlarms, "2 false alarms per 7d", "2 false alarms per 1w"),
    ],
)
def test_what_was_read_is_written_as_people_write_it(kind: Any, value: str, text: str) -> None:
    assert TypeAdapter(kind).dump_python(read(kind, value)) == text
