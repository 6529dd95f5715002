"""The outcome that labels will give is told from what was predicted: whole where it must be, and right on average."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.metrics.samples import (
    BINARY,
    CLASSES,
    MULTICLASS,
    REGRESSION,
    Classed,
    Guessed,
    Scored,
    classed,
    guessed,
    scored,
)

from bellbuoy.metrics.calibrator import Calibration, Strata, learn, learn_parts
from bellbuoy.metrics.expected import expected, expected_whole
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import (
    Outcome,
    binary_outcome,
    binary_promise,
    multiclass_promise,
    regression_promise,
)


def learnt(outcome: Outcome, subject: Subject) -> Calibration:
    found = learn(outcome, subject)
    assert isinstance(found, Calibration)
    return found


def binary(rows: Scored) -> Outcome:
    return binary_promise(rows.score, rows.predicted).whole()


def multiclass(rows: Classed) -> Outcome:
    return multiclass_promise(rows.scores, rows.predicted, CLASSES).whole()


def regression(rows: Guessed) -> Outcome:
    return regression_promise(rows.prediction).whole()


BY_CHANCE = learnt(scored(20_000, seed=7).outcome, BINARY)
BY_CLASS = learnt(classed(20_000, seed=7).outcome, MULTICLASS)
BY_LOSS = learnt(guessed(20_000, seed=7).outcome, REGRESSION)


def test_every_prediction_is_expected_to_be_positive_or_not() -> None:
    rows = scored(3_000)
    outcome = expected(binary(rows), BY_CHANCE)
    cells = outcome.cells["score"]
    assert outcome.rows == 3_000
    assert float(cells.counts.sum()) == pytest.approx(3_000)
    decided = float(cells.counts[(cells.codes & 2) > 0].sum())
    assert decided == pytest.approx(rows.predicted.sum())


def test_expected_sums_are_what_labels_give_on_average() -> None:
    rows = scored(200_000)
    outcome, truth = expected(binary(rows), BY_CHANCE), rows.outcome
    for name, total in truth.sums.items():
        assert outcome.sums[name] == pytest.approx(total, rel=0.02), name


def test_scores_that_are_a_ranking_have_no_sums_of_probabilities() -> None:
    rows, ranking = scored(3_000), Subject("binary", probability=False)
    past = binary_outcome(rows.score, rows.predicted, rows.label, probability=False)
    promise = binary_promise(rows.score, rows.predicted, probability=False).whole()
    outcome = expected(promise, learnt(past, ranking))
    assert outcome.sums == {}
    cells = outcome.cells["score"]
    assert float(cells.counts[(cells.codes & 1) == 1].sum()) == pytest.approx(rows.label.sum(), rel=0.01)


def test_an_empty_promise_gives_an_empty_outcome() -> None:
    for calibration in (BY_CHANCE, BY_CLASS, BY_LOSS):
        outcome = expected(Outcome(), calibration)
        assert outcome.rows == 0
        assert all(float(part.counts.sum()) == 0 for part in outcome.cells.values())


def test_rows_of_the_expected_confusion_are_those_that_were_predicted() -> None:
    rows = classed(3_000)
    cells = expected(multiclass(rows), BY_CLASS).cells["confusion"]
    called = np.bincount(cells.codes // 4, cells.counts, 4)
    assert called == pytest.approx(np.bincount(rows.predicted, minlength=4))


def test_the_expected_confusion_is_near_the_one_that_labels_give() -> None:
    rows = classed(100_000)
    cells, truth = expected(multiclass(rows), BY_CLASS).cells["confusion"], rows.outcome.cells["confusion"]
    table, real = (np.bincount(part.codes, part.counts, 16) / 100_000 for part in (cells, truth))
    assert np.abs(table - real).max() < 0.03
    assert np.abs(np.diagonal(table.reshape(4, 4) - real.reshape(4, 4))).max() < 0.01


def test_expected_sums_of_classes_are_what_labels_give_on_average() -> None:
    rows = classed(100_000)
    outcome, truth = expected(multiclass(rows), BY_CLASS), rows.outcome
    assert outcome.sums == pytest.approx(dict(truth.sums), rel=0.03)


def test_expected_sums_of_errors_are_what_labels_give_on_average() -> None:
    rows = guessed(50_000)
    outcome, truth = expected(regression(rows), BY_LOSS), rows.outcome
    for name in ("absolute", "square", "label", "label_square"):
        assert outcome.sums[name] == pytest.approx(truth.sums[name], rel=0.02), name


def test_labels_far_from_zero_keep_their_spread() -> None:
    random = np.random.default_rng(1)
    prediction = random.normal(1e5, 10, 5_000)
    rows = Guessed(prediction, prediction - random.normal(0, 3, 5_000))
    outcome = expected(regression(rows), learnt(rows.outcome, REGRESSION))
    variance = outcome.sums["label_square"] / 5_000 - (outcome.sums["label"] / 5_000) ** 2
    assert variance == pytest.approx(rows.label.var(), rel=0.01)


def test_a_promise_without_sums_is_read_from_its_buckets() -> None:
    promise = regression(guessed(5_000))
    bare = expected(Outcome(promise.rows, promise.cells), BY_LOSS)
    assert bare.sums["label"] == pytest.approx(expected(promise, BY_LOSS).sums["label"], rel=0.01)


def test_all_buckets_of_errors_and_labels_add_up_to_the_rows() -> None:
    outcome = expected(regression(guessed(3_000)), BY_LOSS)
    for name in ("error", "label", "prediction"):
        assert float(outcome.cells[name].counts.sum()) == pytest.approx(3_000), name


def test_predictions_too_large_for_a_square_give_infinite_sums() -> None:
    rows = guessed(200, size=1e300)
    outcome = expected(regression(rows), learnt(rows.outcome, REGRESSION))
    assert not np.isfinite(outcome.sums["square"])


def by_country(mix: float) -> tuple[dict[str, Scored], Outcome]:
    """Rows of two countries of which one has scores that promise too much; `mix` is the share of that one."""
    right, wrong = scored(round(8_000 * (1 - mix)), seed=1), scored(round(8_000 * mix), seed=2)
    odds = wrong.score / (1 - wrong.score) * np.exp(2)
    rows = {"no": right, "se": Scored(odds / (1 + odds), wrong.label)}
    return rows, rows["no"].outcome + rows["se"].outcome


def positives(outcome: Outcome) -> float:
    cells = outcome.cells["score"]
    return float(cells.counts[(cells.codes & 1) == 1].sum())


def test_part_by_part_a_change_of_the_mix_of_rows_is_seen_in_the_estimate() -> None:
    rows, past = by_country(0.5)
    strata = learn_parts(past, {"country": {name: part.outcome for name, part in rows.items()}}, BINARY)
    assert isinstance(strata, Strata)
    now, outcome = by_country(0.9)
    promises = {name: binary(part) for name, part in now.items()}
    whole = sum(promises.values(), Outcome())
    by_part, at_once = (positives(expected_whole(whole, parts, strata)) for parts in (promises, {}))
    assert by_part == pytest.approx(positives(outcome), rel=0.03)
    assert abs(at_once - positives(outcome)) > 3 * abs(by_part - positives(outcome))


def test_rows_of_no_part_are_expected_as_all_rows_are() -> None:
    strata = Strata(BY_CHANCE, "country", {"country": {"no": BY_CHANCE}})
    promises = [binary(scored(500, seed=seed)) for seed in (1, 2)]
    whole = promises[0] + promises[1]
    found = expected_whole(whole, {"no": promises[0], "dk": promises[1]}, strata)
    assert found.rows == 1_000
    assert found.sums == pytest.approx(dict(expected(whole, BY_CHANCE).sums))
