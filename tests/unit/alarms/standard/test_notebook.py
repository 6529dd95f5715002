"""A notebook makes anew only what depends on something that has changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from bellbuoy.alarms.standard.board import Block, Line
from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.metrics.traits import Trait, Traits

ROWS: Mapping[int, tuple[object, ...]] = {0: ("a",), 1: ("b", "c")}


class Maker:
    """Makes traits, and remembers of which windows."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def __call__(self, start: int) -> Traits:
        self.made.append(start)
        return {"null_rate": Trait(float(len(self.made)), 0.0, start)}


@pytest.fixture
def book() -> Notebook:
    return Notebook()


@pytest.fixture
def maker() -> Maker:
    return Maker()


def test_what_was_read_of_the_same_rows_is_read_once(book: Notebook, maker: Maker) -> None:
    first = book.lived("x", ROWS, maker)
    assert book.lived("x", dict(ROWS), maker) == first
    assert maker.made == [0, 1]


def test_a_window_whose_rows_changed_is_read_again(book: Notebook, maker: Maker) -> None:
    book.lived("x", ROWS, maker)
    again = book.lived("x", {**ROWS, 1: ("b", "d")}, maker)
    assert maker.made == [0, 1, 1]
    assert again[1]["null_rate"].value == 3


def test_a_new_window_is_read_alone(book: Notebook, maker: Maker) -> None:
    book.lived("x", ROWS, maker)
    assert list(book.lived("x", {**ROWS, 2: ("e",)}, maker)) == [0, 1, 2]
    assert maker.made == [0, 1, 2]


def test_what_a_window_depends_on_beside_its_rows_counts(book: Notebook, maker: Maker) -> None:
    book.lived("x", ROWS, maker, {1: "before"})
    book.lived("x", ROWS, maker, {1: "otherwise"})
    assert maker.made == [0, 1, 1]


def test_a_window_that_is_gone_is_forgotten(book: Notebook, maker: Maker) -> None:
    book.lived("x", ROWS, maker)
    assert list(book.lived("x", {1: ROWS[1]}, maker)) == [1]
    book.lived("x", ROWS, maker)
    assert maker.made == [0, 1, 0]


def test_two_things_do_not_share_a_window(book: Notebook, maker: Maker) -> None:
    book.lived("x", ROWS, maker)
    book.lived("y", ROWS, maker)
    assert maker.made == [0, 1, 0, 1]


@pytest.mark.parametrize(("mark", "value"), [("old", 1), ("new", 2)])
def test_what_is_made_once_stands_as_long_as_its_mark(book: Notebook, mark: str, value: int) -> None:
    book.once("x", "old", lambda: 1)
    assert book.once("x", mark, lambda: 2) == value


def test_nothing_is_made_once_too(book: Notebook) -> None:
    made: list[int] = []
    for _ in range(2):
        book.once("x", None, lambda: made.append(1))
    assert made == [1]


@pytest.mark.parametrize(
    ("mark", "lines", "many"),
    [("old", ["a"], 1), ("new", ["a"], 2), ("old", ["a", "b"], 2)],
    ids=["the same", "another reference set", "another series"],
)
def test_the_reference_part_of_a_board_stands_with_its_mark_and_lines(
    book: Notebook, mark: str, lines: list[str], many: int
) -> None:
    made: list[int] = []

    def make() -> Block:
        made.append(1)
        return Block(*(np.zeros((1, 1)) for _ in range(3)))

    book.block("1d", "old", [Line("a")], make)
    book.block("1d", mark, [Line(name) for name in lines], make)
    assert len(made) == many


def test_boards_of_two_grains_do_not_disturb_each_other(book: Notebook) -> None:
    day, hour = (Block(*(np.full((1, 1), size) for _ in range(3))) for size in (1.0, 2.0))
    book.block("1d", "m", [], lambda: day)
    assert book.block("1h", "m", [], lambda: hour) is hour
    assert book.block("1d", "m", [], lambda: hour) is day
