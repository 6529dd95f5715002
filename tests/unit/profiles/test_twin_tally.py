"""Rows beside the twin are counted by day, version and host; a part of them where there are many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.profiles.twins import DAY, PLAN, START, TARGET, learnt, numbers_of, world

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.reference_tally import ReferenceTally
from bellbuoy.profiles.twin import Twin
from bellbuoy.profiles.twin_sample import Sample
from bellbuoy.profiles.twin_tally import TwinTally, learn_from, line_of, plan_of_twin, sampled
from bellbuoy.sources.port import Categories, Moments, Rows
from bellbuoy.store.port import Series
from bellbuoy.windows import Grain

SCORE = Series("1d", "#twin:score")


@pytest.fixture(scope="module")
def twin() -> Twin:
    return learnt().twin


def micro_of(rows: Rows) -> NDArray[np.int64]:
    ts = rows.columns["ts"]
    assert isinstance(ts, Moments)
    return ts.micro


def counted(twin: Twin, *batches: Rows, plan: Plan = PLAN) -> dict[Series, dict[int, NumericProfile]]:
    tally = TwinTally(twin, plan, TARGET)
    for rows in batches:
        tally.add(rows, micro_of(rows))
    return {line: numeric(sheet.items()) for line, sheet in tally.drain()}


def numeric(parts: Iterable[tuple[int, object]]) -> dict[int, NumericProfile]:
    return {start: part for start, part in parts if isinstance(part, NumericProfile)}


def test_every_day_has_its_rows(twin: Twin) -> None:
    days = counted(twin, world(seed=1))[SCORE]
    assert list(days) == [START + day * DAY for day in range(40)]
    assert {part.rows for part in days.values()} == {100}


def test_windows_are_days_though_the_model_counts_hours(twin: Twin) -> None:
    assert {line.grain for line in counted(twin, world(seed=1))} == {"1d"}


def test_windows_are_weeks_where_the_model_counts_weeks(twin: Twin) -> None:
    lines = counted(twin, world(seed=1), plan=replace(PLAN, grain=Grain.WEEK))
    assert {line.grain for line in lines} == {"1w"}


def test_of_hosts_there_are_outputs_and_of_other_segments_nothing(twin: Twin) -> None:
    lines = counted(twin, world(seed=1))
    assert {(line.column, line.by) for line in lines if line.by} == {("#twin:score", "host")}
    assert {line.segment for line in lines if line.by} == {"h1", "h2"}


def test_without_a_host_column_there_are_no_segments(twin: Twin) -> None:
    assert not any(line.by for line in counted(twin, world(seed=1), plan=replace(PLAN, host=None)))


def test_versions_have_lines_of_their_own(twin: Twin) -> None:
    rows = world(seed=1)
    versions = Categories((np.arange(rows.count) % 2).astype(np.int32), ("v1", "v2"))
    rows = replace(rows, columns={**rows.columns, "version": versions})
    lines = counted(twin, rows, plan=replace(PLAN, version="version"))
    assert {line.version for line in lines} == {"v1", "v2"}


def test_nothing_else_is_counted(twin: Twin) -> None:
    assert {line.column for line in counted(twin, world(seed=1))} == {"#twin:a", "#twin:b", "#twin:score"}


def test_rows_that_are_left_out_are_nulls_and_missing_values_nans(twin: Twin) -> None:
    rows = world(seed=1, a=np.full(4_000, 500.0), b=np.full(4_000, np.nan))
    days = counted(twin, rows)
    assert all(part.nulls == part.rows for part in days[SCORE].values())
    assert all(part.nans == part.rows for part in days[Series("1d", "#twin:b")].values())


def test_a_part_of_the_rows_is_looked_at_where_the_twin_says_so(twin: Twin) -> None:
    days = counted(replace(twin, share=0.25), world(seed=1))[SCORE]
    assert sum(part.rows for part in days.values()) == pytest.approx(1_000, rel=0.1)


def test_the_same_rows_are_looked_at_whatever_the_batches(twin: Twin) -> None:
    rows, some = world(seed=1), replace(twin, share=0.25)
    first = np.arange(rows.count) < 1_234
    assert counted(some, rows) == counted(some, rows.take(~first), rows.take(first))


def test_of_a_huge_day_not_more_than_the_most_are_looked_at(twin: Twin) -> None:
    days = counted(twin, world(rows=20_000, days=1, seed=1))[SCORE]
    assert [part.rows for part in days.values()] == [pytest.approx(2_000, rel=0.1)]


def test_rows_without_ids_are_looked_at_by_their_time(twin: Twin) -> None:
    rows = replace(world(seed=1), keys=None)
    days = counted(replace(twin, share=0.5), rows)[SCORE]
    assert sum(part.rows for part in days.values()) == pytest.approx(2_000, rel=0.1)


def test_no_rows_are_no_lines(twin: Twin) -> None:
    rows = world(seed=1)
    assert counted(twin, rows.take(np.zeros(rows.count, np.bool_))) == {}


def test_what_is_drained_is_gone(twin: Twin) -> None:
    tally, rows = TwinTally(twin, PLAN, TARGET), world(seed=1)
    tally.add(rows, micro_of(rows))
    assert tally.size > 0
    assert list(tally.drain())
    assert (tally.size, list(tally.drain())) == (0, [])


def reference(rows: Rows, plan: Plan = PLAN) -> tuple[Twin, ReferenceTally] | None:
    sample: Sample = sampled(plan, TARGET)
    sample.add(rows)
    return learn_from(sample, plan, TARGET)


def test_the_reference_set_is_counted_beside_its_own_twin() -> None:
    made = reference(world())
    assert made is not None
    _, tally = made
    assert list(tally.windows[SCORE]) == [START + day * DAY for day in range(40)]
    whole = tally.whole[SCORE]
    assert isinstance(whole, NumericProfile)
    assert (whole.rows, abs(whole.total / whole.finite) < 0.02) == (4_000, True)


def test_all_rows_are_looked_at_where_days_are_small_and_a_part_where_they_are_large() -> None:
    small, large = reference(world()), reference(world(rows=8_000, days=4))
    assert small is not None
    assert large is not None
    assert (small[0].share, large[0].share) == (1.0, 0.5)


def test_a_reference_set_of_too_few_rows_has_no_twin() -> None:
    assert reference(world(rows=300)) is None


def test_an_empty_reference_set_has_no_twin() -> None:
    assert reference(world().take(np.zeros(4_000, np.bool_))) is None


def test_a_day_of_a_fault_lies_beyond_all_days_of_the_reference_set() -> None:
    made = reference(world())
    assert made is not None
    twin, tally = made
    wrong = counted(twin, world(seed=1, score=1 - numbers_of(world(seed=1), "score")))[SCORE]
    usual = numeric(tally.windows[SCORE].items())
    assert min(part.squares / part.finite for part in wrong.values()) > 3 * max(
        part.squares / part.finite for part in usual.values()
    )


def test_the_plan_of_a_twin_names_its_lines(twin: Twin) -> None:
    plan = plan_of_twin(twin, PLAN, TARGET)
    assert plan.columns == tuple(map(line_of, ("a", "b", "score")))
    assert (plan.outputs, plan.segments) == ((line_of("score"),), ("host",))
