"""Whatever the batches, rows beside the twin count the same; and no value, however odd, breaks it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.profiles.twins import PLAN, TARGET, learnt, world

from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.twin_packing import pack_twin, unpack_twin
from bellbuoy.profiles.twin_tally import TwinTally
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows
from bellbuoy.store.port import Series

laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)
TWIN = learnt().twin
LIVE = world(rows=400, days=4, seed=7)
Counted = dict[Series, dict[int, NumericProfile]]


def micro_of(rows: Rows) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    ts = rows.columns["ts"]
    assert isinstance(ts, Moments)
    return ts.micro


def counted(*batches: Rows) -> Counted:
    tally = TwinTally(TWIN, PLAN, TARGET)
    for rows in batches:
        tally.add(rows, micro_of(rows))
    every = ((line, start, part) for line, sheet in tally.drain() for start, part in sheet.items())
    out: Counted = {}
    for line, start, part in every:
        assert isinstance(part, NumericProfile)
        out.setdefault(line, {})[start] = part
    return out


WHOLE = counted(LIVE)


@laws
@given(st.lists(st.integers(0, 3), min_size=400, max_size=400))
def test_counting_the_parts_is_counting_the_whole(of: list[int]) -> None:
    batch = np.array(of)
    assert counted(*(LIVE.take(batch == part) for part in range(4))) == WHOLE


@laws
@given(st.lists(st.floats(width=64), min_size=5, max_size=5), st.lists(st.text(max_size=3), min_size=5, max_size=5))
def test_any_values_have_a_distance_within_ranks_or_none(values: list[float], names: list[str]) -> None:
    few = LIVE.take(np.arange(400) < 5)
    numbers = np.array(values)
    odd: dict[str, Column] = {"a": Numbers(numbers), "score": Numbers(numbers[::-1].copy())}
    odd["k"] = Categories(np.arange(5, dtype=np.int32), tuple(names))
    for apart in TWIN.distances({**few.columns, **odd}).values():
        known = apart.values[~np.isnan(apart.values)]
        assert (np.abs(known) <= 1.5).all()


@laws
@given(st.integers(0, 399), st.integers(1, 400))
def test_a_kept_twin_says_of_any_rows_what_it_said(first: int, many: int) -> None:
    kept = unpack_twin(pack_twin(TWIN))
    assert kept is not None
    some = LIVE.take((np.arange(400) >= first) & (np.arange(400) < first + many)).columns
    for name, apart in TWIN.distances(some).items():
        assert np.array_equal(kept.distances(some)[name].values, apart.values, equal_nan=True)


@laws
@given(st.integers(0, 399))
def test_what_is_said_of_a_row_does_not_hang_on_its_neighbours(place: int) -> None:
    alone = TWIN.distances(LIVE.take(np.arange(400) == place).columns)
    for name, apart in TWIN.distances(LIVE.columns).items():
        assert np.array_equal(alone[name].values, apart.values[place : place + 1], equal_nan=True)
        assert alone[name].strange[0] == apart.strange[place]
