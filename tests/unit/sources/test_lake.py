from __future__ import annotations

from pathlib import Path

import pytest

from bellbuoy.errors import SourceError
from bellbuoy.sources.arrow import table_of
from bellbuoy.sources.lake import Appender, RaceError, TableMissingError, located, snapshot

NOW_MS = 4_000_000_000_000


def appender(folder: Path) -> Appender:
    one = Appender(str(folder / "t"))
    one.look()
    return one


def put(one: Appender, place: int, *keys: str) -> None:
    one.append(table_of({"x": ("double", [float(place)])}), place, keys, NOW_MS)


@pytest.mark.parametrize("there", [True, False])
def test_of_two_that_looked_at_the_same_only_one_appends(tmp_path: Path, there: bool) -> None:
    if there:
        put(appender(tmp_path), 1)
    first, second = appender(tmp_path), appender(tmp_path)
    put(first, 2)
    with pytest.raises(RaceError):
        put(second, 2)
    second.look()
    assert second.place() == 2


def test_who_lost_a_race_looks_again_and_goes_on(tmp_path: Path) -> None:
    first, second = appender(tmp_path), appender(tmp_path)
    put(first, 1)
    with pytest.raises(RaceError):
        put(second, 1)
    second.look()
    put(second, 2)
    assert len(snapshot(second.address).files) == 2


def test_keys_are_known_to_whoever_looks(tmp_path: Path) -> None:
    put(appender(tmp_path), 1, "a", "b")
    one = appender(tmp_path)
    assert [one.knows(key) for key in ("a", "b", "c")] == [True, True, False]


def test_a_key_is_forgotten_a_week_after(tmp_path: Path) -> None:
    one = appender(tmp_path)
    one.append(table_of({"x": ("double", [1.0])}), 1, ["old"], 0)
    assert (appender(tmp_path).knows("old"), appender(tmp_path).place()) == (False, 1)


def test_few_files_are_left_as_they_are(tmp_path: Path) -> None:
    one = appender(tmp_path)
    put(one, 1)
    assert not one.tidy()
    assert not Appender(str(tmp_path / "none")).tidy()


def test_a_version_says_its_files_and_columns(tmp_path: Path) -> None:
    put(appender(tmp_path), 1)
    seen = snapshot(str(tmp_path / "t"))
    assert (seen.version, len(seen.files), dict(seen.types)) == (0, 1, {"x": "double"})


def test_no_table_is_told_from_a_table_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TableMissingError):
        snapshot(str(tmp_path / "t"))
    put(appender(tmp_path), 1)
    next((tmp_path / "t" / "_delta_log").glob("*.json")).write_text("{damaged")
    with pytest.raises(SourceError) as refused:
        snapshot(str(tmp_path / "t"))
    assert not isinstance(refused.value, TableMissingError)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("a.parquet", "a.parquet"),
        ("d=a%20b/c.parquet", "d=a b/c.parquet"),
        ("file:///x/a%20b.parquet", "/x/a b.parquet"),
    ],
)
def test_a_path_of_the_log_is_made_readable(written: str, path: str) -> None:
    assert located(written) == path
