from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.unit.config.tables import Cell, later, log, sample_of, truth

from bellbuoy.config.infer import Evidence, Guess, infer
from bellbuoy.config.kinds import ColumnKind, ScoreKind, Task
from bellbuoy.config.roles import Found, plain, span_text
from bellbuoy.errors import ConfigError
from bellbuoy.windows import Grain

Table = dict[str, Sequence[Cell]]


def guess(predictions: Table, labels: Table | None = None, reference: Table | None = None) -> Guess:
    tables = [None if table is None else sample_of(table) for table in (labels, reference)]
    return infer(Evidence(sample_of(predictions), *tables))


def value(found: Found[object] | None) -> object:
    return None if found is None else found.value


def without(table: Table, *names: str) -> Table:
    return {name: column for name, column in table.items() if name not in names}


def renamed(table: Table, **names: str) -> Table:
    return {names.get(name, name): column for name, column in table.items()}


def test_a_score_beside_labels_of_two_values_is_binary() -> None:
    made = guess(log(), truth())
    assert (made.outputs.task.value, value(made.outputs.positive)) == (Task.BINARY, "1")
    assert (value(made.outputs.score), value(made.outputs.prediction)) == ("score", "prediction")


def test_the_threshold_is_read_off_scores_and_decisions() -> None:
    assert value(guess(log()).outputs.threshold) == 0.4


def test_a_stretch_with_another_threshold_does_not_hide_the_usual_one() -> None:
    table = log()
    decided = [float(score >= (0.8 if row % 20 == 3 else 0.4)) for row, score in enumerate(np.array(table["score"]))]
    made = guess(table | {"prediction": decided})
    assert value(made.outputs.threshold) == 0.4
    assert made.outputs.threshold is not None
    assert "% of the decisions" in made.outputs.threshold.why


def test_decisions_that_scores_do_not_explain_have_no_threshold() -> None:
    assert guess(log(prediction=[float(row % 2) for row in range(400)])).outputs.threshold is None


def test_the_class_decided_on_high_scores_is_positive_whatever_it_is_called() -> None:
    table = log()
    decided: list[Cell] = ["refuse" if one else "grant" for one in table["prediction"]]
    labels = truth(label=["grant" if row % 3 else "refuse" for row in range(400)])
    assert value(guess(table | {"prediction": decided}, labels).outputs.positive) == "refuse"


def test_without_decisions_the_label_with_higher_scores_is_positive() -> None:
    table = without(log(), "prediction")
    labels = truth(label=["bad" if score > 0.5 else "good" for score in np.array(table["score"])])
    assert value(guess(table, labels).outputs.positive) == "bad"


def test_scores_beyond_one_are_a_ranking() -> None:
    table = log()
    made = guess(without(table, "prediction") | {"score": [10 * one for one in np.array(table["score"])]}, truth())
    assert (made.outputs.task.value, value(made.outputs.scores)) == (Task.BINARY, ScoreKind.RANKING)


def test_a_score_of_any_name_is_known_by_parting_the_decisions() -> None:
    assert value(guess(renamed(log(), score="risk")).outputs.score) == "risk"


def test_a_prediction_between_zero_and_one_is_a_score_when_labels_have_two_values() -> None:
    made = guess(renamed(without(log(), "prediction"), score="y_pred"), truth())
    assert (value(made.outputs.score), made.outputs.prediction) == ("y_pred", None)


def test_names_of_other_tools_are_known() -> None:
    table = renamed(log(), ts="timestamp", score="y_pred_proba", prediction="y_pred", model_version="model_id")
    made = guess(table, renamed(truth(), label="y_true", label_ts="timestamp"))
    assert (value(made.log.time), value(made.log.version)) == ("timestamp", "model_id")
    assert (value(made.outputs.score), value(made.outputs.prediction)) == ("y_pred_proba", "y_pred")
    assert made.labels is not None
    assert (made.labels.label, made.labels.time) == ("y_true", "timestamp")


def test_scores_of_classes_that_sum_to_one_are_multiclass() -> None:
    thirds: Table = {f"proba_{name}": [1 / 3] * 400 for name in ("Good", "Bad", "Ugly")}
    made = guess(without(log(), "score", "prediction") | thirds)
    assert made.outputs.task.value is Task.MULTICLASS
    assert made.outputs.by_class == {"Good": "proba_Good", "Bad": "proba_Bad", "Ugly": "proba_Ugly"}


def test_classes_are_called_as_the_labels_call_them() -> None:
    thirds: Table = {f"score_{name}": [1 / 3] * 400 for name in ("very_good", "good", "bad")}
    labels = truth(label=[("Very good", "Good", "Bad")[row % 3] for row in range(400)])
    made = guess(without(log(), "score", "prediction") | thirds, labels)
    assert list(made.outputs.by_class) == ["Very good", "Good", "Bad"]


def test_of_the_scores_of_two_classes_one_is_enough() -> None:
    table = log()
    scores: Table = {"proba_0": [1 - one for one in np.array(table["score"])], "proba_1": table["score"]}
    made = guess(without(table, "score") | scores, truth())
    assert (made.outputs.task.value, value(made.outputs.score)) == (Task.BINARY, "proba_1")
    assert "proba_0" in made.left_out


def test_numbers_predicted_and_many_numbers_labelled_are_a_regression() -> None:
    numbers: list[Cell] = [float(row) / 7 for row in range(400)]
    made = guess(without(log(prediction=numbers), "score"), truth(label=numbers))
    assert (made.outputs.task.value, value(made.outputs.prediction)) == (Task.REGRESSION, "prediction")


def test_a_score_beside_many_different_numbers_is_what_a_regression_puts_out() -> None:
    numbers: list[Cell] = [float(row) / 7 for row in range(400)]
    made = guess(without(log(), "prediction"), truth(label=numbers))
    assert (made.outputs.task.value, value(made.outputs.prediction), made.outputs.score) == (
        Task.REGRESSION,
        "score",
        None,
    )


def test_labels_that_know_more_than_yes_and_no_leave_a_score_binary() -> None:
    labels = truth(label=[("no", "yes", "unclear")[row % 3] for row in range(400)])
    made = guess(without(log(), "prediction"), labels)
    assert (made.outputs.task.value, value(made.outputs.positive)) == (Task.BINARY, "yes")


def test_one_score_beside_predicted_classes_says_nothing_of_each() -> None:
    made = guess(log(prediction=["abc"[row % 3] for row in range(400)]))
    assert (made.outputs.task.value, made.outputs.score) == (Task.MULTICLASS, None)
    assert made.left_out == {"score": "an output that the others imply"}


def test_whole_numbers_predicted_and_labelled_are_classes() -> None:
    stars: list[Cell] = [float(row % 5) for row in range(400)]
    made = guess(without(log(prediction=stars), "score"), truth(label=stars))
    assert (made.outputs.task.value, made.outputs.classes) == (Task.MULTICLASS, ("0", "1", "2", "3", "4"))


def test_predicted_texts_without_scores_name_their_classes() -> None:
    words: list[Cell] = ["abc"[row % 3] for row in range(400)]
    made = guess(without(log(prediction=words), "score"))
    assert (made.outputs.task.value, made.outputs.classes) == (Task.MULTICLASS, ("a", "b", "c"))


def test_an_id_stays_the_id_when_rows_were_logged_twice() -> None:
    table = log(id=[100 + row // 2 for row in range(400)])
    assert value(guess(table, truth()).log.id) == "id"


def test_the_key_that_labels_share_is_taken_before_one_of_a_surer_name() -> None:
    table = log() | {"booking": [f"b{row}" for row in range(400)]}
    labels = renamed(truth(), id="booking") | {"booking": [f"b{row}" for row in range(400)]}
    made = guess(renamed(table, id="row_id"), labels)
    assert (value(made.log.id), made.left_out) == ("booking", {"row_id": "a value of its own in nearly every row"})


def test_a_customer_is_no_id_of_a_prediction() -> None:
    table = renamed(log(id=[row // 3 for row in range(400)]), id="customer_id")
    assert guess(table).log.id is None


def test_the_ingest_time_is_the_cursor() -> None:
    made = guess(log(seen=later([10 * row + 1 for row in range(400)])), truth())
    assert (value(made.log.time), value(made.log.cursor)) == ("ts", "seen")


def test_a_time_before_the_prediction_is_an_input_and_no_cursor() -> None:
    made = guess(log(booked=later([10 * row - 60 for row in range(400)])))
    assert (made.log.cursor, made.features["booked"]) == (None, ColumnKind.MOMENT)


def test_a_wrong_clock_does_not_cost_a_known_cursor() -> None:
    seen = later([10 * row + (1 if row > 40 else -90) for row in range(400)])
    assert value(guess(log(ingest_ts=seen)).log.cursor) == "ingest_ts"


def test_the_host_is_a_part_of_its_own_and_no_input() -> None:
    made = guess(log(host=["ab"[row % 2] for row in range(400)]))
    assert (value(made.log.host), "host" in made.features, made.segments.value) == ("host", False, ("city",))


def test_all_other_columns_are_inputs_of_their_kind() -> None:
    assert guess(log(), truth()).features == {"age": ColumnKind.NUMBER, "city": ColumnKind.CATEGORY}


def test_texts_of_two_to_fifty_values_are_segments() -> None:
    more: Table = {
        "one": ["x"] * 400,
        "fifty_one": [str(row % 51) for row in range(400)],
        "flag": [("true", "false")[row % 2] for row in range(400)],
        "few_numbers": [float(row % 3) for row in range(400)],
    }
    assert guess(log() | more).segments.value == ("city",)


def test_more_than_ten_segments_are_left_to_choice() -> None:
    many: Table = {f"c{number}": ["ab"[row % 2] for row in range(400)] for number in range(12)}
    made = guess(log() | many)
    assert len(made.segments.value) == 10
    assert "left out: c9, c10, c11" in made.segments.why


def test_labels_tell_how_late_they_come() -> None:
    labels = guess(log(), truth()).labels
    assert labels is not None
    assert labels.delay is not None
    assert (labels.delay.median, labels.matched) == (3_600, 1.0)


def test_the_truth_may_be_in_the_log_itself() -> None:
    made = guess(log(target=[float(row % 2) for row in range(400)]))
    assert made.labels is not None
    assert (made.labels.label, made.labels.id, made.labels.in_predictions) == ("target", "id", True)
    assert "target" not in made.features


def test_the_only_column_left_of_a_label_table_is_the_label() -> None:
    made = guess(log(), renamed(truth(), label="cancelled"))
    assert made.labels is not None
    assert made.labels.label == "cancelled"


def test_many_rows_an_hour_are_watched_by_the_hour() -> None:
    rows = 2_000
    busy = log(rows, ts=later([row / 5 for row in range(rows)]))
    assert (guess(busy).grain.value, guess(log()).grain.value) == (Grain.HOUR, Grain.DAY)


def test_a_column_that_is_null_everywhere_is_still_an_input() -> None:
    assert guess(log(wind=[None] * 400)).features["wind"] is ColumnKind.NUMBER


def test_row_numbers_are_no_input() -> None:
    assert list(guess(log(column0=[float(row) for row in range(400)])).left_out) == ["column0"]


def test_labels_that_are_still_to_come_decide_nothing() -> None:
    empty: Table = {"id": [], "label": [], "label_ts": []}
    made = guess(log(), empty)
    assert (made.outputs.task.value, value(made.outputs.positive)) == (Task.BINARY, "1")


def test_one_row_is_enough_to_guess() -> None:
    made = guess({"id": [1], "ts": later([0]), "x": [3.5], "score": [0.7]})
    assert (made.outputs.task.value, made.grain.value, list(made.features)) == (Task.BINARY, Grain.DAY, ["x"])


@pytest.mark.parametrize(
    ("missing", "message"), [(("ts",), "says when"), (("score", "prediction"), "looks like the output")]
)
def test_what_cannot_be_watched_is_told_with_the_columns_there_are(missing: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        guess(without(log(), *missing))
    assert "city" in caught.value.hint


def test_labels_that_nothing_joins_are_told() -> None:
    with pytest.raises(ConfigError, match="joins"):
        guess(without(log(), "id"), truth())


def test_labels_of_several_unknown_columns_are_told() -> None:
    with pytest.raises(ConfigError, match="the label"):
        guess(log(), renamed(truth(), label="a") | {"b": [1.0] * 400})


@pytest.mark.parametrize("name", ["modelVersion", "Model Version", "MODEL-VERSION", "model_version "])
def test_names_are_compared_without_their_dress(name: str) -> None:
    assert plain(name) == "model_version"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0s"), (59, "59s"), (90, "2m"), (11_880, "3h18m"), (3_769_450, "44d")]
)
def test_a_span_is_told_as_exactly_as_it_matters(seconds: float, text: str) -> None:
    assert span_text(seconds) == text
