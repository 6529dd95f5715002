"""What every store promises: one transaction a cycle, on top of the one before, seen whole or not at all."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bellbuoy.errors import StateError
from bellbuoy.store.database import Beat, Database
from bellbuoy.store.port import CATEGORY, NUMBER, AlarmRow, LedgerPart, NoteRow, OutcomeRow, ProfileRow, Series

LINE = Series("1h", "wind", "v1", "origin", "JFK")
WIND = ProfileRow(
    3_600, NUMBER, 9, 1, 1, 1, 1, 1, 1.5, None, -2.0, 1e300, scale=5, other=0, sketch=b"", cells=b"\x00\xff"
)
ORIGIN = ProfileRow(7_200, CATEGORY, 2**40, 3, other=7, sketch=bytes(256), cells=b"cells")
OUTCOME = OutcomeRow(3_600, 12, b"\x00parts")


def put(database: Database, *rows: ProfileRow, line: Series = LINE) -> None:
    with database.beat("m", cycles(database)) as beat:
        beat.put_profiles(line, rows)
        beat.finish(at=1, facts={})


def cycles(database: Database) -> int:
    with database.read() as shelf:
        return shelf.model("m").cycle


def profiles(database: Database, start: int | None = None, end: int | None = None) -> list[ProfileRow]:
    with database.read() as shelf:
        return [row for _, row in shelf.profiles(list(shelf.series("m")), start, end)]


def test_a_profile_comes_back_as_it_was(database: Database) -> None:
    put(database, WIND, ORIGIN)
    assert profiles(database) == [WIND, ORIGIN]


def test_writing_again_replaces_what_stood(database: Database) -> None:
    put(database, WIND, ORIGIN)
    put(database, WIND._replace(rows=10))
    assert profiles(database) == [WIND._replace(rows=10), ORIGIN]


def test_writing_twice_in_one_beat_replaces_too(database: Database) -> None:
    with database.beat("m", 0) as beat:
        beat.put_profiles(LINE, [WIND])
        beat.put_profiles(LINE, [WIND._replace(rows=10)])
    assert profiles(database) == [WIND._replace(rows=10)]


def test_a_stretch_is_half_open(database: Database) -> None:
    put(database, WIND, ORIGIN)
    assert profiles(database, 3_600, 7_200) == [WIND]


def test_thousands_of_windows_are_read_in_order(database: Database) -> None:
    put(database, *(WIND._replace(start=3_600 * place) for place in reversed(range(2_100))))
    assert [row.start for row in profiles(database)] == [3_600 * place for place in range(2_100)]


def test_wanted_windows_are_found_among_many(database: Database) -> None:
    put(database, *(WIND._replace(start=3_600 * place) for place in range(1_200)))
    with database.beat("m", 1) as beat:
        assert set(beat.profiles_at(LINE, range(0, 3_600 * 1_300, 7_200))) == set(range(0, 3_600 * 1_200, 7_200))


def test_an_outcome_comes_back_as_it_was(database: Database) -> None:
    with database.beat("m", 0) as beat:
        beat.put_outcomes(LINE, [OUTCOME])
        assert beat.outcomes_at(LINE, [3_600, 7_200]) == {3_600: OUTCOME}


def test_everything_else_comes_back_as_it_was(database: Database) -> None:
    part, note = LedgerPart("predictions", "p-1", 3, 1, 2), NoteRow("odd", "x", "a thing", 1, 1)
    alarm = AlarmRow("a1", "auc-floor", "firing", 5, fired_at=5, value=0.5, threshold=0.7, reason="held")
    with database.beat("m", 0) as beat:
        beat.put_ledger("predictions", [part])
        beat.put_notes([note])
        beat.put_alarms([alarm])
        beat.put_names({1: "ü—x", 2: ""})
        beat.put_mark("predictions", {"cursor": 2**53, "files": {"a": [1, None, True]}})
        beat.finish(at=7, facts={"latest": 9})
    with database.read() as shelf:
        assert (shelf.ledger("m", "predictions"), shelf.notes("m"), shelf.alarms("m")) == ([part], [note], [alarm])
        assert shelf.names("m") == {1: "ü—x", 2: ""}
        model = shelf.model("m")
    assert (model.cycle, model.cycled_at, model.facts) == (1, 7, {"latest": 9})
    assert model.marks == {"predictions": {"cursor": 2**53, "files": {"a": [1, None, True]}}}


def test_a_note_that_stands_keeps_its_first_date(database: Database) -> None:
    for cycle, at in enumerate((3, 8)):
        with database.beat("m", cycle) as beat:
            beat.put_notes([NoteRow("odd", "x", f"seen {at}", at, at)])
            beat.finish(at=at, facts={})
    with database.read() as shelf:
        assert shelf.notes("m") == [NoteRow("odd", "x", "seen 8", 3, 8)]


def test_dropping_a_grain_leaves_the_others(database: Database) -> None:
    put(database, WIND)
    put(database, WIND, line=replace(LINE, grain="reference"))
    with database.beat("m", 2) as beat:
        beat.drop_grain("reference")
    assert profiles(database) == [WIND]


def test_the_newest_profile_is_found(database: Database) -> None:
    put(database, WIND, ORIGIN)
    with database.read() as shelf:
        assert shelf.newest_profile(list(shelf.series("m"))) == 7_200
        assert shelf.newest_profile([]) is None


def test_models_do_not_see_each_other(database: Database) -> None:
    put(database, WIND)
    with database.beat("other", 0) as beat:
        beat.put_profiles(LINE, [ORIGIN])
        beat.finish(at=1, facts={})
    assert profiles(database) == [WIND]


def test_a_beat_that_fails_leaves_the_state_as_it_was(database: Database) -> None:
    put(database, WIND)
    with pytest.raises(ZeroDivisionError), database.beat("m", 1) as beat:
        write_everywhere(beat)
    assert profiles(database) == [WIND]
    assert cycles(database) == 1


def write_everywhere(beat: Beat) -> None:
    beat.put_profiles(LINE, [WIND._replace(rows=99)])
    beat.put_names({5: "x"})
    beat.put_mark("predictions", {"cursor": 1})
    beat.finish(at=2, facts={"x": 1})
    raise ZeroDivisionError


def test_readers_see_the_last_commit_while_a_beat_writes(database: Database) -> None:
    put(database, WIND)
    with database.beat("m", 1) as beat:
        beat.put_profiles(LINE, [WIND._replace(rows=99)])
        assert profiles(database) == [WIND]
        beat.finish(at=2, facts={})
    assert profiles(database) == [WIND._replace(rows=99)]


def test_a_reader_sees_one_moment_throughout(database: Database) -> None:
    put(database, WIND)
    with database.read() as shelf:
        before = shelf.model("m").cycle
        put(database, ORIGIN)
        assert shelf.model("m").cycle == before


def test_a_beat_on_top_of_an_old_cycle_is_refused(database: Database) -> None:
    put(database, WIND)
    with pytest.raises(StateError, match="another process"), database.beat("m", 0):
        pass
    assert profiles(database) == [WIND]


@pytest.mark.parametrize("before", [0, 1])
def test_of_two_beats_at_once_the_second_is_refused(url: str, tmp_path: Path, before: int) -> None:
    """Also where neither finds the model there."""
    first, second = Database.open(url, tmp_path), Database.open(url, tmp_path)
    for _ in range(before):
        put(first, WIND)
    refused: list[StateError] = []
    with first.beat("m", before) as beat:
        other = threading.Thread(target=beat_too, args=(second, before, refused))
        other.start()
        other.join(0.5)
        beat.put_profiles(LINE, [ORIGIN])
        beat.finish(at=1, facts={})
    other.join(30)
    assert [len(refused), cycles(first)] == [1, before + 1]
    first.close()
    second.close()


def beat_too(database: Database, cycle: int, refused: list[StateError]) -> None:
    try:
        with database.beat("m", cycle) as beat:
            beat.finish(at=2, facts={})
    except StateError as why:
        refused.append(why)


def test_two_models_may_beat_one_after_the_other(database: Database) -> None:
    for name in ("a", "b", "a"):
        with database.read() as shelf:
            cycle = shelf.model(name).cycle
        with database.beat(name, cycle) as beat:
            beat.finish(at=1, facts={})
    with database.read() as shelf:
        assert {name: row.cycle for name, row in shelf.models().items()} == {"a": 2, "b": 1}
