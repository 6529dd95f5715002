from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.config.lines import Path, key_lines, line_of


def line(text: str, *path: str | int) -> int:
    tomllib.loads(text)  # the scanner may count on valid TOML
    return line_of(path, key_lines(text))


def test_a_key_stands_where_it_is_written() -> None:
    assert line("a = 1\n\nb = 2\n", "b") == 3


def test_a_key_of_a_table_stands_below_its_header() -> None:
    assert line("[one]\na = 1\n[two]\na = 2\n", "two", "a") == 4


def test_a_missing_key_is_told_at_its_table() -> None:
    assert line("a = 1\n[one]\nb = 2\n", "one", "nowhere") == 2


def test_a_missing_top_key_is_told_at_the_first_line() -> None:
    assert line("\n\na = 1\n", "nowhere") == 1


def test_each_element_of_an_array_of_tables_counts_on_its_own() -> None:
    text = "[[rule]]\nname = 'a'\n[[rule]]\nname = 'b'\n[rule.notes]\nwhy = 'c'\n"
    assert (line(text, "rule", 1, "name"), line(text, "rule", 1, "notes", "why")) == (4, 6)


def test_an_array_of_tables_within_one_begins_anew() -> None:
    text = "[[a]]\n[[a.b]]\nx = 1\n[[a]]\n[[a.b]]\nx = 2\n[[a.b]]\nx = 3\n"
    assert (line(text, "a", 0, "b", 0, "x"), line(text, "a", 1, "b", 1, "x")) == (3, 8)


def test_dotted_keys_open_tables() -> None:
    assert line('a = 1\nfruit . "red apple".size = 2\n', "fruit", "red apple", "size") == 2


def test_quoted_keys_may_hold_anything() -> None:
    text = "[features.\"wind = \\\"speed\\\" [m/s]\"]\nkind = 'number'\n['# no comment']\nx = 1\n"
    assert line(text, "features", 'wind = "speed" [m/s]', "kind") == 2
    assert line(text, "# no comment", "x") == 4


def test_inline_tables_and_arrays_may_span_lines() -> None:
    text = "a = [\n  1, # one\n  { b = 2, c = [3, 4] },\n]\nd = 5\n"
    assert [line(text, "a", 0), line(text, "a", 1, "c", 1), line(text, "d")] == [2, 3, 5]


@pytest.mark.parametrize(
    "value",
    [
        '"""\nb = 1\n[x]\n"""',
        "'''\nb = \"\"\"\n'''",
        '"""a\\\n   \\"""b"""',
        '"""ends in two ""\\\n"""',
        '"""ends in quotes"""""',
        "'''ends in quotes'''''",
        '"a # b \\" ] }"',
        "'C:\\dir\\'",
        '""',
        '""""""',
        "2024-03-01 10:00:00",
        "0xff",
        "[]",
        "{}",
        "[ # empty\n]",
    ],
)
def test_values_are_stepped_over_whatever_they_hold(value: str) -> None:
    text = f"a = {value}\nb = 2 # end\n"
    assert line(text, "b") == text.rstrip().count("\n") + 1


def test_windows_line_ends_and_comments_do_not_confuse() -> None:
    assert line("# [x]\r\na = 1\r\n\t# b = 2\r\nb = 3\r\n", "b") == 4


def test_a_file_that_ends_without_a_line_end_is_read() -> None:
    assert line("a = 1\nb = true", "b") == 2


KEYS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=6)
LEAVES = st.one_of(st.integers(-9, 9), st.booleans(), st.text("ab\"'#=[]{}\\\n,. ", max_size=8))
DATA = st.dictionaries(KEYS, st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=6), max_size=5)


def quoted(text: str) -> str:
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
    return '"' + "".join(escapes.get(one, one) for one in text) + '"'


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    return f"[{', '.join(map(written, value))}]" if isinstance(value, list) else str(value)


@given(DATA)
def test_every_key_of_any_file_is_found_on_its_line(data: dict[str, Any]) -> None:
    text = "".join(f"{quoted(key)} = {written(value)}\n" for key, value in data.items())
    found: dict[Path, int] = dict(key_lines(text))
    assert [found[key,] for key in data] == list(range(1, len(data) + 1))
