from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.stage import START, Stage

from bellbuoy.app.ask import Asked, Question
from bellbuoy.app.choices import column_metrics, metrics_offered, segments_offered
from bellbuoy.app.glance import Seen
from bellbuoy.metrics.catalogue import Family, entry, find, metrics_of

DAY = timedelta(days=1)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Three days of rows that have been counted."""
    made = Stage(tmp_path)
    for day in range(3):
        made.add(day)
    made.cycle(START + 4 * DAY)
    return made


def asked(seen: Seen, metric: str | None = None, column: str | None = None, segment: str | None = None) -> Asked:
    question = Question(metric, column, None, segment, None, None, None)
    return question.understood(seen.model, seen.gauge.subject, seen.gauge.counts)


@pytest.mark.parametrize("kind", ["number", "category"])
def test_every_metric_that_is_offered_of_a_column_can_be_found(kind: str, stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        names = column_metrics(kind)
        assert [find(name, seen.gauge.subject, column=True) for name in names] == list(names)


@pytest.mark.parametrize("kind", ["number", "category"])
def test_metrics_of_a_column_are_of_columns_or_of_shifts(kind: str) -> None:
    families = {entry(name, column=True).family for name in column_metrics(kind)}
    assert families == {Family.COLUMN, Family.SHIFT}


def test_categories_have_no_quantiles_and_numbers_no_unseen_values() -> None:
    assert "p95" not in column_metrics("category")
    assert "unseen_rate" not in column_metrics("number")


def test_of_a_model_all_its_metrics_are_offered(stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        assert metrics_offered(seen, asked(seen)) == metrics_of(seen.gauge.subject)


def test_the_metric_that_is_asked_for_is_always_among_those_offered(stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        odd = replace(asked(seen), metric="f1:good")
        assert metrics_offered(seen, odd)[0] == "f1:good"


def test_a_column_is_offered_what_its_kind_has(stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        assert metrics_offered(seen, asked(seen, "psi", "city")) == column_metrics("category")
        assert metrics_offered(seen, asked(seen, "psi", "income")) == column_metrics("number")


def test_segments_that_were_seen_are_offered(stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        assert segments_offered(seen, asked(seen)) == {"city": ("Oslo", "Rome")}


def test_a_metric_that_is_not_counted_by_segment_offers_none(stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        assert segments_offered(seen, asked(seen, "duplicate_rate")) == {}
        assert segments_offered(seen, asked(seen, "mean", "income")) == {}


def test_nulls_of_an_input_are_counted_by_segment(stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        assert segments_offered(seen, asked(seen, "null_rate", "income")) == {"city": ("Oslo", "Rome")}


def test_within_a_segment_an_input_has_its_nulls_alone(stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        assert metrics_offered(seen, asked(seen, "null_rate", "income", "city=Oslo")) == ("null_rate",)


def test_within_a_segment_an_output_has_all_its_metrics(stage: Stage) -> None:
    with stage.seen(START + 4 * DAY) as seen:
        assert metrics_offered(seen, asked(seen, "mean", "score", "city=Oslo")) == column_metrics("number")


def test_a_list_that_must_end_holds_the_chosen_value_all_the_same(tmp_path: Path) -> None:
    crowded = Stage(tmp_path)
    for place in range(202):
        crowded.add(0, 1, labelled=False, city=f"c{place:03}")
    crowded.cycle(START + 4 * DAY)
    with crowded.seen(START + 4 * DAY) as seen:
        offered = segments_offered(seen, asked(seen, segment="city=c201"))["city"]
    assert (len(offered), offered[0], offered[-1]) == (201, "c000", "c201")
