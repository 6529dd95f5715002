from __future__ import annotations

from bellbuoy.app.serving import version_marks
from bellbuoy.windows import Grain, to_seconds


def told(**rows: list[int]) -> list[tuple[int, str]]:
    """Marks by the number of their day, from the rows of each version day by day."""
    days = {
        version: {day * Grain.DAY.seconds: many for day, many in enumerate(every) if many}
        for version, every in rows.items()
    }
    return [(to_seconds(mark.at) // Grain.DAY.seconds, mark.text) for mark in version_marks(days)]


def test_every_version_is_marked_on_its_first_day() -> None:
    assert told(v1=[9, 9, 0, 0], v2=[0, 0, 9, 9]) == [(0, "version v1"), (2, "version v2")]


def test_a_return_is_marked_each_time() -> None:
    back = told(v2=[9, 0, 9, 0, 9], v3=[0, 9, 0, 9, 0])
    assert back[2:] == [(2, "back to version v2"), (3, "back to version v3"), (4, "back to version v2")]


def test_a_version_that_was_tried_before_is_marked_when_it_serves() -> None:
    assert told(v1=[9, 9, 9, 1], v2=[1, 1, 1, 9])[-1] == (3, "version v2 serves")


def test_a_version_that_comes_in_the_middle_of_a_day_is_marked_once() -> None:
    assert told(v1=[9, 6, 0], v2=[0, 4, 9]) == [(0, "version v1"), (1, "version v2")]


def test_halves_of_a_test_do_not_take_turns() -> None:
    assert told(v1=[9, 5, 6, 5, 6], v2=[0, 6, 5, 6, 5]) == [(0, "version v1"), (1, "version v2")]


def test_without_versions_nothing_is_marked() -> None:
    assert told() == []
