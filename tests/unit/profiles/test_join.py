"""What a label means, what a prediction says, and how a pair is counted and uncounted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from bellbuoy.profiles.collect import DELAY, OUTCOME
from bellbuoy.profiles.join import Pairs
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.records import LABEL
from bellbuoy.profiles.target import Target, alike, numbers
from bellbuoy.sources.port import Kind, Rows
from bellbuoy.store.ledger import UNLOGGED
from bellbuoy.store.port import Series
from bellbuoy.testing import Value, column_of
from bellbuoy.windows import Grain

BINARY = Target("binary", ("0", "1"), ("score",), None, 0.4)
MANY = Target("multiclass", ("good", "bad"), ("p_good", "p_bad"), None)
REAL = Target("regression", (), (), "guess")
HOUR = 3_600_000_000


def predictions(target: Target, *rows: tuple[object, ...]) -> np.ndarray:
    return np.array(list(rows), target.layout(("origin",)))


def labels(*rows: tuple[int, int, float]) -> np.ndarray:
    return np.array(list(rows), LABEL)


def pairs(target: Target = BINARY) -> Pairs:
    return Pairs(target, Grain.HOUR, ("origin",), {0: "", 1: "JFK", 2: "v1"})


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, 0, None], Kind.NUMBER, [1, 0, math.nan]),
        (["1", "1.0", "true", "no"], Kind.CATEGORY, [1, 1, 1, 0]),
        (["1.0", "nan", "0.0", "NaN", None], Kind.CATEGORY, [1, math.nan, 0, math.nan, math.nan]),
        ([True, False], Kind.CATEGORY, [1, 0]),
    ],
)
def test_a_binary_label_is_whether_it_is_the_positive_class(
    values: Sequence[Value], kind: Kind, expected: list[float]
) -> None:
    assert repr(BINARY.labels(column_of(values, kind)).tolist()) == repr([float(value) for value in expected])


def test_a_class_is_known_by_its_place() -> None:
    found = MANY.labels(column_of(["bad", "good", "other"], Kind.CATEGORY))
    assert repr(found.tolist()) == "[1.0, 0.0, nan]"


def test_classes_that_are_numbers_are_known_too() -> None:
    target = Target("multiclass", ("1", "2.0"), (), "prediction")
    assert repr(target.labels(column_of([2, 1, 3], Kind.NUMBER)).tolist()) == "[1.0, 0.0, nan]"


def test_a_score_from_the_threshold_on_is_positive() -> None:
    rows = Rows(3, {"score": column_of([0.39, 0.4, None], Kind.NUMBER)})
    assert repr(BINARY.predicted(rows).tolist()) == "[0.0, 1.0, nan]"


def test_the_likeliest_class_is_predicted() -> None:
    scores = {"p_good": column_of([0.9, 0.1, None], Kind.NUMBER), "p_bad": column_of([0.1, 0.9, 1.0], Kind.NUMBER)}
    assert repr(MANY.predicted(Rows(3, scores)).tolist()) == "[0.0, 1.0, nan]"


@pytest.mark.parametrize("score", [math.nan, math.inf, -0.1, 1.1])
def test_a_score_that_is_no_probability_cannot_be_judged(score: float) -> None:
    assert BINARY.usable(predictions(BINARY, (0, 0, 1.0, score, 0))).tolist() == [False]


def test_a_ranking_may_have_any_finite_score() -> None:
    ranking = Target("binary", ("0", "1"), ("score",), None, 0.0, probability=False)
    assert ranking.usable(predictions(ranking, (0, 0, 1.0, -7.5, 0))).tolist() == [True]


def test_a_pair_is_counted_whole_and_by_segment_in_the_window_of_the_prediction() -> None:
    made = pairs()
    made.add(predictions(BINARY, (HOUR + 5, 2, 1.0, 0.5, 1)), labels((9 * HOUR, 9 * HOUR, 1.0)))
    lines = {Series("1h", OUTCOME, "v1"), Series("1h", OUTCOME, "v1", "origin", "JFK")}
    assert {line: list(windows) for line, windows in made.outcomes.items()} == {line: [3_600] for line in lines}


def test_a_delay_is_from_the_prediction_to_the_first_word() -> None:
    made = pairs()
    made.add(predictions(BINARY, (HOUR, 2, 1.0, 0.5, 1)), labels((3 * HOUR, 9 * HOUR, 1.0)))
    assert made.delays[Series("1d", DELAY, "v1")][0].total == 7_200.0


def test_a_label_before_its_prediction_has_no_delay() -> None:
    made = pairs()
    made.add(predictions(BINARY, (HOUR, 2, 1.0, 0.5, 1)), labels((0, 0, 1.0)))
    assert made.delays[Series("1d", DELAY, "v1")][0].zeros == 1


def test_a_correction_takes_back_what_was_believed() -> None:
    record, old, new = predictions(BINARY, (HOUR, 2, 1.0, 0.5, 1)), labels((5, 5, 0.0)), labels((5, 8, 1.0))
    made, right = pairs(), pairs()
    made.add(record, old)
    made.correct(record, old, new)
    right.add(record, new)
    line = Series("1h", OUTCOME, "v1")
    assert made.outcomes[line][3_600].whole.cells == right.outcomes[line][3_600].whole.cells


def test_a_pair_that_cannot_be_judged_is_left_out() -> None:
    made = pairs()
    made.count(predictions(BINARY, (HOUR, 2, 1.0, math.nan, 1)), labels((5, 5, 1.0)))
    assert made.outcomes == {}


def test_a_regression_counts_errors() -> None:
    made = pairs(REAL)
    made.add(predictions(REAL, (HOUR, 2, 5.0, 1)), labels((5, 5, 3.0)))
    outcome: Outcome = made.outcomes[Series("1h", OUTCOME, "v1")][3_600].whole
    assert (outcome.sums["error"], outcome.sums["square"]) == (2.0, 4.0)


def test_texts_are_numbers_where_they_read_as_such() -> None:
    assert repr(numbers(column_of(["1.5", "true", "x", None], Kind.CATEGORY)).tolist()) == "[1.5, 1.0, nan, nan]"


def test_one_class_may_be_written_in_several_ways() -> None:
    assert alike("1", "1.0")
    assert not alike("yes", "no")


def test_a_class_may_be_called_nan() -> None:
    odd = Target("binary", ("not nan", "nan"), ("score",), None)
    assert repr(odd.labels(column_of(["nan", "ok", "NaN"], Kind.CATEGORY)).tolist()) == "[1.0, 0.0, nan]"


def test_of_many_classes_nan_is_none_either() -> None:
    target = Target("multiclass", ("1", "2"), (), "prediction")
    assert repr(target.labels(column_of(["1.0", "nan"], Kind.CATEGORY)).tolist()) == "[0.0, nan]"


def test_a_logged_prediction_that_is_nan_cannot_be_judged() -> None:
    logged = Target("binary", ("0", "1"), (), "said")
    rows = Rows(2, {"said": column_of(["nan", "1.0"], Kind.CATEGORY)})
    assert repr(logged.predicted(rows).tolist()) == "[nan, 1.0]"


def test_a_prediction_from_before_a_segment_was_logged_is_counted_whole_only() -> None:
    made = pairs()
    made.add(predictions(BINARY, (HOUR, 2, 1.0, 0.5, UNLOGGED)), labels((2 * HOUR, 2 * HOUR, 1.0)))
    assert list(made.outcomes) == [Series("1h", OUTCOME, "v1")]
    assert list(made.delays) == [Series("1d", DELAY, "v1")]


def test_of_predictions_some_of_which_lack_a_segment_the_others_are_counted_in_it() -> None:
    made = pairs()
    rows = [(HOUR, 2, 1.0, 0.9, 1), (HOUR, 2, 1.0, 0.5, UNLOGGED), (0, 2, 0.0, 0.1, 1), (0, 2, 0.0, 0.2, 0)]
    made.add(predictions(BINARY, *rows), labels(*[(2 * HOUR, 2 * HOUR, 1.0)] * 4))
    jfk = made.outcomes[Series("1h", OUTCOME, "v1", "origin", "JFK")]
    assert {start: part.whole.sums["score"] for start, part in jfk.items()} == {0: 0.1, 3_600: 0.9}
    assert made.delays[Series("1d", DELAY, "v1", "origin", "JFK")][0].total == 3 * 3_600.0
