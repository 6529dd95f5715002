"""What of a row goes into the ledger, and what is believed when labels disagree."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.records import Codes, label_records, nowhere, prediction_records, undated
from bellbuoy.profiles.target import Target
from bellbuoy.sources.port import Kind, Moments, Rows
from bellbuoy.testing import column_of
from bellbuoy.windows import Grain, to_micro

NOW = datetime(2024, 3, 1, tzinfo=UTC)
BINARY = Target("binary", ("0", "1"), ("score",), None, 0.4)


def test_a_name_keeps_its_code() -> None:
    codes = Codes({1: "JFK"})
    assert [codes.code(name) for name in ("JFK", "EWR", "", "EWR")] == [1, 2, 0, 2]


def test_only_new_names_are_fresh() -> None:
    codes = Codes({1: "JFK"})
    codes.code("JFK")
    codes.code("EWR")
    assert codes.fresh == {2: "EWR"}


def test_a_prediction_is_kept_with_its_score_and_segment() -> None:
    rows = Rows(2, {"score": column_of([0.3, 0.5], Kind.NUMBER), "origin": column_of(["JFK", None], Kind.CATEGORY)})
    plan = Plan(Grain.HOUR, "ts", ("score",), ("score",), None, ("origin",))
    records = prediction_records(rows, np.array([5, 6]), plan, BINARY, codes := Codes({}))
    assert records[["at", "predicted", "score0"]].tolist() == [(5, 0.0, 0.3), (6, 1.0, 0.5)]
    assert [codes.names[code] for code in records["by:origin"].tolist()] == ["JFK", ""]


def test_a_label_without_a_time_is_known_now() -> None:
    rows = Rows(1, {"label": column_of([1], Kind.NUMBER)})
    records = label_records(rows, "label", None, BINARY, NOW)
    assert records.tolist() == [(to_micro(NOW), to_micro(NOW), 1.0)]


def test_a_label_whose_time_is_null_is_known_now() -> None:
    late = NOW - timedelta(hours=1)
    rows = Rows(2, {"label": column_of([1, 0], Kind.NUMBER), "known": column_of([None, late], Kind.MOMENT)})
    assert label_records(rows, "label", "known", BINARY, NOW)["at"].tolist() == [to_micro(NOW), to_micro(late)]


def test_a_label_that_is_no_class_is_not_a_number() -> None:
    rows = Rows(2, {"label": column_of(["maybe", None], Kind.CATEGORY)})
    target = Target("multiclass", ("yes", "no"), (), "prediction")
    assert all(math.isnan(value) for value in label_records(rows, "label", None, target, NOW)["label"].tolist())


def test_a_label_is_known_when_it_became_visible() -> None:
    early, late = NOW - timedelta(hours=9), NOW - timedelta(hours=1)
    known, seen = column_of([early, early], Kind.MOMENT), column_of([late, None], Kind.MOMENT)
    rows = Rows(2, {"label": column_of([1, 0], Kind.NUMBER), "known": known, "seen": seen})
    records = label_records(rows, "label", "known", BINARY, NOW, "seen")
    assert records["at"].tolist() == records["first"].tolist() == [to_micro(late), to_micro(early)]


def test_a_label_of_a_moment_without_a_window_is_known_now() -> None:
    far = datetime(9999, 12, 31, tzinfo=UTC)
    rows = Rows(1, {"label": column_of([1], Kind.NUMBER), "known": column_of([far], Kind.MOMENT)})
    assert label_records(rows, "label", "known", BINARY, NOW)["at"].tolist() == [to_micro(NOW)]


def test_labels_are_undated_where_no_column_says_when_they_became_known() -> None:
    known, seen = column_of([NOW, None, None], Kind.MOMENT), column_of([None, None, NOW], Kind.MOMENT)
    rows = Rows(3, {"known": known, "seen": seen})
    assert undated(rows, "known", "seen").tolist() == [False, True, False]
    assert undated(rows, "known", None).tolist() == [False, True, True]
    assert undated(rows, None).tolist() == [True, True, True]


def test_a_moment_that_no_window_can_be_made_of_is_nowhere() -> None:
    moments = column_of([NOW, None, datetime(1, 1, 1, tzinfo=UTC)], Kind.MOMENT)
    assert isinstance(moments, Moments)
    assert nowhere(moments).tolist() == [False, True, True]
