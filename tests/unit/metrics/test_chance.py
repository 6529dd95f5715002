"""What scores were worth is learnt: right ones are left alone, wrong ones are put right."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.metrics.samples import Scored, scored

from bellbuoy.metrics.binary import by_score
from bellbuoy.metrics.chance import ENOUGH, Axis, Chance, learn_chance
from bellbuoy.metrics.intervals import Floats
from bellbuoy.metrics.ranking import Ranked
from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import binary_outcome

GRID = np.linspace(0.05, 0.9, 30)


def odds(chance: Floats) -> Floats:
    return np.log(chance / (1 - chance))


def said(rows: Scored, shift: float, slope: float) -> Scored:
    """Rows whose scores have log odds other than they should."""
    return Scored(1 / (1 + np.exp(-shift - slope * odds(rows.score))), rows.label)


def chance_of(rows: Scored) -> Chance:
    return learn_chance(by_score(rows.outcome))


def at(chance: Chance, scores: Floats) -> Floats:
    return chance.of(buckets.encode_probability(scores))


def test_calibrated_scores_are_left_as_they_are() -> None:
    left = [chance_of(scored(2_000, seed=seed)).gain == 0 for seed in range(40)]
    assert sum(left) >= 37


def test_no_correction_gives_the_score_but_for_its_bucket() -> None:
    assert at(Chance(), GRID) == pytest.approx(GRID, rel=0.012)


@pytest.mark.parametrize(("shift", "slope"), [(1.0, 1.0), (0.0, 2.0), (-0.5, 0.5)])
def test_a_shift_and_a_slope_are_taken_back(shift: float, slope: float) -> None:
    chance = chance_of(said(scored(50_000), shift, slope))
    wrong = 1 / (1 + np.exp(-shift - slope * odds(GRID)))
    assert at(chance, wrong) == pytest.approx(GRID, abs=0.02)


def test_a_shift_alone_is_told_by_one_number() -> None:
    told = [len(chance_of(said(scored(2_000, seed=seed), 1.0, 1.0)).knots) == 1 for seed in range(20)]
    assert sum(told) >= 18


def test_a_bend_is_followed() -> None:
    rows = scored(50_000, steep=1.5)
    bent = Scored(rows.score**3, rows.label)
    assert at(chance_of(bent), GRID**3) == pytest.approx(GRID, abs=0.03)


def test_a_step_is_followed() -> None:
    random = np.random.default_rng(2)
    score = random.random(60_000)
    truth = np.where(score < 0.5, 0.2, 0.7)
    chance = chance_of(Scored(score, (random.random(60_000) < truth).astype(np.int64)))
    assert at(chance, np.array([0.1, 0.3, 0.7, 0.9])) == pytest.approx([0.2, 0.2, 0.7, 0.7], abs=0.05)


def test_corrections_come_nearer_to_the_truth_than_the_scores_were() -> None:
    rows = scored(3_000, seed=4)
    wrong = said(rows, 0.4, 1.3)
    learnt = at(chance_of(wrong), wrong.score)
    assert np.abs(learnt - rows.score).mean() < 0.3 * np.abs(wrong.score - rows.score).mean()


def test_all_scores_together_promise_as_many_positives_as_there_are() -> None:
    rows = said(scored(20_000), 0.7, 1.5)
    assert at(chance_of(rows), rows.score).sum() == pytest.approx(rows.label.sum(), rel=0.005)


def test_scores_that_are_a_ranking_are_told_by_their_order_alone() -> None:
    rows = scored(20_000)
    found = []
    for values in (odds(rows.score), 1e6 + 1e6 * rows.score):
        counts = by_score(binary_outcome(values, rows.predicted, rows.label, probability=False))
        found.append(learn_chance(counts, probability=False).of(buckets.encode(np.quantile(values, [0.2, 0.5, 0.9]))))
    assert found[0] == pytest.approx(np.quantile(rows.score, [0.2, 0.5, 0.9]), abs=0.02)
    assert found[1] == pytest.approx(found[0], abs=0.02)


def test_an_upside_down_ranking_is_read_as_one() -> None:
    rows = scored(5_000, steep=2.0)
    counts = by_score(binary_outcome(-rows.score, rows.predicted, rows.label, probability=False))
    low, high = learn_chance(counts, probability=False).of(buckets.encode(np.array([-0.9, -0.1])))
    assert (low > 0.7, high < 0.3) == (True, True)


def test_a_score_beyond_all_that_were_seen_is_corrected_as_the_outermost() -> None:
    chance = Chance(Axis(), np.array([-1.0, 1.0]), np.array([0.5, 0.25]))
    assert chance.log_odds(buckets.encode_probability(np.array([0.999, 1.0]))) == pytest.approx(
        [np.log(999) + 0.25, 36.25], abs=0.02
    )


def test_too_few_rows_of_a_label_teach_nothing() -> None:
    few = Ranked(np.array([40_000]), np.array([ENOUGH - 1.0]), np.array([9_000.0]))
    assert learn_chance(few).gain == 0.0
    assert learn_chance(Ranked(few.buckets, few.positives + 1, few.negatives)).gain > 0.0


def test_scores_that_tell_labels_apart_without_fault_end_in_finite_odds() -> None:
    score = np.linspace(0.01, 0.99, 500)
    chance = chance_of(Scored(score, (score > 0.4).astype(np.int64)))
    assert np.isfinite(chance.log_odds(buckets.encode_probability(np.array([0.0, 0.4, 1.0])))).all()
    assert at(chance, np.array([0.1, 0.9])) == pytest.approx([0.0, 1.0], abs=0.02)


def test_decisions_alone_are_worth_the_shares_that_came_true() -> None:
    decided = np.repeat([0.0, 1.0], [600, 400])
    label = np.concatenate([np.arange(600) < 60, np.arange(400) < 300]).astype(np.int64)
    assert at(chance_of(Scored(decided, label)), np.array([0.0, 1.0])) == pytest.approx([0.1, 0.75], abs=0.01)


def test_one_score_for_all_rows_is_worth_the_base_rate() -> None:
    rows = Scored(np.full(900, 0.5), (np.arange(900) < 90).astype(np.int64))
    assert at(chance_of(rows), np.array([0.5, 0.9]))[0] == pytest.approx(0.1, abs=0.005)


def test_a_part_like_the_whole_keeps_what_the_whole_says() -> None:
    whole = chance_of(said(scored(20_000), 0.5, 1.4))
    part = learn_chance(by_score(said(scored(2_000, seed=9), 0.5, 1.4).outcome), under=whole)
    assert part.gain == 0.0
    assert at(part, GRID) == pytest.approx(at(whole, GRID))


def test_a_part_of_its_own_departs_from_the_whole() -> None:
    whole = chance_of(scored(20_000))
    part = learn_chance(by_score(said(scored(4_000, seed=9), 1.0, 1.0).outcome), under=whole)
    wrong = 1 / (1 + np.exp(-1.0 - odds(GRID)))
    assert at(part, wrong) == pytest.approx(GRID, abs=0.03)
