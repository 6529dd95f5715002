from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.config.aliases import IDS, LABELS, TIMES
from bellbuoy.config.roles import by_name, find_label_columns, listed, plain, span_text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("modelVersion", "model_version"),
        ("Model Version", "model_version"),
        ("MODEL_VERSION", "model_version"),
        ("model-version", "model_version"),
        ("__ts__", "ts"),
        ("score (%)", "score"),
        ("y2True", "y2_true"),
        ("", ""),
    ],
)
def test_a_name_is_read_however_it_is_written(name: str, text: str) -> None:
    assert plain(name) == text


@given(st.text(st.characters(codec="ascii"), max_size=20))
def test_reading_a_name_twice_changes_nothing(name: str) -> None:
    assert plain(plain(name)) == plain(name)


@pytest.mark.parametrize(
    ("names", "known", "found"),
    [
        (["row_id", "request_id", "age"], IDS, ["request_id", "row_id"]),
        (["Timestamp", "created_at", "ts"], TIMES, ["ts", "Timestamp", "created_at"]),
        (["y", "label"], LABELS, ["label", "y"]),
        (["age", "income"], IDS, []),
        ([], IDS, []),
    ],
)
def test_the_surest_name_comes_first(names: Sequence[str], known: tuple[str, ...], found: list[str]) -> None:
    assert list(by_name(names, known)) == found


@pytest.mark.parametrize(
    ("values", "text"),
    [([], ""), (["a"], "a"), (list("abcde"), "a, b, c, d, e"), (list("abcdefg"), "a, b, c, d, e and 2 more")],
)
def test_a_few_values_are_listed_and_the_rest_counted(values: list[str], text: str) -> None:
    assert listed(values) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0s"),
        (45.4, "45s"),
        (120.0, "2m"),
        (700.0, "12m"),
        (3 * 3_600 + 18 * 60 + 9, "3h18m"),
        (11 * 3_600 + 18 * 60, "11h"),
        (44 * 86_400 + 5, "44d"),
    ],
)
def test_a_span_is_rounded_to_what_matters(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


@given(st.floats(60, 1e7))
def test_a_rounded_span_is_near_to_itself(seconds: float) -> None:
    units = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
    total, number = 0, ""
    for letter in span_text(seconds):
        if letter.isdigit():
            number += letter
        else:
            total, number = total + int(number) * units[letter], ""
    assert abs(total - seconds) <= max(30.0, seconds / 19)


def test_no_columns_are_no_label_and_no_time() -> None:
    assert find_label_columns({}, "id") == (None, None)
