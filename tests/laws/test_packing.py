"""What is kept is what was counted: packing loses nothing, whatever the sizes of codes and counts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bellbuoy.profiles.ages import PAST_ALL, Aged
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.packing import pack, pack_all, unpack
from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile, short_name
from bellbuoy.profiles.records import Codes
from bellbuoy.profiles.shelf import keep_outcome, keep_profile, take_outcome, take_profile
from bellbuoy.profiles.spread import Spread

laws = settings(max_examples=100, deadline=None, derandomize=True, database=None)
counts = st.one_of(st.integers(1, 300), st.integers(1, 2**40))
cells = st.dictionaries(st.one_of(st.integers(-80_000, 80_000), st.integers(-(2**50), 2**50)), counts, max_size=30).map(
    lambda found: Cells(np.array(sorted(found), np.int64), np.array([found[code] for code in sorted(found)], np.int64))
)
amounts = st.integers(0, 2**40)
sums = st.floats(allow_nan=False)


categories = st.builds(
    CategoryProfile,
    amounts,
    amounts,
    st.dictionaries(st.text(min_size=1, max_size=5), counts, max_size=20),
    amounts,
    st.sampled_from([b"", bytes(range(256))]),
)


@laws
@given(cells)
def test_unpacking_undoes_packing(whole: Cells) -> None:
    assert unpack(pack(whole)) == whole


@laws
@given(st.lists(cells, max_size=6))
def test_packing_many_is_packing_each(parts: list[Cells]) -> None:
    assert pack_all(Spread.of(parts)) == [pack(part) for part in parts]


@laws
@given(cells, st.tuples(amounts, amounts, amounts, amounts), sums, st.floats(-1e300, 1e300), st.integers(0, 5))
def test_a_numeric_profile_comes_back_as_it_was(
    inside: Cells, odd: tuple[int, int, int, int], total: float, end: float, scale: int
) -> None:
    profile = NumericProfile(inside.total + sum(odd), *odd, scale=scale, cells=inside)
    if inside.total:
        profile = replace(profile, total=abs(total), squares=1.5, low=end, high=end)
    assert repr(take_profile(keep_profile(7, profile, len), {})) == repr(profile)


@laws
@given(categories)
def test_a_category_profile_comes_back_as_it_was(profile: CategoryProfile) -> None:
    codes = Codes({})
    row = keep_profile(7, profile, codes.code)
    assert take_profile(row, codes.names) == profile


@laws
@given(st.dictionaries(st.sampled_from(["score", "score:ü", "error"]), cells), st.floats(-1e9, 1e9))
def test_an_outcome_comes_back_as_it_was(inside: dict[str, Cells], loss: float) -> None:
    part = Outcome(12, inside, {"log_loss": loss, "score": math.inf, "ünknown": -0.5})
    outcome = Aged({0: part, PAST_ALL: Outcome(300)})
    assert take_outcome(keep_outcome(7, outcome)) == outcome


def test_usual_cells_take_two_bytes_each() -> None:
    whole = Cells(np.arange(40_000, 41_000), np.full(1_000, 9, np.int64))
    assert len(pack(whole)) < 2_020


def test_a_string_of_a_megabyte_is_known_by_a_short_name() -> None:
    assert len(short_name("x" * 2**20)) < 250


@laws
@given(st.text(), st.text())
def test_two_long_strings_that_differ_have_two_names(a: str, b: str) -> None:
    long = "x" * 200
    assert (short_name(long + a) == short_name(long + b)) == (a == b)
