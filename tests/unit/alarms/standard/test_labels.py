"""Traits of labels are what raw rows give: how far labels lie from what was predicted, in all rows and in parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.metrics.samples import BINARY, MULTICLASS, REGRESSION, Guessed, classed, guessed, scored

from bellbuoy.alarms.standard.labels import gap_beside, gap_of, label_traits, usual_error
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.traits import Trait
from bellbuoy.profiles.outcome import Outcome

YES = scored(400)
CLASSED = classed(300)
OFF = guessed(500, noise=4.0)


def traits_of(outcome: Outcome, subject: Subject, scale: float = 1.0) -> dict[str, Trait]:
    return dict(label_traits(outcome, subject, scale))


def gap(outcome: Outcome, subject: Subject = REGRESSION, scale: float = 1.0) -> Trait:
    found = gap_of(outcome, subject, scale)
    assert found is not None
    return found


def test_the_gap_of_scores_is_positives_less_what_was_predicted() -> None:
    found = traits_of(YES.outcome, BINARY)["outcome_gap"]
    assert found.value == pytest.approx(YES.label.mean() - YES.score.mean())
    assert found.variance == pytest.approx(YES.label.var() / 400, rel=0.05)
    assert found.rows == 400


def test_the_gap_of_a_regression_is_label_less_prediction_in_usual_errors() -> None:
    errors = (OFF.label - OFF.prediction) / 4.0
    found = traits_of(OFF.outcome, REGRESSION, 4.0)["error_gap"]
    assert found.value == pytest.approx(errors.mean())
    assert found.variance == pytest.approx(errors.var() / 500)


def test_the_gap_of_classes_is_the_share_that_was_wrong() -> None:
    found = traits_of(CLASSED.outcome, MULTICLASS)["wrong_gap"]
    assert found.value == pytest.approx(np.mean(CLASSED.predicted != CLASSED.label))


def test_log_loss_is_that_of_the_rows() -> None:
    loss = -np.where(YES.label == 1, np.log(YES.score), np.log1p(-YES.score)).mean()
    assert traits_of(YES.outcome, BINARY)["log_loss"].value == pytest.approx(loss)


def test_the_size_of_errors_is_the_logarithm_of_their_mean() -> None:
    size = np.abs(OFF.label - OFF.prediction).mean()
    assert traits_of(OFF.outcome, REGRESSION, 2.0)["mae"].value == pytest.approx(np.log(size))


def test_errors_of_nothing_have_a_size_that_can_be_followed() -> None:
    exact = Guessed(np.arange(30.0), np.arange(30.0)).outcome
    assert np.isfinite(traits_of(exact, REGRESSION)["mae"].value)
    assert traits_of(exact, REGRESSION)["error_gap"].variance > 0


def test_a_few_labels_tell_nothing() -> None:
    assert traits_of(scored(19).outcome, BINARY) == {}
    assert {"outcome_gap", "log_loss"} <= set(traits_of(scored(20).outcome, BINARY))


def test_scores_that_are_only_ranks_have_no_gap() -> None:
    ranked = replace(YES.outcome, sums={})
    found = traits_of(ranked, replace(BINARY, probability=False))
    assert "ranking" in found
    assert not {"outcome_gap", "log_loss"} & set(found)


def test_ranking_is_the_share_of_pairs_that_scores_put_in_order() -> None:
    pairs = YES.score[YES.label == 1][:, None] - YES.score[YES.label == 0][None, :]
    found = traits_of(YES.outcome, BINARY)
    assert found["ranking"].value == pytest.approx(np.mean((pairs > 0) + (pairs == 0) / 2), abs=0.01)
    assert found["turned"].value == 0


def test_scores_that_mean_the_opposite_are_turned() -> None:
    found = traits_of(replace(YES, score=1 - YES.score).outcome, BINARY)
    assert 0 < found["turned"].value < 0.5 - found["ranking"].value


def test_no_labelled_rows_have_no_gap() -> None:
    assert gap_of(Outcome(), BINARY, 1.0) is None


def test_a_part_is_taken_beside_the_rest() -> None:
    part, rest = guessed(60, seed=2), guessed(140, seed=3)
    found = gap_beside(gap(part.outcome), gap(part.outcome + rest.outcome))
    assert found is not None
    apart = (part.label - part.prediction).mean() - (rest.label - rest.prediction).mean()
    assert found.value == pytest.approx(apart)
    assert found.rows == 60


def test_what_all_parts_feel_does_not_show_in_one_of_them() -> None:
    part, whole = gap(guessed(50).outcome), gap(guessed(500, seed=5).outcome)
    stormy = [one._replace(value=one.value + 30.0) for one in (part, whole)]
    calm, storm = gap_beside(part, whole), gap_beside(*stormy)
    assert calm is not None
    assert storm is not None
    assert storm.value == pytest.approx(calm.value)


@pytest.mark.parametrize(
    ("part", "whole", "known"), [(9, 100, False), (10, 100, True), (81, 100, False), (80, 100, True)]
)
def test_a_part_needs_rows_of_its_own_and_a_rest(part: int, whole: int, known: bool) -> None:
    found = gap_beside(Trait(0.0, 1.0, part), Trait(0.0, 1.0, whole))
    assert (found is not None) is known


def test_the_noise_of_a_part_is_that_of_both_sides() -> None:
    assert gap_beside(Trait(0.0, 4.0, 40), Trait(0.0, 1.0, 140)) == Trait(0.0, 4.0 / 40 + 1.0 / 100, 40)


def test_the_usual_error_is_the_root_of_the_mean_square() -> None:
    assert usual_error(OFF.outcome) == pytest.approx(np.sqrt(((OFF.label - OFF.prediction) ** 2).mean()))


@pytest.mark.parametrize(
    "outcome",
    [None, Outcome(), YES.outcome, Guessed(np.ones(5), np.ones(5)).outcome],
    ids=["no reference set", "no rows", "no regression", "no errors"],
)
def test_where_no_usual_error_is_known_it_is_one(outcome: Outcome | None) -> None:
    assert usual_error(outcome) == 1.0
