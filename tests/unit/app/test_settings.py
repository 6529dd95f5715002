from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.stage import model_of

from bellbuoy.app.settings import changed_settings, note_of_change, settings_of

KINDS = {"income": "number", "city": "category"}
PREDICTIONS = {"path": "log.csv", "columns": {"id": "id", "time": "ts", "score": "score", "version": "version"}}
SETTINGS = st.dictionaries(
    st.sampled_from(["grain", "features.a", "features.b", "labels.columns.id", "value.expression", "segments.by"]),
    st.sampled_from(["x", "y", None]),
)


def settings(**more: Any) -> dict[str, object]:
    return settings_of(model_of(**more), KINDS)


def changed(**more: Any) -> list[str]:
    """What differs when tables of the file are replaced."""
    return changed_settings(settings(**more), settings())


def moved(**columns: str) -> dict[str, object]:
    return {**PREDICTIONS, "columns": {**PREDICTIONS["columns"], **columns}}  # type: ignore[dict-item]


def test_the_same_file_changes_nothing() -> None:
    assert changed() == []


@pytest.mark.parametrize(
    ("more", "keys"),
    [
        ({"grain": "1h"}, ["grain"]),
        ({"predictions": moved(score="p")}, ["predictions.columns.score"]),
        ({"predictions": {**PREDICTIONS, "threshold": 0.4}}, ["predictions.threshold"]),
        ({"predictions": {**PREDICTIONS, "scores": "ranking"}}, ["predictions.scores"]),
        ({"segments": {"by": []}}, ["segments.by"]),
        ({"segments": {"by": ["city"], "full": True}}, ["segments.full"]),
        ({"features": {"income": {"kind": "number"}}}, ["features.city"]),
    ],
)
def test_a_setting_that_counts_depend_on_is_told(more: dict[str, Any], keys: list[str]) -> None:
    assert changed(**more) == keys


@pytest.mark.parametrize(
    "more",
    [
        {"owner": "ml-team"},
        {"predictions": {**PREDICTIONS, "path": "elsewhere/*.csv"}},
        {"baseline": {"trailing": "7d"}},
        {"alarms": {"rule": [{"name": "floor", "when": "auc < 0.7"}]}},
        {"labels": {"path": "truth.csv", "columns": {"id": "id", "label": "label", "time": "known"}, "maturity": "7d"}},
        {"features": {"city": {"kind": "category", "owner": "geo"}, "income": {"kind": "number", "about": "a year"}}},
    ],
)
def test_a_setting_that_no_count_depends_on_is_not_told(more: dict[str, Any]) -> None:
    assert changed(**more) == []


def test_segments_are_the_same_in_any_order() -> None:
    assert settings(segments={"by": ["city", "income"]}) == settings(segments={"by": ["income", "city"]})


def test_an_input_that_was_never_seen_has_not_changed() -> None:
    assert changed_settings({"features.a": "number"}, {"grain": "1d", "features.a": None}) == ["grain"]


def test_an_input_that_became_another_kind_is_told() -> None:
    assert changed_settings({"features.a": "number"}, {"features.a": "category"}) == ["features.a"]


@pytest.mark.parametrize(
    ("now", "before", "keys"),
    [
        ({"labels.columns.id": "id"}, {"grain": "1d"}, ["grain"]),
        ({"grain": "1d"}, {"grain": "1d", "labels.columns.id": "id"}, []),
        ({"labels.columns.id": "key"}, {"labels.columns.id": "id"}, ["labels.columns.id"]),
        ({}, {"value.expression": "a"}, []),
        ({"value.expression": "a"}, {"grain": None}, ["value.expression"]),
    ],
)
def test_labels_and_money_may_come_and_go(now: dict[str, object], before: dict[str, object], keys: list[str]) -> None:
    assert changed_settings(now, before) == keys


@given(SETTINGS)
def test_nothing_differs_from_itself(some: dict[str, object]) -> None:
    assert changed_settings(some, some) == []


@given(SETTINGS)
def test_where_nothing_was_counted_nothing_has_changed(some: dict[str, object]) -> None:
    assert changed_settings(some, {}) == []


@given(SETTINGS, SETTINGS)
def test_only_settings_of_either_are_told_each_once_in_order(now: dict[str, object], before: dict[str, object]) -> None:
    keys = changed_settings(now, before)
    assert keys == sorted(set(keys))
    assert set(keys) <= {*now, *before}


def test_the_note_says_what_changed_and_what_to_do() -> None:
    note = note_of_change(["grain", "segments.by"])
    assert note.code == "settings-changed"
    assert "(grain, segments.by)" in note.message
    assert "bellbuoy run --once --recount" in note.message
