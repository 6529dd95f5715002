"""Where a change came from: chance alone proves nothing, and the part that broke is found."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.metrics.parted import SIZES, Draw, binary, multiclass, parted, regression, upside_down, whole
from tests.unit.metrics.samples import BINARY, MULTICLASS, REGRESSION, taken

from bellbuoy.metrics.catalogue import entry
from bellbuoy.metrics.metric import Better
from bellbuoy.metrics.parts import Finding, judge_parts, worst_first
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.subject import Subject

RUNS = 30
#: With one false proof in 20 runs, this many are rarer than one in 200.
MOST_FALSE = 5
QUIET = [
    *((binary, metric) for metric in ("auc", "f1", "precision", "accuracy", "log_loss", "base_rate")),
    *((multiclass, metric) for metric in ("accuracy", "f1")),
    *((regression, metric) for metric in ("mae", "rmse", "r2", "absolute_error_p90")),
]
SUBJECTS: Mapping[Draw, Subject] = {binary: BINARY, multiclass: MULTICLASS, regression: REGRESSION}


def judged(metric: str, seed: int, broken: int | None = None, draw: Draw = binary) -> list[Finding]:
    but = {} if broken is None else {broken: upside_down(SIZES[broken], seed)}
    parts = parted(draw, seed, but=but)
    return judge_parts(metric, SUBJECTS[draw], whole(parts), parts)


def first(found: list[Finding], better: Better) -> int:
    return min(range(len(found)), key=lambda place: worst_first(found[place], better))


@pytest.mark.slow
@pytest.mark.parametrize(("draw", "metric"), QUIET)
def test_where_nothing_changed_hardly_anything_is_proven(draw: Draw, metric: str) -> None:
    loud = [seed for seed in range(1, RUNS + 1) if any(one.proven for one in judged(metric, seed, draw=draw))]
    assert len(loud) <= MOST_FALSE


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["auc", "log_loss", "brier"])
@pytest.mark.parametrize("broken", [5, 6, 8])
def test_the_part_that_broke_comes_first(metric: str, broken: int) -> None:
    better = entry(metric).better
    assert [first(judged(metric, seed, broken), better) for seed in range(1, 6)] == [broken] * 5


@pytest.mark.slow
def test_the_part_that_broke_has_nearly_all_that_is_proven() -> None:
    for seed in range(1, 11):
        found = judged("auc", seed, 7)
        assert found[7].proven <= 0.9 * sum(one.proven for one in found if one.proven < 0)


def test_what_is_twice_a_metric_has_twice_its_contributions() -> None:
    auc, gini = judged("auc", 3, 7)[7], judged("gini", 3, 7)[7]
    assert gini.contribution == pytest.approx(2 * (auc.contribution or 0))
    assert gini.proven == pytest.approx(2 * auc.proven)


@settings(max_examples=15)
@given(st.lists(st.integers(40, 200), min_size=2, max_size=5), st.integers(1, 10_000))
def test_of_a_share_the_contributions_add_up_to_the_change_at_the_shares_of_now(sizes: list[int], seed: int) -> None:
    parts = parted(binary, seed, sizes)
    every = whole(parts)
    found = judge_parts("accuracy", BINARY, every, parts)
    usual = sum(one.share * one.usual.value for one in found if isinstance(one.usual, Measured))
    change = taken("accuracy", every.now, BINARY).value - usual
    assert sum(one.contribution or 0.0 for one in found) == pytest.approx(change, abs=1e-9)


@settings(max_examples=15)
@given(st.lists(st.integers(40, 200), min_size=2, max_size=5), st.integers(1, 10_000))
def test_what_is_proven_lies_between_nothing_and_what_is_seen(sizes: list[int], seed: int) -> None:
    parts = parted(binary, seed, sizes, but={0: upside_down(sizes[0], seed)})
    for one in judge_parts("auc", BINARY, whole(parts), parts):
        seen = one.contribution or 0.0
        assert min(0.0, seen) <= one.proven <= max(0.0, seen)
        assert abs(one.beyond) <= abs(seen)
