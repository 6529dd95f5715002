"""Clocks that are off and rows that come late are found when the window ends in which the rows came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.clock import clock_findings, lag_board
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.alarms.standard.windows import Followed, Reader
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.reference import ReferenceTable, count_reference, deposit_reference
from bellbuoy.profiles.series import Counts
from bellbuoy.profiles.step import Step
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import Watch
from bellbuoy.sources.port import KeyType, Kind
from bellbuoy.store.database import Database
from bellbuoy.testing import MemorySource, Value
from bellbuoy.windows import Grain, to_seconds

START = datetime(2024, 3, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PER_DAY, DAYS = 144, 24
Row = dict[str, Value]
Change = Callable[[Row], object]


def life(first: int, days: int, spoil: Change = len) -> list[Mapping[str, Value]]:
    """Rows of days, ten minutes apart; each reaches the log a minute later or so."""
    rows: list[Mapping[str, Value]] = []
    for number in range(first * PER_DAY, (first + days) * PER_DAY):
        at = START + number * DAY / PER_DAY
        row: Row = {"id": number + 10_000, "ts": at, "seen": at + MINUTE * (1 + number % 7 / 7), "score": 0.5}
        spoil(row)
        rows.append(row)
    return rows


def moved(column: str, by: timedelta, since: float, until: float = 1_000, of: int = 1) -> Change:
    """Moves a column of the rows between two days, of each so many one."""

    def spoil(row: Row) -> None:
        at, key = row["ts"], row["id"]
        assert isinstance(at, datetime)
        assert isinstance(key, int)
        value = row[column]
        assert isinstance(value, datetime)
        if since <= (at - START) / DAY < until and key % of == 0:
            row[column] = value + by

    return spoil


class Town:
    """A model whose reference set is the 40 days before the start, and a notebook that lives as long as it."""

    def __init__(self, folder: Path) -> None:
        self.database, self.book = Database.open("sqlite:///state.db", folder), Notebook()
        plan, target = Plan(Grain.DAY, "ts", ("score",), cursor="seen"), Target("binary", ("0", "1"), ("score",), None)
        kinds = {"ts": Kind.MOMENT, "score": Kind.NUMBER}
        self.rows, self.normal = MemorySource(life(0, DAYS)), MemorySource(life(-40, 40))
        self.watch = Watch("m", plan, target, kinds, self.rows, "id", KeyType.WHOLE, None, folder / "ledger")

    def refer(self) -> None:
        made = count_reference(self.watch, ReferenceTable(self.normal), {}, self._step(0).codes, START)
        assert made is not None
        step = self._step(0)
        step.run([lambda beat: deposit_reference(beat, made, step.codes)])

    def _step(self, day: float) -> Step:
        return Step(self.database, self.watch, START + day * DAY)

    def found(self, day: float) -> list[Finding]:
        """What is found by a cycle so many days after the start."""
        step = self._step(day)
        step.run()
        with self.database.read() as shelf:
            return clock_findings(self.reader(Counts(shelf, "m", Grain.DAY), day))

    def reader(self, counts: Counts, day: float) -> Reader:
        what = Followed(Subject("binary", ("0", "1")), (), ("score",), time="ts")
        return Reader(counts, what, to_seconds(START + day * DAY), self.book)

    def rang(self, days: range) -> dict[int, set[str]]:
        """The days at whose end something is found, and on which lines."""
        every = {day: {one.line.metric for one in self.found(day) if one.breach is Breach.YES} for day in days}
        return {day: lines for day, lines in every.items() if lines}


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def town(bare: Town) -> Town:
    bare.refer()
    return bare


def test_rows_that_come_as_they_use_to_are_nothing(town: Town) -> None:
    assert town.rang(range(1, DAYS)) == {}
    assert {one.breach for one in town.found(DAYS)} == {Breach.NO}


def test_times_that_are_ahead_are_found_at_the_end_of_the_day_in_which_they_came(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("ts", 5 * HOUR, 15.6))
    assert town.rang(range(13, 19)) == {
        16: {"lag_ahead_rate"},
        17: {"lag", "lag_ahead_rate"},
        18: {"lag", "lag_ahead_rate"},
    }


def test_times_that_are_behind_are_found_too(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("ts", -5 * HOUR, 15.4))
    assert town.rang(range(13, 18)) == {16: {"lag", "lag_late_rate"}, 17: {"lag", "lag_late_rate"}}


def test_rows_that_all_come_late_are_found_on_the_day_on_which_they_come(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("seen", 30 * HOUR, 15.5))
    assert town.rang(range(13, 19)) == {17: {"lag", "lag_late_rate"}, 18: {"lag", "lag_late_rate"}}


def test_a_few_rows_that_come_late_are_found_among_those_that_do_not(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("seen", 30 * HOUR, 15, of=5))
    assert town.rang(range(13, 19)) == {17: {"lag_late_rate"}, 18: {"lag_late_rate"}}


def test_a_source_that_is_ten_days_late_is_found_when_it_comes(town: Town) -> None:
    """In the windows of their own times, the newest of which is ten days old then, nothing would be odd yet."""
    town.rows.rows = life(0, DAYS, moved("seen", 10 * DAY, 8))
    assert list(town.rang(range(15, 20))) == [19]


def test_a_minute_more_is_nothing(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("seen", 2 * MINUTE, 15))
    assert town.rang(range(13, 20)) == {}


def test_what_was_repaired_rings_no_more(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("ts", 5 * HOUR, 15, 17))
    assert list(town.rang(range(13, 22))) == [16, 17, 18]  # most of the last three days are not well on the third


def test_a_finding_says_it_in_words_and_names_the_column_of_times(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("ts", 5 * HOUR, 15))
    [ahead, lag] = sorted((one for one in town.found(17) if one.breach is Breach.YES), key=lambda one: one.told)
    assert (lag.line.column, lag.monitor.name, lag.monitor.kind) == ("ts", "clock", "freshness")
    assert lag.told == "rows reach the log 5h before their time, usually 1m26s after"
    assert ahead.told == "100\u00a0% of rows have a time that lies well after they came, usually 0\u00a0%"


def test_a_process_that_has_just_begun_finds_what_one_that_went_on_does(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("ts", 5 * HOUR, 15.5))
    went_on = [town.found(day) for day in range(10, 18)][-1]
    town.book = Notebook()
    assert town.found(17) == went_on


def test_cycles_in_the_middle_of_a_day_judge_the_days_that_have_ended(town: Town) -> None:
    town.rows.rows = life(0, DAYS, moved("ts", 5 * HOUR, 15.5))
    assert {one.breach for one in town.found(15.9)} == {Breach.NO}
    assert Breach.YES in {one.breach for one in town.found(16.1)}


def test_a_reference_set_without_the_cursor_is_made_up_for_by_the_days_themselves(town: Town) -> None:
    town.normal.rows = [{name: value for name, value in row.items() if name != "seen"} for row in town.normal.rows]
    town.refer()
    town.rows.rows = life(0, DAYS, moved("ts", 5 * HOUR, 20))
    assert town.rang(range(5, 23)) == {day: {"lag", "lag_ahead_rate"} for day in (21, 22)}


@pytest.mark.parametrize("cursor", [None, "ts"])
def test_without_a_cursor_of_its_own_nothing_is_judged(bare: Town, cursor: str | None) -> None:
    bare.watch = replace(bare.watch, plan=replace(bare.watch.plan, cursor=cursor))
    bare.refer()
    assert bare.found(10) == []
    with bare.database.read() as shelf:
        assert lag_board(bare.reader(Counts(shelf, "m", Grain.DAY), 10)) is None


def nightly(row: Row) -> None:
    """What was made on a day comes at two in the night after."""
    at = row["ts"]
    assert isinstance(at, datetime)
    row["seen"] = at.replace(hour=0, minute=0) + 26 * HOUR


def test_rows_that_come_once_a_night_are_usual_where_they_always_did(bare: Town) -> None:
    bare.normal.rows, bare.rows.rows = life(-40, 40, nightly), life(0, DAYS, nightly)
    bare.refer()
    assert bare.rang(range(10, 20)) == {}


def test_a_night_that_was_missed_is_found_in_the_next_one(bare: Town) -> None:
    def missed(row: Row) -> None:
        nightly(row)
        moved("seen", DAY, 15, 16)(row)

    bare.normal.rows, bare.rows.rows = life(-40, 40, nightly), life(0, DAYS, missed)
    bare.refer()
    assert bare.rang(range(14, 20)) == {18: {"lag", "lag_late_rate"}}


@pytest.mark.parametrize("hours", [5, -5])
def test_a_clock_that_is_off_is_found_where_rows_come_once_a_night_too(bare: Town, hours: int) -> None:
    def off(row: Row) -> None:
        nightly(row)
        moved("ts", hours * HOUR, 15)(row)

    bare.normal.rows, bare.rows.rows = life(-40, 40, nightly), life(0, DAYS, off)
    bare.refer()
    assert list(bare.rang(range(14, 18))) == [17]
