from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs

import pytest
from tests.unit.web import rung, sample

from bellbuoy.web import asked

NOON = datetime(2013, 11, 4, 12, 30, 15, 250_000, tzinfo=UTC)


def query(text: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(text, strict_parsing=True).items()}


def test_an_address_holds_the_whole_view() -> None:
    page = sample.page(version="v2", segment="carrier=UA", column="score", start=NOON, end=NOON + timedelta(days=1))
    assert query(asked.address(page)) == {
        "metric": "auc",
        "column": "score",
        "segment": "carrier=UA",
        "grain": "1d",
        "version": "v2",
        "from": "2013-11-04T12:30:15.250000Z",
        "to": "2013-11-05T12:30:15.250000Z",
    }


def test_an_address_is_silent_about_what_was_not_asked() -> None:
    assert query(asked.address(sample.page())) == {"metric": "auc", "grain": "1d"}


@pytest.mark.parametrize("value", ["A&B=C", "ümläut", "100 %", "a+b", "key=value=more", "#1?"])
def test_a_segment_with_odd_letters_survives_its_address(value: str) -> None:
    page = sample.page(segment=f"carrier={value}")
    assert query(asked.address(page))["segment"] == f"carrier={value}"


def test_the_way_back_to_now_keeps_the_rest_of_the_view() -> None:
    page = sample.page(as_of=NOON, version="v2")
    assert query(asked.now(page)) == {"metric": "auc", "grain": "1d", "version": "v2"}


def test_a_part_leads_to_its_segment() -> None:
    page = sample.page(segment="origin=EWR")
    assert query(asked.of_part(page, page.parts[0]))["segment"] == "carrier=B6"


def test_a_version_leads_to_itself_and_keeps_the_segment() -> None:
    page = sample.page(segment="origin=EWR")
    found = query(asked.of_part(page, next(part for part in page.parts if part.by == "version")))
    assert (found["version"], found["segment"]) == ("v2", "origin=EWR")


@pytest.mark.parametrize(("role", "segment"), [("output", "origin=EWR"), ("input", None)])
def test_only_outputs_are_counted_by_segment(role: str, segment: str | None) -> None:
    page = sample.page(segment="origin=EWR")
    column = sample.column("score", "number", None, None, role)
    found = query(asked.of_column(page, column, "null_rate"))
    assert (found["column"], found["metric"], found.get("segment")) == ("score", "null_rate", segment)


def test_from_a_column_a_link_leads_back_to_the_key_metric() -> None:
    found = query(asked.of_model(sample.page(metric="null_rate", column="wind_speed")))
    assert (found["metric"], "column" in found) == ("auc", False)


@pytest.mark.parametrize(
    ("grain", "text"),
    [("1d", "2013-11-04"), ("1w", "2013-11-04"), ("1h", "2013-11-04T12:30"), ("15m", "2013-11-04T12:30")],
)
def test_a_field_of_time_is_as_fine_as_its_windows(grain: str, text: str) -> None:
    assert asked.field_time(NOON, grain) == text


def test_a_field_of_time_is_in_utc() -> None:
    here = NOON.astimezone(timezone(timedelta(hours=14)))
    assert asked.field_time(here, "1d") == "2013-11-04"


def test_where_no_time_was_asked_the_field_is_empty() -> None:
    assert (asked.field_time(None, "1h"), asked.field_moment(None)) == ("", "")


@pytest.mark.parametrize(
    ("grain", "seconds"), [("1m", 60), ("15m", 900), ("1h", 3_600), ("1d", 86_400), ("1w", 86_400)]
)
def test_a_span_is_set_by_windows_and_weeks_by_days(grain: str, seconds: int) -> None:
    assert asked.step(grain) == seconds


@pytest.mark.parametrize(("grain", "whole"), [("1h", False), ("1d", True), ("1w", True), ("5m", False)])
def test_days_and_weeks_begin_at_midnight(grain: str, whole: bool) -> None:
    assert asked.by_day(grain) is whole


def test_an_incident_has_a_page_below_its_model() -> None:
    assert asked.of_incident("delays/2013-12-23T06:00:00Z/1") == "/models/delays/incidents/2013-12-23T06:00:00Z/1"


@pytest.mark.parametrize("name", ["delays", "delays/"])
def test_without_an_incident_the_address_is_that_of_the_list(name: str) -> None:
    assert asked.of_incident(name) == "/models/delays/incidents"


def test_odd_names_in_an_address_are_escaped() -> None:
    assert asked.of_incident("a b/x?y#z") == "/models/a%20b/incidents/x%3Fy%23z"


@pytest.mark.parametrize(
    ("metric", "column", "drawn"),
    [
        ("null_rate", "wind", True),
        ("null_rate", None, False),
        ("auc", None, True),
        ("auc", "wind", False),
        ("psi-like", None, False),
    ],
)
def test_an_alarm_leads_to_readings_where_a_page_draws_them(metric: str, column: str | None, drawn: bool) -> None:
    assert bool(asked.of_alarm(rung.alarm(metric=metric, column=column))) is drawn


def test_an_alarm_of_a_part_leads_to_that_part() -> None:
    link = asked.of_alarm(rung.alarm(metric="auc", column=None, segment={"origin": "JFK"}, version="v2"))
    assert link is not None
    assert query(link.partition("?")[2].partition("#")[0]) == {
        "metric": "auc",
        "segment": "origin=JFK",
        "version": "v2",
    }
