"""What is news among labels, and what is believed when they disagree."""

from __future__ import annotations

import numpy as np
import pytest

from bellbuoy.profiles.records import LABEL
from bellbuoy.profiles.statements import Heard, News, Statements, last_of_each, was_said

Said = tuple[int, int, float]
#: What is known of an id: when its first label was known, when the last was, and its value.
Known = tuple[int, int, float]


def statements(*said: Said) -> Statements:
    keys = np.array([key for key, _, _ in said], np.uint64)
    return Statements.of(keys, np.array([(at, at, value) for _, at, value in said], LABEL))


def told(said: Statements) -> list[Said]:
    values = zip(said.keys.tolist(), said.labels["at"].tolist(), said.labels["label"].tolist(), strict=True)
    return list(values)


def heard(said: Statements, **known: Known) -> Heard:
    """`known` is of ids by name: id7=(…)."""
    old = np.array([known.get(f"id{key}", (0, 0, 0.0)) for key in said.ids.tolist()], LABEL)
    return Heard(said, np.array([f"id{key}" in known for key in said.ids.tolist()], np.bool_), old)


def news(*said: Said, past: tuple[Said, ...] = (), **known: Known) -> News:
    return heard(statements(*said), **known).news(statements(*past))


def test_statements_stand_by_id_and_then_by_time() -> None:
    said = statements((9, 8, 1.0), (3, 7, 0.0), (9, 5, 0.0))
    assert told(said) == [(3, 7, 0.0), (9, 5, 0.0), (9, 8, 1.0)]
    assert (said.ids.tolist(), said.begins.tolist(), said.ends.tolist()) == ([3, 9], [0, 1], [0, 2])
    assert said.of_each.tolist() == [0, 1, 1]


def test_what_is_said_twice_stands_once() -> None:
    assert told(statements((9, 5, 1.0), (9, 5, 1.0), (9, 5, 0.0))) == [(9, 5, 0.0), (9, 5, 1.0)]


def test_no_statements_have_no_ids() -> None:
    said = statements()
    assert (len(said.ids), len(said.begins), len(said.ends), len(said.of_each)) == (0, 0, 0, 0)


def test_the_latest_statement_is_believed_and_the_first_dates_it() -> None:
    assert news((9, 5, 0.0), (9, 8, 1.0)).truth.tolist() == [(5, 8, 1.0)]


def test_of_two_statements_at_once_the_greater_is_believed() -> None:
    assert news((9, 5, 1.0), (9, 5, 0.0)).truth.tolist() == [(5, 5, 1.0)]


def test_an_older_statement_changes_only_when_the_label_was_first_known() -> None:
    assert news((9, 1, 0.0), id9=(5, 5, 1.0)).truth.tolist() == [(1, 5, 1.0)]


def test_a_newer_statement_keeps_the_date_of_the_first() -> None:
    assert news((9, 8, 0.0), id9=(5, 6, 1.0)).truth.tolist() == [(5, 8, 0.0)]


def test_what_is_known_is_no_news() -> None:
    assert len(news((9, 5, 1.0), id9=(5, 5, 1.0), past=((9, 5, 1.0),)).known) == 0


def test_only_statements_older_than_what_is_known_are_doubtful() -> None:
    said = statements((1, 5, 0.0), (2, 5, 0.0), (3, 5, 0.0), (4, 5, 0.0))
    asked = heard(said, id2=(5, 5, 0.0), id3=(4, 4, 1.0), id4=(2, 9, 1.0))
    assert asked.doubtful.tolist() == [False, False, False, True]


def test_an_older_statement_is_news_unless_it_was_said_before() -> None:
    past = ((9, 2, 0.0), (9, 4, 1.0), (9, 7, 0.0))
    found = news((9, 2, 0.0), (9, 3, 1.0), (9, 4, 1.0), (9, 7, 0.0), past=past, id9=(2, 7, 0.0))
    assert told(found.said) == [(9, 3, 1.0)]


def test_what_is_older_than_all_that_is_remembered_is_no_news_of_a_known_id() -> None:
    said = statements((8, 2, 0.0), (9, 2, 0.0), (9, 4, 0.0))
    found = heard(said, id9=(5, 7, 1.0)).news(statements(), since=3)
    assert told(found.said) == [(8, 2, 0.0), (9, 4, 0.0)]


def test_ids_without_news_are_left_out() -> None:
    found = news((1, 5, 1.0), (2, 5, 1.0), past=((1, 5, 1.0),), id1=(5, 5, 1.0))
    assert (found.said.ids.tolist(), found.known.tolist()) == ([2], [False])


@pytest.mark.parametrize(
    ("said", "known", "corrected"),
    [
        (((9, 5, 1.0),), {}, [False]),
        (((9, 5, 0.0), (9, 6, 1.0), (9, 7, 1.0)), {}, [False, True, False]),
        (((9, 5, 1.0), (9, 8, 0.0)), {"id9": (1, 1, 1.0)}, [False, True]),
        (((9, 5, 0.0),), {"id9": (1, 1, 1.0)}, [True]),
        (((8, 5, 0.0), (9, 5, 1.0)), {}, [False, False]),
    ],
)
def test_a_statement_corrects_when_it_says_something_else_than_the_one_before(
    said: tuple[Said, ...], known: dict[str, Known], corrected: list[bool]
) -> None:
    assert heard(statements(*said), **known).news(statements()).corrections.tolist() == corrected


def test_every_statement_is_kept_and_the_believed_one_last() -> None:
    keys, labels = news((9, 5, 0.0), (9, 8, 1.0), (3, 7, 1.0)).to_keep()
    assert keys.tolist() == [3, 9, 9]
    assert labels.tolist() == [(7, 7, 1.0), (5, 5, 0.0), (5, 8, 1.0)]


def test_what_stands_is_said_again_behind_older_news() -> None:
    keys, labels = news((9, 1, 0.0), (3, 7, 1.0), id9=(5, 5, 1.0)).to_keep()
    assert keys.tolist() == [3, 9, 9]
    assert labels.tolist() == [(7, 7, 1.0), (1, 1, 0.0), (1, 5, 1.0)]


def test_news_of_some_ids_are_all_their_statements() -> None:
    found = news((1, 5, 0.0), (2, 5, 0.0), (2, 6, 1.0), id2=(3, 3, 1.0)).only(np.array([False, True]))
    assert told(found.said) == [(2, 5, 0.0), (2, 6, 1.0)]
    assert (found.known.tolist(), found.old.tolist()) == ([True], [(3, 3, 1.0)])


@pytest.mark.parametrize(
    ("keys", "some", "last"),
    [
        ([9, 3, 9, 3, 9], [1, 1, 1, 1, 0], [0, 0, 1, 1, 0]),
        ([1, 2, 3], [1, 0, 1], [1, 0, 1]),
        ([7, 7, 7], [0, 0, 0], [0, 0, 0]),
        ([], [], []),
    ],
)
def test_of_some_statements_on_an_id_the_last_is_told(keys: list[int], some: list[int], last: list[int]) -> None:
    found = last_of_each(np.array(keys, np.uint64), np.array(some, np.bool_))
    assert found.tolist() == [bool(one) for one in last]


def test_a_label_was_said_when_its_own_id_ever_had_it() -> None:
    past = statements((8, 1, 0.0), (9, 1, 1.0), (9, 2, 0.0))
    ids, labels = np.array([8, 8, 9], np.uint64), np.array([0.0, 1.0, 1.0])
    assert was_said(ids, labels, past.keys, past.labels).tolist() == [True, False, True]


def test_without_a_past_nothing_was_said() -> None:
    assert was_said(np.array([8], np.uint64), np.array([0.0]), np.empty(0, np.uint64), None).tolist() == [False]
