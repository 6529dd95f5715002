from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.sources.sample import asked

from bellbuoy.sources.casts import key, text
from bellbuoy.sources.keys import keys_of, text_key, text_of, whole_key
from bellbuoy.sources.port import KeyType

WHOLE, TEXT = KeyType.WHOLE, KeyType.TEXT
#: NUL ends a text for DuckDB's parser, and half a pair of surrogates is no text.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
WRITTEN = st.from_regex(r"\A *[+-]?[0-9]{1,22}(\.0{0,3})? *\Z") | st.sampled_from(["1.5", "", "x", "1e3", "٣", "0x10"])


def in_duck(written: str, type_name: str, key_type: KeyType) -> int | None:
    found = asked(key(f"CAST({written} AS {type_name})", type_name, key_type).sql)
    return None if found is None else int(str(found)) % 2**64


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_text_has_the_same_key_in_both(value: str) -> None:
    assert in_duck(text(value), "VARCHAR", TEXT) == text_key(value)


@given(WRITTEN)
@settings(max_examples=80, deadline=None)
def test_a_written_number_has_the_same_key_in_both(value: str) -> None:
    assert in_duck(text(value), "VARCHAR", WHOLE) == whole_key(value)


@given(st.integers(-(2**63), 2**63 - 1))
@settings(max_examples=40, deadline=None)
def test_a_whole_number_has_the_same_key_in_both(value: int) -> None:
    assert in_duck(f"'{value}'", "BIGINT", WHOLE) == whole_key(value)


@given(st.floats(allow_nan=False) | st.integers(-(2**53), 2**53).map(float))
@settings(max_examples=60, deadline=None)
def test_a_double_has_the_same_key_in_both(value: float) -> None:
    assert in_duck(f"'{value!r}'", "DOUBLE", WHOLE) == whole_key(value)


@given(st.integers(-(2**53) + 1, 2**53 - 1).map(float))
@settings(max_examples=40, deadline=None)
def test_a_whole_double_is_the_same_text_in_both(value: float) -> None:
    assert in_duck(f"'{value!r}'", "DOUBLE", TEXT) == text_key(text_of(value))


@pytest.mark.parametrize("value", [True, 1.5, float("nan"), float("inf"), "1.5", "", "x", 2**64, -(2**63) - 1, None])
def test_what_is_no_whole_number_of_64_bits_has_no_key(value: object) -> None:
    assert whole_key(value) is None


@pytest.mark.parametrize("value", [17, 17.0, "17", " 17 ", "17.0", "+17", "017", Decimal("17.0")])
def test_however_a_number_is_written_it_is_one_id(value: object) -> None:
    assert whole_key(value) == 17


def test_negative_ids_are_their_own_twos_complement() -> None:
    assert keys_of([-1, 2**64 - 1], WHOLE)[0].tolist() == [2**64 - 1, 2**64 - 1]


def test_keys_say_which_ids_are_null_and_which_are_odd() -> None:
    keys, keyless, odd = keys_of([5, None, "x"], WHOLE)
    assert (keys.tolist(), keyless.tolist(), odd) == ([5, 0, 0], [False, True, True], 1)
