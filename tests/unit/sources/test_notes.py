from __future__ import annotations

from collections import Counter

from bellbuoy.sources.notes import Oddities
from bellbuoy.sources.port import Note


def test_the_same_in_many_files_is_told_once_and_counted() -> None:
    odd = Oddities()
    for file in ("a", "b", "c"):
        odd.count("odd-number", "x", 2, file)
    assert odd.notes() == [Note("odd-number", "x", "6 values of x are no numbers and count as null (a and 2 more)")]


def test_none_is_nothing() -> None:
    odd = Oddities()
    odd.count("odd-number", "x", 0, "a")
    assert odd.notes() == []


def test_a_file_tells_what_is_odd_and_what_is_missing() -> None:
    odd = Oddities()
    odd.of_file("a", Counter({("no-zone", "at"): 3}), {"y"})
    assert [(note.code, note.where) for note in odd.notes()] == [("no-zone", "at"), ("no-column", "y")]


def test_lines_that_cannot_be_read_belong_to_their_file() -> None:
    odd = Oddities()
    odd.count("odd-line", "", 4, "a.csv")
    assert odd.notes() == [Note("odd-line", "a.csv", "4 lines of a.csv cannot be read and were left out")]


def test_a_column_that_came_with_a_file_is_told() -> None:
    odd = Oddities()
    assert odd.columns("b", ["x", "y"], {"x"}) == {"x", "y"}
    assert odd.notes() == [Note("new-column", "y", "column y of b was in none before")]


def test_where_no_column_is_known_none_is_new() -> None:
    odd = Oddities()
    assert odd.columns("a", ["x", "y"], set()) == {"x", "y"}
    assert odd.notes() == []


def test_a_column_that_is_gone_stays_known() -> None:
    assert Oddities().columns("b", ["x"], {"x", "y"}) == {"x", "y"}
