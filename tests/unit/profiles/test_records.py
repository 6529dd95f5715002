"""What of a row goes into the ledger, and what is believed when labels disagree."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.join import Target
from bellbuoy.profiles.records import LABEL, Codes, label_records, merged_labels, one_of_each, prediction_records
from bellbuoy.sources.port import Kind, Rows
from bellbuoy.testing import column_of
from bellbuoy.windows import Grain, to_micro

NOW = datetime(2024, 3, 1, tzinfo=UTC)
BINARY = Target("binary", ("0", "1"), ("score",), None, 0.4)


def labels(*rows: tuple[int, int, float]) -> np.ndarray:
    return np.array(list(rows), LABEL)


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


def test_of_two_labels_the_later_is_believed_and_the_earlier_dates_it() -> None:
    keys, found = one_of_each(np.array([9, 9], np.uint64), labels((5, 5, 0.0), (8, 8, 1.0)))
    assert (keys.tolist(), found.tolist()) == ([9], [(5, 8, 1.0)])


def test_labels_of_one_each_come_sorted_by_key() -> None:
    keys, found = one_of_each(np.array([3, 1], np.uint64), labels((5, 5, 0.0), (8, 8, 1.0)))
    assert (keys.tolist(), found["label"].tolist()) == ([1, 3], [1.0, 0.0])


def test_no_labels_are_none_of_each() -> None:
    keys, found = one_of_each(np.empty(0, np.uint64), labels())
    assert (len(keys), len(found)) == (0, 0)


def test_of_two_labels_at_once_the_greater_is_believed_in_either_order() -> None:
    zero, one = labels((5, 5, 0.0)), labels((5, 5, 1.0))
    assert merged_labels(zero, one).tolist() == merged_labels(one, zero).tolist() == [(5, 5, 1.0)]


def test_an_older_word_changes_only_when_the_label_was_first_known() -> None:
    assert merged_labels(labels((1, 1, 0.0)), labels((5, 5, 1.0))).tolist() == [(1, 5, 1.0)]


def test_a_label_that_is_no_class_is_not_a_number() -> None:
    rows = Rows(2, {"label": column_of(["maybe", None], Kind.CATEGORY)})
    target = Target("multiclass", ("yes", "no"), (), "prediction")
    assert all(math.isnan(value) for value in label_records(rows, "label", None, target, NOW)["label"].tolist())
