"""What labels to expect is learnt of a model and of its parts, or it is said why not."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.metrics.samples import BINARY, CLASSES, MULTICLASS, REGRESSION, Scored, classed, guessed, scored

from bellbuoy.metrics.calibrator import Calibration, Strata, learn, learn_parts
from bellbuoy.metrics.reading import Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import Outcome


def off(rows: int, seed: int, shift: float = 1.0) -> Outcome:
    """Rows whose scores promise too much."""
    good = scored(rows, seed=seed)
    odds = good.score / (1 - good.score) * np.exp(shift)
    return Scored(odds / (1 + odds), good.label).outcome


def why(outcome: Outcome, subject: Subject) -> str:
    found = learn(outcome, subject)
    assert isinstance(found, Unmeasured)
    return found.why


def strata(parts: dict[str, dict[str, Outcome]]) -> Strata:
    whole = sum(next(iter(parts.values())).values(), Outcome())
    found = learn_parts(whole, parts, BINARY)
    assert isinstance(found, Strata)
    return found


def test_a_calibration_says_how_many_rows_it_was_learnt_from() -> None:
    for outcome, subject in ((scored(900).outcome, BINARY), (classed(700).outcome, MULTICLASS)):
        found = learn(outcome, subject)
        assert isinstance(found, Calibration)
        assert found.rows == outcome.rows


def test_a_multiclass_model_has_a_chance_for_each_class_and_a_regression_has_losses() -> None:
    found = learn(classed(700).outcome, MULTICLASS), learn(guessed(700).outcome, REGRESSION)
    assert isinstance(found[0], Calibration)
    assert isinstance(found[1], Calibration)
    assert (len(found[0].chances), found[1].chances, found[1].losses is None) == (len(CLASSES), (), False)


def test_with_few_labels_of_one_kind_nothing_is_learnt() -> None:
    rows = Scored(np.linspace(0.1, 0.9, 500), (np.arange(500) >= 488).astype(np.int64))
    assert why(rows.outcome, BINARY).startswith("12 positive labels are too few")
    assert why(Scored(rows.score, 1 - rows.label).outcome, BINARY).startswith("12 negative labels are too few")


def test_with_few_labels_at_all_nothing_is_learnt() -> None:
    assert why(guessed(99).outcome, REGRESSION).startswith("99 labels are too few")
    assert why(classed(99).outcome, MULTICLASS).startswith("99 labels are too few")
    assert why(Outcome(), BINARY).startswith("0 ")


def test_a_rare_class_whose_scores_are_a_ranking_is_named() -> None:
    ranking = Subject("multiclass", CLASSES, probability=False)
    assert "'great' are too few" in why(classed(150, sharp=0.2).outcome, ranking)


def test_classes_without_scores_are_not_learnt() -> None:
    outcome = classed(500).outcome
    decided = Outcome(outcome.rows, {"confusion": outcome.cells["confusion"]})
    assert why(decided, MULTICLASS) == "no scores, only decisions"


def test_regressions_counted_before_errors_were_kept_by_prediction_are_not_learnt() -> None:
    outcome = guessed(500).outcome
    old = Outcome(outcome.rows, {name: part for name, part in outcome.cells.items() if name != "joint"}, outcome.sums)
    assert "not counted together" in why(old, REGRESSION)


def test_parts_that_are_off_in_their_own_ways_make_the_column_worth_its_while() -> None:
    of_country = {"no": off(4_000, 1, 0.0), "se": off(4_000, 2, 1.5)}
    mixed = {"a": off(2_000, 3, 0.0) + off(2_000, 4, 1.5), "b": off(2_000, 5, 0.0) + off(2_000, 6, 1.5)}
    found = strata({"country": of_country, "letter": mixed})
    assert found.by == "country"
    score = buckets.encode_probability(np.array([0.5]))
    assert found.of("country", "no").chances[0].of(score) == pytest.approx(0.5, abs=0.05)
    assert found.of("country", "se").chances[0].of(score) == pytest.approx(1 / (1 + np.exp(1.5)), abs=0.05)


def test_parts_that_are_alike_are_expected_as_the_whole() -> None:
    found = [strata({"letter": {"a": off(2_000, 2 * seed), "b": off(2_000, 2 * seed + 1)}}).by for seed in range(12)]
    assert found.count(None) >= 10


def test_a_part_is_known_from_its_own_rows_only_where_it_goes_its_own_way() -> None:
    found = strata({"country": {"no": off(4_000, 1, 0.0), "se": off(3_000, 2, 1.5)}, "letter": {"a": off(2_000, 3)}})
    assert found.of("country", "se").rows == 3_000
    alike = [strata({"letter": {"a": off(2_000, seed), "b": off(2_000, seed + 50)}}) for seed in range(8)]
    kept = [one.of("letter", "a") for one in alike if one.of("letter", "a").gain == 0]
    assert len(kept) >= 6
    assert all(one.rows == 4_000 for one in kept)


def test_a_part_that_is_not_known_is_expected_as_all_rows_are() -> None:
    found = strata({"letter": {"a": off(2_000, 1), "b": off(30, 2)}})
    assert found.of("letter", "b") is found.whole
    assert found.of("colour", "red") is found.whole


def test_where_nothing_can_be_learnt_of_all_rows_nothing_is_of_parts() -> None:
    assert isinstance(learn_parts(Outcome(), {"letter": {"a": off(2_000, 1)}}, BINARY), Unmeasured)


def test_parts_of_a_regression_are_learnt_as_well() -> None:
    parts = {"quiet": guessed(2_000, noise=1.0).outcome, "loud": guessed(2_000, noise=9.0, seed=2).outcome}
    found = learn_parts(parts["quiet"] + parts["loud"], {"mood": parts}, REGRESSION)
    assert isinstance(found, Strata)
    assert found.by == "mood"
