"""What every source promises, whatever its kind (`sources/port.py`)."""

from __future__ import annotations

import json
import math
from datetime import timedelta

import numpy as np
import pytest
from tests.contract.sources.worlds import DAY, Files, Row, World, drawn, values

from bellbuoy.sources.keys import keys_of
from bellbuoy.sources.port import KeyType, Kind, Mark, Pull, Want
from bellbuoy.testing import Value
from bellbuoy.windows import to_micro

HOUR = timedelta(hours=1)
LATER = DAY + timedelta(days=30)
X = Want({"x": Kind.NUMBER}, id="id", cursor="seen")


def row(number: int, **more: float | str | bool | None) -> Row:
    """A row that became visible `number` hours after the start."""
    return {"id": number, "x": float(number), "name": f"n{number}", "seen": DAY + number * HOUR, **more}


def rows(*numbers: int) -> list[Row]:
    return [row(number) for number in numbers]


def kept(mark: Mark) -> Mark:
    """A mark as it comes back from the state."""
    back: Mark = json.loads(json.dumps(mark))
    return back


def finished(pull: Pull) -> Pull:
    list(pull)
    return pull


def gap(world: World, request: pytest.FixtureRequest, kinds: set[str], why: str) -> None:
    """A known gap of some kinds: the test fails on the day that it closes."""
    if world.kind in kinds:
        request.applymarker(pytest.mark.xfail(reason=why, strict=True))


def test_the_same_rows_come_out(world: World) -> None:
    world.add(rows(1, 2, 3))
    assert drawn(world.source().pull(X, {}, LATER), "x") == [1.0, 2.0, 3.0]


def test_a_source_says_which_of_some_columns_it_has(world: World) -> None:
    world.add(rows(1, 2))
    assert world.source().having(["x", "nmae", "id"]) == {"x", "id"}


def test_columns_say_what_is_there(world: World) -> None:
    world.add([row(1, ok=True), row(2, ok=False)])
    kinds = world.source().columns()
    assert {name: kinds[name] for name in ("id", "x", "name")} == {
        "id": Kind.NUMBER,
        "x": Kind.NUMBER,
        "name": Kind.CATEGORY,
    }


def test_a_time_with_a_zone_is_a_moment(world: World) -> None:
    world.add(rows(1))
    assert world.source().columns()["seen"] is Kind.MOMENT


def test_keys_are_the_ids(world: World) -> None:
    world.add(rows(7, 8))
    keys = np.concatenate([part.keys for part in world.source().pull(X, {}, LATER) if part.keys is not None])
    assert keys.tolist() == [7, 8]


def test_keys_of_texts_are_the_same_everywhere(world: World) -> None:
    names: list[Row] = [{"id": 1, "word": "é", "seen": DAY}, {"id": 2, "word": "B-17", "seen": DAY + HOUR}]
    world.add(names)
    pull = world.source().pull(Want({}, id="word", key_type=KeyType.TEXT, cursor="seen"), {}, LATER)
    found = np.concatenate([part.keys for part in pull if part.keys is not None])
    assert found.tolist() == keys_of(["é", "B-17"], KeyType.TEXT)[0].tolist()


def test_ids_tell_their_key_type(world: World) -> None:
    world.add(rows(1))
    source = world.source()
    assert (source.key_type("id"), source.key_type("name")) == (KeyType.WHOLE, KeyType.TEXT)


def test_nothing_is_given_twice(world: World) -> None:
    world.add(rows(1, 2))
    mark = kept(finished(world.source().pull(X, {}, LATER)).mark)
    assert drawn(world.source().pull(X, mark, LATER), "x", again=False) == []


def test_new_rows_come_and_only_they(world: World) -> None:
    world.add(rows(1, 2))
    mark = kept(finished(world.source().pull(X, {}, LATER)).mark)
    world.add(rows(3, 4))
    assert drawn(world.source().pull(X, mark, LATER), "x", again=False) == [3.0, 4.0]


def test_rows_of_the_future_are_held_back(world: World) -> None:
    world.add(rows(1, 2, 3, 4))
    first = world.source().pull(X, {}, DAY + 2 * HOUR)
    assert drawn(first, "x") == [1.0, 2.0]
    assert drawn(world.source().pull(X, kept(first.mark), LATER), "x", again=False) == [3.0, 4.0]


@pytest.mark.parametrize("id_", ["id", None])
def test_hour_by_hour_every_row_comes_once(world: World, id_: str | None) -> None:
    want, found = Want({"x": Kind.NUMBER}, id=id_, cursor="seen"), list[Value]()
    mark: Mark = {}
    for hour in range(1, 7):
        world.add(rows(hour))
        pull = world.source().pull(want, mark, DAY + (hour - 1) * HOUR)
        found += drawn(pull, "x", again=False)
        mark = kept(pull.mark)
    found += drawn(world.source().pull(want, mark, LATER), "x", again=False)
    assert found == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def test_without_a_cursor_new_rows_are_told_by_place(world: World) -> None:
    want = Want({"x": Kind.NUMBER})
    world.add(rows(1, 2))
    mark = kept(finished(world.source().pull(want, {}, LATER)).mark)
    world.add(rows(3))
    assert drawn(world.source().pull(want, mark, LATER), "x") == [3.0]


def test_without_a_cursor_known_rows_come_again_at_most(world: World) -> None:
    want = Want({"x": Kind.NUMBER}, id="id")
    world.add(rows(1, 2))
    mark = kept(finished(world.source().pull(want, {}, LATER)).mark)
    world.add(rows(3))
    given = [x for part in world.source().pull(want, mark, LATER) for x in values(part.columns["x"])]
    assert given in ([3.0], [1.0, 2.0, 3.0])


def test_a_late_row_is_still_found_within_the_look_back(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"memory"}, "the fake has no look-back")
    world.add(rows(1, 5))
    mark = kept(finished(world.source().pull(X, {}, LATER)).mark)
    world.add(rows(4))
    assert 4.0 in drawn(world.source(look_back=2 * HOUR).pull(X, mark, LATER), "x")


def test_numbers_keep_what_is_special_about_them(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"sqlite"}, "SQLite keeps NaN as null")
    special = [math.nan, math.inf, -math.inf, -0.0, None, 1e-300]
    world.add([{**row(at), "x": x} for at, x in enumerate(special)])
    found = drawn(world.source().pull(X, {}, LATER), "x")
    assert list(map(repr, found)) == list(map(repr, special))


def test_texts_come_as_they_are(world: World) -> None:
    texts = ["plain", "ünï", None, 'quote "q"', "comma, semicolon;", "100"]
    world.add([{**row(at), "name": text} for at, text in enumerate(texts)])
    pull = world.source().pull(Want({"name": Kind.CATEGORY}, cursor="seen"), {}, LATER)
    assert drawn(pull, "name") == texts


def test_truths_are_the_words_true_and_false(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"sqlite"}, "SQLite keeps truths as 1 and 0")
    world.add([row(1, ok=True), row(2, ok=None), row(3, ok=False)])
    pull = world.source().pull(Want({"ok": Kind.CATEGORY}, cursor="seen"), {}, LATER)
    assert drawn(pull, "ok") == ["true", None, "false"]


def test_moments_are_exact(world: World) -> None:
    at = DAY + timedelta(microseconds=123_457)
    world.add([{**row(1), "at": at}])
    pull = world.source().pull(Want({"at": Kind.MOMENT}, cursor="seen"), {}, LATER)
    assert drawn(pull, "at") == [at]


def test_a_time_without_zone_is_utc_and_said_once(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"memory"}, "the fake takes moments with a zone")
    world.add([{**row(hour), "naive": (DAY + hour * HOUR).replace(tzinfo=None)} for hour in range(3)])
    pull = world.source().pull(Want({"naive": Kind.MOMENT}, cursor="seen"), {}, LATER)
    assert drawn(pull, "naive") == [DAY + hour * HOUR for hour in range(3)]
    assert [note.code for note in pull.notes if note.where == "naive"] == ["no-zone"]


def test_a_column_that_is_not_there_is_null(world: World) -> None:
    world.add(rows(1, 2))
    pull = world.source().pull(Want({"lost": Kind.NUMBER}, id="id", cursor="seen"), {}, LATER)
    assert drawn(pull, "lost") == [None, None]


def test_a_column_that_is_not_there_is_noted(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"memory"}, "the fake notes nothing")
    world.add(rows(1, 2))
    pull = finished(world.source().pull(Want({"lost": Kind.NUMBER}, cursor="seen"), {}, LATER))
    assert [(note.code, note.where) for note in pull.notes] == [("no-column", "lost")]


def test_a_column_that_is_new_is_noted_once(world: World) -> None:
    if world.kind not in {"parquet", "csv", "inbox"}:
        pytest.skip("the table holds columns to its own, and lines do not say which they have")
    mark = None
    notes = []
    for batch in (rows(1), [{**row(2), "more": 1.0}], [{**row(3), "more": 1.0}]):
        world.add(batch)
        pull = finished(world.source().pull(X, mark or {}, LATER))
        mark = kept(pull.mark)
        notes.append([(note.code, note.where) for note in pull.notes])
    assert notes == [[], [("new-column", "more")], []]


def test_what_is_no_number_counts_as_null_and_is_noted(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"memory"}, "the fake notes nothing")
    world.add(rows(1, 2))
    pull = world.source().pull(Want({"name": Kind.NUMBER}, cursor="seen"), {}, LATER)
    assert drawn(pull, "name") == [None, None]
    assert [(note.code, note.where) for note in pull.notes] == [("odd-number", "name")]


def test_a_number_as_a_category_is_its_shortest_text(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"csv", "ndjson", "memory"}, "the text of a number is taken as it is")
    world.add([{**row(1), "x": 1.0}, {**row(2), "x": 2.5}])
    pull = world.source().pull(Want({"x": Kind.CATEGORY}, cursor="seen"), {}, LATER)
    assert drawn(pull, "x") == ["1", "2.5"]


def test_a_null_id_has_no_key(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"memory"}, "the fake wants ids")
    world.add([row(1), {**row(2), "id": None}])
    parts = list(world.source().pull(X, {}, LATER))
    keyless = [gone for part in parts for gone in (part.keyless if part.keyless is not None else [False] * part.count)]
    assert keyless == [False, True]


@pytest.mark.parametrize("id_", ["id", None])
def test_a_row_without_a_cursor_comes_once(world: World, request: pytest.FixtureRequest, id_: str | None) -> None:
    gap(world, request, {"memory"}, "the fake wants a cursor in every row")
    want = Want({"x": Kind.NUMBER}, id=id_, cursor="seen")
    world.add([row(1), {**row(2), "seen": None}])
    first = world.source().pull(want, {}, LATER)
    assert sorted(map(str, drawn(first, "x"))) == ["1.0", "2.0"]
    world.add(rows(3))
    assert drawn(world.source().pull(want, kept(first.mark), LATER), "x", again=False) == [3.0]


def test_a_look_back_gives_rows_again_and_says_so(world: World, request: pytest.FixtureRequest) -> None:
    gap(world, request, {"memory", "inbox"}, "no row can be late there")
    world.add(rows(1, 2))
    mark = kept(finished(world.source().pull(X, {}, LATER)).mark)
    world.add([{**row(2), "id": 9, "x": 9.0}])
    pull = world.source(look_back=HOUR / 2).pull(X, mark, LATER)
    assert 9.0 in drawn(pull, "x", again=True)


def test_nothing_there_is_no_fault(world: World) -> None:
    assert list(world.source().pull(X, {}, LATER)) == []


def test_a_mark_stays_where_it_was_when_there_is_nothing(world: World) -> None:
    world.add(rows(1))
    mark = kept(finished(world.source().pull(X, {}, LATER)).mark)
    assert kept(finished(world.source().pull(X, mark, LATER)).mark)["cursor"] == to_micro(DAY + HOUR)


def test_a_type_that_changes_between_files_loses_no_row(world: World, request: pytest.FixtureRequest) -> None:
    if world.kind not in {"parquet", "csv", "ndjson", "inbox"}:
        pytest.skip("the table holds columns to their type")
    del request
    world.add(rows(1))
    world.add([{**row(2), "x": "2.5"}, {**row(3), "x": "many"}])
    pull = world.source().pull(X, {}, LATER)
    assert drawn(pull, "x") == [1.0, 2.5, None]
    assert [(note.code, note.where) for note in pull.notes] == [("odd-number", "x")]


def test_a_broken_file_stops_no_other_and_is_tried_again(world: World) -> None:
    if not isinstance(world, Files):
        pytest.skip("there are no files")
    world.add(rows(1))
    broken = world.folder / "rows" / f"002.{world.kind}"
    broken.write_bytes(b"")
    pull = world.source().pull(X, {}, LATER)
    assert drawn(pull, "x") == [1.0]
    assert [note.code for note in pull.notes] == ["unreadable"]
    world._count = 1
    world.add(rows(2))
    assert drawn(world.source().pull(X, kept(pull.mark), LATER), "x") == [2.0]
