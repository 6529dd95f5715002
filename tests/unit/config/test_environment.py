from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.config.environment import expanded
from bellbuoy.config.faults import Wrong

HERE = {"USER": "ada", "HOST": "buoy", "EMPTY": "", "NESTED": "${USER}"}


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("${USER}", "ada"),
        ("postgresql://${USER}@${HOST}/state", "postgresql://ada@buoy/state"),
        ("${USER}${USER}", "adaada"),
        ("[${EMPTY}]", "[]"),
        ("$USER", "$USER"),
        ("${}", "${}"),
        ("${1ST}", "${1ST}"),
        ("${USER", "${USER"),
        ("100 $", "100 $"),
        ("", ""),
    ],
)
def test_only_what_is_written_as_a_variable_is_filled_in(text: str, full: str) -> None:
    assert expanded(text, HERE) == (full, [])


def test_two_dollars_stand_for_the_mark_itself() -> None:
    assert expanded("$${USER} is ${USER}", HERE) == ("${USER} is ada", [])


def test_what_a_variable_holds_is_not_filled_in_again() -> None:
    assert expanded("${NESTED}", HERE)[0] == "${USER}"


def test_a_variable_that_does_not_exist_is_told_at_its_key() -> None:
    _, wrongs = expanded({"web": {"tokens": ["a", "${TOKEN}"]}}, HERE)
    assert wrongs == [Wrong(("web", "tokens", 1), "the environment has no TOKEN", "set it before the start")]


def test_every_missing_variable_is_told_at_once() -> None:
    _, wrongs = expanded({"a": "${ONE} ${TWO}", "b": "${THREE}"}, {})
    assert [one.message.split()[-1] for one in wrongs] == ["ONE", "TWO", "THREE"]


def test_a_missing_variable_stays_as_it_was_written() -> None:
    assert expanded("${TOKEN}-${USER}", HERE)[0] == "${TOKEN}-ada"


def test_keys_are_not_filled_in() -> None:
    assert expanded({"${USER}": 1}, HERE) == ({"${USER}": 1}, [])


@pytest.mark.parametrize("value", [1, 0.5, True, None, [], {}])
def test_what_is_no_text_stays_as_it_is(value: object) -> None:
    assert expanded(value, HERE) == (value, [])


PLAIN = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.text().filter(lambda text: "${" not in text)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


@given(PLAIN)
def test_data_without_variables_is_not_changed(data: object) -> None:
    assert expanded(data, {}) == (data, [])
