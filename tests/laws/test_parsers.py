"""Small languages of project files: whatever is written is understood, or refused with a hint."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bellbuoy.alarms.grammar import parse_rule
from bellbuoy.config.environment import expanded
from bellbuoy.config.expression import read_expression
from bellbuoy.config.texts import read_budget, read_schedule
from bellbuoy.errors import ConfigError
from bellbuoy.sources.formats import format_of
from bellbuoy.windows import parse_duration

READERS: dict[str, Callable[[str], object]] = {
    "rule": parse_rule,
    "expression": read_expression,
    "budget": read_budget,
    "schedule": read_schedule,
    "duration": parse_duration,
}
#: Letters that the languages are made of, in no order.
PIECES = st.sampled_from(
    [*"(){}<>=,*/-+%@$.xdhä17 \"'`\\\n", "==", "auc", "label", "where", "per", "and", "not", "0.5", "false alarm"]
)
JUMBLE = st.lists(PIECES, max_size=12).map("".join)


@pytest.mark.parametrize("name", READERS)
@given(text=JUMBLE)
@example(text="")
@example(text=" ")
def test_a_jumble_is_understood_or_refused_in_our_words(name: str, text: str) -> None:
    refused: ConfigError | None = None
    try:
        READERS[name](text)
    except ConfigError as why:  # anything else is a fault of ours, and fails the test
        refused = why
    assert refused is None or (refused.message and refused.exit_code == 2)


@pytest.mark.parametrize("name", READERS)
@given(text=JUMBLE)
def test_what_is_understood_once_is_understood_the_same_again(name: str, text: str) -> None:
    with suppress(ConfigError):
        assert READERS[name](text) == READERS[name](text)


@given(JUMBLE)
def test_an_expression_that_was_read_reads_back_from_its_own_text(text: str) -> None:
    with suppress(ConfigError):
        read = read_expression(text)
        assert read_expression(str(read)) == read


@given(JUMBLE)
def test_an_expression_names_only_what_stands_in_it(text: str) -> None:
    with suppress(ConfigError):
        read = read_expression(text)
        assert all(name in text for name in (*read.columns, *read.own))


@given(JUMBLE)
def test_filling_in_variables_never_fails(text: str) -> None:
    full, wrongs = expanded(text, {})
    assert isinstance(full, str)
    assert all(one.hint for one in wrongs)


@given(JUMBLE, st.sampled_from([".csv", ".parquet", ".jsonl.gz"]))
def test_the_ending_alone_says_what_a_file_holds(text: str, ending: str) -> None:
    assert format_of(f"x{text}{ending}".replace("/", "")) is format_of(f"log{ending}")
