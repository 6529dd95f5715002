"""The sample of the newest rows is one and the same, however they come."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.profiles.drawn import Draw, Drawn
from bellbuoy.sources.port import Moments, Rows

SPAN, UNTIL = 1_000, 5_000
ROWS = st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 40)), max_size=60)


def sample(rows: list[tuple[int, int]], cuts: list[int], many: int) -> list[Drawn]:
    draw = Draw(many, SPAN, UNTIL)
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for start, end in pairwise(edges):
        at, keys = (np.array([row[place] for row in rows[start:end]], np.int64) for place in (0, 1))
        draw.add(Rows(end - start, {"ts": Moments(at)}, keys.astype(np.uint64)), "ts", ())
    return draw.rows()


@given(ROWS, st.lists(st.integers(0, 60), max_size=4), st.integers(1, 20), st.randoms(use_true_random=False))
def test_batches_and_their_order_do_not_matter(
    rows: list[tuple[int, int]], cuts: list[int], many: int, dice: Random
) -> None:
    turned = list(rows)
    dice.shuffle(turned)
    assert sample(turned, cuts, many) == sample(rows, [], many)


@given(ROWS, st.integers(1, 20))
def test_it_is_of_the_newest_rows_and_no_larger_than_wanted(rows: list[tuple[int, int]], many: int) -> None:
    begun = [at for at, _ in rows if at <= UNTIL]
    newest = [at for at in begun if at > max(begun) - SPAN]
    drawn = sample(rows, [], many)
    assert len(drawn) <= many
    assert all(row.at in newest for row in drawn)
    assert bool(drawn) == bool(newest)


@given(ROWS, st.integers(1, 20))
def test_a_larger_sample_holds_the_smaller_one(rows: list[tuple[int, int]], many: int) -> None:
    ranks = [row.rank for row in sample(rows, [], 2 * many)]
    assert all(row.rank in ranks for row in sample(rows, [], many))
