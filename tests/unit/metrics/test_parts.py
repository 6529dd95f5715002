from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.metrics.parted import binary, multiclass, parted, regression, together, upside_down, whole
from tests.unit.metrics.samples import BINARY, MULTICLASS, REGRESSION, Scored, guessed, scored, taken

from bellbuoy.metrics.catalogue import metrics_of
from bellbuoy.metrics.metric import Better
from bellbuoy.metrics.parts import (
    ALL_ROWS,
    FEW_ROWS,
    FEW_USUAL,
    NO_ROWS,
    NO_USUAL,
    Finding,
    Sides,
    judge_parts,
    scaled,
    usual_reading,
    worst_first,
)
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.subject import Money, Subject
from bellbuoy.profiles.outcome import Outcome

BROKEN = upside_down(500)
READ = Measured(0.5, 0.4, 0.6, 100)


def judged(parts: Sequence[Sides], metric: str = "auc", subject: Subject = BINARY) -> list[Finding]:
    return judge_parts(metric, subject, whole(parts), parts)


def finding(**more: object) -> Finding:
    return replace(Finding(READ, READ, 0.1), **more)  # type: ignore[arg-type]


def test_a_contribution_is_what_the_whole_reads_more_than_if_the_part_had_done_as_usual() -> None:
    parts = parted(but={7: BROKEN})
    mended = [part.now for place, part in enumerate(parts) if place != 7]
    usual = parts[7].usual
    assert usual is not None
    apart = taken("auc", whole(parts).now, BINARY).value
    apart -= taken("auc", together([*mended, scaled(usual, BROKEN.rows)]), BINARY).value
    assert judged(parts)[7].contribution == pytest.approx(apart)


def test_the_part_that_broke_has_nearly_all_of_the_change() -> None:
    parts = parted(but={7: BROKEN})
    every = whole(parts)
    assert every.usual is not None
    change = taken("auc", every.now, BINARY).value - taken("auc", every.usual, BINARY).value
    assert judged(parts)[7].proven == pytest.approx(change, rel=0.25)


def test_parts_that_did_as_usual_have_nothing_proven() -> None:
    assert {one.proven for one in judged(parted())} == {0.0}


def test_what_is_proven_is_a_little_less_than_what_is_seen() -> None:
    found = judged(parted(but={7: BROKEN}))[7]
    assert found.contribution is not None
    assert found.contribution < found.proven < 0.9 * found.contribution


def test_shares_add_up() -> None:
    assert sum(one.share for one in judged(parted())) == pytest.approx(1)


def test_the_same_counts_give_the_same_answer() -> None:
    assert judged(parted(but={3: upside_down(100)})) == judged(parted(but={3: upside_down(100)}))


def test_an_answer_does_not_depend_on_the_order_of_parts() -> None:
    parts = parted(but={7: BROKEN})
    assert judged(parts[::-1]) == judged(parts)[::-1]


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (Sides(Outcome(), binary(200, 2)), NO_ROWS),
        (Sides(binary(29, 1), binary(200, 2)), FEW_ROWS),
        (Sides(binary(200, 1), binary(29, 2)), FEW_USUAL),
        (Sides(scored(50, shift=30.0).outcome, binary(200, 2)), "one class only"),
        (Sides(binary(200, 1), scored(50, shift=30.0).outcome), "usually: one class only"),
    ],
)
def test_a_part_of_which_too_little_is_known_is_not_judged(part: Sides, why: str) -> None:
    found = judged([*parted(), part])[-1]
    assert (found.contribution, found.proven, found.why) == (None, 0.0, why)


def test_a_part_that_is_all_rows_as_before_is_none_of_the_change() -> None:
    [found] = judged(parted(sizes=[800], but={0: upside_down(800)}))
    assert (found.contribution, found.why) == (None, ALL_ROWS)


def test_a_part_that_has_become_all_rows_is_judged() -> None:
    parts = [replace(part, usual_share=0.1) for part in parted(sizes=[800], but={0: upside_down(800)})]
    [found] = judged(parts)
    assert found.proven < -0.3


def test_a_part_that_never_was_before_is_compared_with_what_all_rows_usually_do() -> None:
    new = judged([*parted(), Sides(upside_down(400), None)])[-1]
    assert new.proven < -0.02
    assert new.usual == Unmeasured(NO_USUAL)


def test_without_any_baseline_nothing_is_judged() -> None:
    parts = [Sides(binary(200, seed), None) for seed in (1, 2)]
    found = judge_parts("auc", BINARY, Sides(together([part.now for part in parts]), None), parts)
    assert [one.why for one in found] == [NO_USUAL, NO_USUAL]


def test_a_part_that_grew_moves_the_whole_though_it_did_as_usual() -> None:
    good, bad = scored(1_000, seed=1, steep=4.0).outcome, scored(1_000, seed=2, steep=0.5).outcome
    grown = Sides(scaled(bad, 3_000), bad, 0.5)
    found = judged([Sides(good, good, 0.5), grown])[1]
    assert found.contribution == pytest.approx(0, abs=1e-9)
    assert found.mix is not None
    assert found.mix < -0.05


def test_a_part_that_kept_its_share_has_no_mix() -> None:
    assert judged(parted())[4].mix == pytest.approx(0, abs=1e-9)


def test_a_part_that_is_gone_has_a_mix() -> None:
    gone = Sides(Outcome(), upside_down(2_000), 0.2)
    found = judged([*parted(), gone])[-1]
    assert found.mix is not None
    assert found.mix > 0.05


def test_where_all_parts_changed_alike_none_stands_out() -> None:
    parts = [Sides(upside_down(500, seed), binary(3_000, 100 + seed), 0.1) for seed in range(10)]
    found = judged(parts)
    assert all(one.proven < 0 for one in found)
    assert sum(one.beyond != 0 for one in found) <= 1


def test_a_small_part_that_broke_stands_before_a_large_one_that_holds_it() -> None:
    parts = parted(but={4: upside_down(150)})
    large = Sides(
        together([part.now for part in parts[:9]]), together([part.usual for part in parts[:9] if part.usual]), 0.6
    )
    small, around = judge_parts("auc", BINARY, whole(parts), [parts[4], large])
    assert worst_first(small, Better.HIGHER) < worst_first(around, Better.HIGHER)


@pytest.mark.parametrize("metric", metrics_of(BINARY))
def test_every_metric_of_a_binary_model_has_contributions(metric: str) -> None:
    found = judged(parted(but={7: BROKEN}), metric)[7]
    assert found.why is None
    assert found.contribution is not None


@pytest.mark.parametrize("metric", metrics_of(REGRESSION))
def test_every_metric_of_a_regression_has_contributions(metric: str) -> None:
    found = judged(parted(regression, but={7: guessed(500, noise=40.0).outcome}), metric, REGRESSION)[7]
    assert found.why is None
    assert found.contribution is not None


@pytest.mark.parametrize("metric", ["accuracy", "f1", "recall:good", "log_loss"])
def test_metrics_of_several_classes_have_contributions(metric: str) -> None:
    found = judged(parted(multiclass, sizes=[300, 300]), metric, MULTICLASS)
    assert [one.why for one in found] == [None, None]


@pytest.mark.parametrize("metric", ["mae", "rmse", "r2", "absolute_error_p90"])
def test_a_regression_that_broke_in_one_part_has_it_proven(metric: str) -> None:
    found = judged(parted(regression, but={7: guessed(500, noise=40.0).outcome}), metric, REGRESSION)
    assert max(range(10), key=lambda place: abs(found[place].proven)) == 7


def test_a_metric_without_a_reading_gives_no_contribution() -> None:
    calm = [Sides(scored(50, shift=30.0).outcome, binary(300, seed)) for seed in (1, 2)]
    assert [one.contribution for one in judged(calm)] == [None, None]


def test_a_scaled_outcome_reads_the_same() -> None:
    outcome = binary(700, 3)
    for metric in ("auc", "log_loss", "f1", "brier"):
        assert taken(metric, scaled(outcome, 91), BINARY).value == pytest.approx(taken(metric, outcome, BINARY).value)


def test_a_scaled_outcome_has_so_many_rows() -> None:
    few = scaled(binary(700, 3), 91)
    assert few.rows == 91
    assert float(few.cells["score"].counts.sum()) == pytest.approx(91)


@pytest.mark.parametrize(("better", "first"), [(Better.HIGHER, -0.2), (Better.LOWER, 0.1), (Better.NEITHER, -0.2)])
def test_what_pulls_the_bad_way_comes_first(better: Better, first: float) -> None:
    found = [finding(contribution=pull, proven=pull, beyond=pull) for pull in (0.1, 0.0, -0.2)]
    assert min(found, key=lambda one: worst_first(one, better)).proven == first


def test_what_is_not_judged_comes_last() -> None:
    helps, unjudged = finding(beyond=0.3), finding(why=FEW_ROWS)
    assert worst_first(helps, Better.HIGHER) < worst_first(unjudged, Better.HIGHER)


def test_of_what_may_be_chance_the_largest_pull_comes_first() -> None:
    large, small = finding(contribution=-0.02), finding(contribution=-0.01)
    assert worst_first(large, Better.HIGHER) < worst_first(small, Better.HIGHER)


def test_decisions_without_scores_are_judged_too() -> None:
    subject = replace(BINARY, scored=False)
    wrong = Scored(scored(500).score, 1 - scored(500).label).outcome
    assert judged(parted(but={7: wrong}), "accuracy", subject)[7].proven < -0.03


def paid(rows: int, seed: int) -> Outcome:
    """Rows of which each is worth what an expression said of it."""
    dice, outcome = np.random.default_rng(seed), binary(rows, seed)
    worth = dice.normal(10, 5, rows)
    sums = {"value_rows": float(rows), "value": float(worth.sum())}
    sums |= {"value_square": float((worth**2).sum()), "value_cube": float((worth**3).sum())}
    return replace(outcome, sums={**outcome.sums, **sums})


PAID = replace(BINARY, money=Money())
GAINS = replace(BINARY, money=Money(gains=((10.0, -30.0), (-30.0, 10.0))))


def test_a_total_is_compared_with_as_many_rows_of_the_usual() -> None:
    part = Sides(paid(500, 1), paid(3_000, 2), 0.1)
    usual = usual_reading("value", PAID, part)
    assert isinstance(usual, Measured)
    assert usual.value == pytest.approx(500 * taken("mean_value", paid(3_000, 2), PAID).value)


def test_a_total_that_is_worked_out_by_row_has_its_contributions() -> None:
    poor = replace(paid(500, 7), sums={**paid(500, 7).sums, "value": 2_500.0})
    found = judged(parted(paid, but={7: poor}), "value", PAID)
    assert found[7].proven == pytest.approx(-2_500, rel=0.15)
    assert [place for place, one in enumerate(found) if one.proven] == [7]


@pytest.mark.parametrize("metric", ["value", "mean_value"])
def test_of_money_the_contribution_is_what_the_part_lost(metric: str) -> None:
    found = judged(parted(but={7: BROKEN}), metric, GAINS)[7]
    assert isinstance(found.now, Measured)
    assert isinstance(found.usual, Measured)
    weight = 1 if metric == "value" else found.share
    assert found.contribution == pytest.approx(weight * (found.now.value - found.usual.value))
    assert found.proven < 0


def noisy(rows: int, seed: int) -> Outcome:
    return guessed(rows, seed=seed, noise=20.0).outcome


@pytest.mark.parametrize("metric", ["rmse", "r2"])
def test_a_part_that_is_always_noisier_than_the_rest_is_not_to_blame(metric: str) -> None:
    proven = 0
    for seed in range(1, 31):
        parts = [Sides(noisy(200, seed), noisy(2_000, 100 + seed), 0.05)]
        parts.append(Sides(regression(3_800, 200 + seed), regression(38_000, 300 + seed), 0.949))
        proven += judged(parts, metric, REGRESSION)[0].proven != 0
    assert proven <= 4


@pytest.mark.parametrize("metric", ["ece", "ks"])
def test_what_chance_adds_to_a_small_window_is_no_contribution(metric: str) -> None:
    found = []
    for seed in range(1, 31):
        parts = [Sides(binary(300, 10 * seed + one), binary(3_000, 5_000 + 10 * seed + one), 1 / 3) for one in range(3)]
        found += judged(parts, metric)
    assert sum(one.proven != 0 for one in found) <= 6
    pulls = np.array([one.contribution for one in found], float)
    assert abs(pulls.mean()) < 3 * pulls.std() / len(pulls) ** 0.5
