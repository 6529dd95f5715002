"""A reference set counted by window is the one counted whole, however its rows are cut and ordered."""

from __future__ import annotations

import random as chance
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellbuoy.profiles.collect import ROWS, Plan, Tally
from bellbuoy.profiles.profile import NumericProfile, Profile, roll_up
from bellbuoy.profiles.reference_tally import ReferenceTally
from bellbuoy.sources.port import Categories, Moments, Numbers, Rows
from bellbuoy.store.port import Series
from bellbuoy.windows import MICRO, Grain

DAY = 86_400
PLAN = Plan(Grain.DAY, "ts", ("x", "c"), ("x",), None, ("c",))
Row = tuple[int | None, float, int]
rows = st.lists(
    st.tuples(st.none() | st.integers(0, 9), st.integers(-9, 9).map(float), st.integers(-1, 2)), min_size=1, max_size=40
)
laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def table(part: Sequence[Row]) -> Rows:
    none = np.array([day is None for day, _, _ in part])
    micro = np.array([(day or 0) * DAY * MICRO for day, _, _ in part], np.int64)
    return Rows(
        len(part),
        {
            "ts": Moments(micro, none if none.any() else None),
            "x": Numbers(np.array([value for _, value, _ in part])),
            "c": Categories(np.array([code for _, _, code in part], np.int32), ("a", "b", "c")),
        },
    )


def tallied(*parts: Sequence[Row], held: int = 1_000_000) -> ReferenceTally:
    tally = ReferenceTally(PLAN, held)
    for part in parts:
        tally.add(table(part))
    tally.settle()
    return tally


def windows(tally: ReferenceTally) -> Mapping[Series, Mapping[int, Profile]]:
    return {line: dict(sheet) for line, sheet in tally.windows.items()}


@laws
@given(rows)
def test_the_whole_is_what_counting_all_rows_in_one_window_gives(drawn: list[Row]) -> None:
    tally = Tally(PLAN)
    tally.add(table(drawn), np.zeros(len(drawn), np.int64))
    at_once = {line: sheet[0] for line, sheet in tally.drain()}
    assert {line: part for line, part in tallied(drawn).whole.items() if line.column != ROWS} == at_once


@laws
@given(rows)
def test_windows_add_up_to_the_rows_that_have_a_time(drawn: list[Row]) -> None:
    dated = [row for row in drawn if row[0] is not None]
    line = Series("1d", "x")
    parts = [part for part in windows(tallied(drawn)).get(line, {}).values() if isinstance(part, NumericProfile)]
    assert roll_up(parts, NumericProfile()) == (tallied(dated).whole[line] if dated else NumericProfile())


@laws
@given(rows, st.randoms(use_true_random=False), st.sampled_from([1, 10, 1_000_000]))
def test_neither_order_nor_batches_matter(drawn: list[Row], random: chance.Random, held: int) -> None:
    mixed = random.sample(drawn, len(drawn))
    place = random.randint(0, len(drawn))
    parts = [part for part in (mixed[:place], mixed[place:]) if part]
    assert windows(tallied(*parts, held=held)) == windows(tallied(drawn))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_order_the_same_newest_windows_stay(seed: int) -> None:
    drawn: list[Row] = [(day, 1.0, 0) for day in range(450)]
    mixed = chance.Random(seed).sample(drawn, len(drawn))
    parts = [mixed[at : at + 30] for at in range(0, 450, 30)]
    assert windows(tallied(*parts, held=1)) == windows(tallied(drawn))
