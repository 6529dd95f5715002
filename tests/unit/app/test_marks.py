from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bellbuoy.app.marks import MARKS, read_marks
from bellbuoy.app.views import Mark

AT = datetime(2013, 7, 4, tzinfo=UTC)


def marks(folder: Path, text: str | bytes) -> list[Mark]:
    (folder / MARKS).parent.mkdir(exist_ok=True)
    (folder / MARKS).write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_marks(folder))


def test_a_project_without_marks_has_none(tmp_path: Path) -> None:
    assert list(read_marks(tmp_path)) == []


def test_a_mark_says_when_what_and_of_which_kind(tmp_path: Path) -> None:
    text = '[[mark]]\nat = 2013-07-04\ntext = "parade"\nkind = "planted"\nuntil = 2013-07-05T12:00:00Z\n'
    assert marks(tmp_path, text) == [Mark(AT, "parade", "planted", datetime(2013, 7, 5, 12, tzinfo=UTC))]


@pytest.mark.parametrize(
    "at",
    [
        "2013-07-04",
        "2013-07-04T00:00:00",
        "2013-07-04T02:00:00+02:00",
        '"2013-07-04"',
        '"2013-07-03T20:00:00-04:00"',
    ],
)
def test_a_moment_may_be_written_in_any_way(tmp_path: Path, at: str) -> None:
    assert [mark.at for mark in marks(tmp_path, f"[[mark]]\nat = {at}\n")] == [AT]


@pytest.mark.parametrize("at", ["12", "true", '"soon"', "12:00:00", "0001-01-01T00:00:00+05:00"])
def test_a_mark_without_a_moment_is_left_out_and_the_others_stay(tmp_path: Path, at: str) -> None:
    text = f'[[mark]]\nat = {at}\n[[mark]]\nat = 2013-07-04\ntext = "parade"\n'
    assert [mark.text for mark in marks(tmp_path, text)] == ["parade"]


@pytest.mark.parametrize("text", ["[[mark", b"\xff\xfe", "mark = 3", "mark = [1, 2]", "", "[mark]\nat = 2013-07-04\n"])
def test_a_file_that_cannot_be_understood_has_no_marks(tmp_path: Path, text: str | bytes) -> None:
    assert marks(tmp_path, text) == []


def test_an_end_that_is_no_moment_is_no_end(tmp_path: Path) -> None:
    assert marks(tmp_path, '[[mark]]\nat = 2013-07-04\nuntil = "later"\n') == [Mark(AT, "", "note", None)]
