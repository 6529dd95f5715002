"""Every engine puts a number into the same bucket, and a bucket holds what it says."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bellbuoy.profiles import buckets

Floats = NDArray[np.float64]
laws = settings(max_examples=200, deadline=None, derandomize=True, database=None)
finite = st.floats(allow_nan=False, allow_infinity=False)
LARGEST, SMALLEST = 1.7976931348623157e308, 5e-324


def by_duckdb(values: Floats) -> list[int]:
    """Codes by the formula in SQL."""
    index = f"CAST(ceil(ln(abs(x)) * {32 / math.log(2)!r}) AS BIGINT) + {buckets.OFFSET}"
    code = f"CASE WHEN x = 0 THEN 0 WHEN x < 0 THEN -({index}) ELSE {index} END"
    with duckdb.connect() as link:
        link.register("given", {"x": values})
        return list(link.execute(f"SELECT {code} AS code FROM given").fetchnumpy()["code"].tolist())


def random_doubles(count: int) -> Floats:
    """Doubles of any size and sign, as likely to be tiny as to be huge."""
    bits = np.random.default_rng(5).integers(0, 2**63, count, dtype=np.uint64)
    values = bits.view(np.float64)
    values = values[np.isfinite(values)]
    return np.where(np.arange(len(values)) % 2 == 0, values, -values)


def around_edges() -> Floats:
    """Doubles on both sides of every bucket's ideal edge."""
    edges = np.exp2(np.arange(-34_390, 32_768) / 32)
    return np.concatenate([edges, np.nextafter(edges, 0), np.nextafter(edges, np.inf)])


TABLES = {
    "random": random_doubles(40_000),
    "normal": np.random.default_rng(1).normal(size=40_000),
    "powers of two": 2.0 ** np.arange(-1074, 1024),
    "subnormal": np.arange(1, 3_000, dtype=np.int64).view(np.float64),
    "extreme": np.array([1e300, -1e300, 1e-300, -1e-300, LARGEST, -LARGEST, SMALLEST, -SMALLEST]),
    "zeros": np.array([0.0, -0.0, 0.0]),
    "whole numbers": np.arange(-5_000, 5_000).astype(np.float64),
    "around edges": around_edges(),
}


@pytest.mark.parametrize("name", TABLES)
def test_numpy_and_duckdb_agree_on_the_bucket_of(name: str) -> None:
    assert buckets.encode(TABLES[name]).tolist() == by_duckdb(TABLES[name])


@laws
@given(st.lists(finite, min_size=1, max_size=50))
def test_a_code_does_not_depend_on_the_company_it_comes_in(values: list[float]) -> None:
    alone = [int(buckets.encode(np.array([value]))[0]) for value in values]
    assert buckets.encode(np.array(values)).tolist() == alone


@laws
@given(finite, finite)
def test_codes_sort_as_values_do(a: float, b: float) -> None:
    low, high = buckets.encode(np.array(sorted([a, b]))).tolist()
    assert low <= high


@laws
@given(finite)
def test_a_bucket_holds_its_values(value: float) -> None:
    low, high = (float(end[0]) for end in buckets.edges(buckets.encode(np.array([value]))))
    slack = abs(value) * 1e-12 + SMALLEST
    assert low - slack <= value <= high + slack


@laws
@given(finite, st.integers(0, 5), st.integers(0, 5))
def test_coarsening_in_two_goes_is_coarsening_in_one(value: float, a: int, b: int) -> None:
    code = buckets.encode(np.array([value]))
    twice = buckets.coarsen(buckets.coarsen(code, a), b)
    assert twice.tolist() == buckets.coarsen(code, a + b).tolist()


@laws
@given(st.floats(0, 1))
def test_a_probability_is_known_to_two_parts_in_a_hundred_of_its_odds(value: float) -> None:
    back = float(buckets.decode_probability(buckets.encode_probability(np.array([value])))[0])
    assert back == pytest.approx(value, rel=0.012, abs=1e-150)


def test_a_negative_number_mirrors_a_positive_one() -> None:
    values = TABLES["random"]
    assert (buckets.encode(-values) == -buckets.encode(values)).all()


def test_no_values_have_no_codes() -> None:
    assert buckets.encode(np.empty((0, 3))).shape == (0, 3)
