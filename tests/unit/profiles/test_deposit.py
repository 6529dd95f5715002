"""What a cycle counted is added to what stands, at the model's grain and by day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bellbuoy.profiles.ages import Aged
from bellbuoy.profiles.collect import DELAY, OUTCOME, add_profiles, count_numbers
from bellbuoy.profiles.deposit import deposit_outcomes, deposit_profiles
from bellbuoy.profiles.outcome import Outcome, binary_outcome
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile
from bellbuoy.profiles.records import Codes
from bellbuoy.profiles.series import REFERENCE, Counts, Slice, kept_grain, total
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.profiles.spread import Groups
from bellbuoy.store.database import Beat, Database
from bellbuoy.store.port import Series
from bellbuoy.windows import Grain

LINE = Series("1h", "x")
DAY = 86_400


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open("sqlite:///state.db", tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def beat(database: Database) -> Iterator[Beat]:
    with database.beat("m", 0) as opened:
        yield opened


def number(*values: float) -> NumericProfile:
    return count_numbers(np.array(values), None, Groups(np.zeros(len(values), np.int64), 1)).profile(0)


def read(beat: Beat, column: str, grain: str, codes: Codes | None = None, where: Slice | None = None) -> dict[int, str]:
    counts = Counts(beat, "m", Grain.HOUR, codes.fresh if codes else {})
    return {start: repr(part) for start, part in counts.profiles(column, grain, where or Slice()).items()}


def test_a_second_deposit_adds_to_the_first(beat: Beat) -> None:
    deposit_profiles(beat, LINE, {0: number(1.0), 3_600: number(2.0)}, Codes({}))
    deposit_profiles(beat, LINE, {3_600: number(4.0)}, Codes({}))
    assert read(beat, "x", "1h") == {0: repr(number(1.0)), 3_600: repr(number(2.0, 4.0))}


def test_days_are_kept_as_well(beat: Beat) -> None:
    for value in (1.0, 2.0):
        deposit_profiles(beat, LINE, {0: number(value), 3_600: number(value), DAY: number(value)}, Codes({}))
    kept = {line.grain for line in beat.series("m").values()}
    assert kept == {"1h", "1d"}
    assert read(beat, "x", "1d") == {0: repr(number(1.0, 1.0, 2.0, 2.0)), DAY: repr(number(1.0, 2.0))}


def test_a_model_by_day_has_no_second_set_of_days(beat: Beat) -> None:
    deposit_profiles(beat, Series("1d", "x"), {0: number(1.0)}, Codes({}))
    assert len(beat.series("m")) == 1


def test_weeks_are_rolled_up_from_days(beat: Beat) -> None:
    monday = 4 * DAY
    deposit_profiles(beat, LINE, {monday: number(1.0), monday + 6 * DAY: number(2.0)}, Codes({}))
    assert read(beat, "x", "1w") == {monday: repr(number(1.0, 2.0))}


def test_names_are_kept_by_code(beat: Beat) -> None:
    codes = Codes({})
    deposit_profiles(beat, LINE, {0: CategoryProfile(3, 1, {"a": 1, "b": 1})}, codes)
    deposit_profiles(beat, LINE, {0: CategoryProfile(1, 0, {"b": 1})}, codes)
    assert codes.fresh == {1: "a", 2: "b"}
    assert read(beat, "x", "1h", codes) == {0: repr(CategoryProfile(4, 1, {"a": 1, "b": 2}))}


def test_a_column_that_changed_its_kind_keeps_its_larger_side(beat: Beat) -> None:
    codes = Codes({})
    deposit_profiles(beat, LINE, {0: number(1.0), 3_600: number(*range(9))}, codes)
    deposit_profiles(beat, LINE, {0: CategoryProfile(5, 0, {"a": 5}), 3_600: CategoryProfile(1, 0, {"a": 1})}, codes)
    found = Counts(beat, "m", Grain.HOUR, codes.fresh).profiles("x", "1h")
    assert found[0] == CategoryProfile(6, 1, {"a": 5})
    assert (found[3_600].rows, found[3_600].nulls) == (10, 1)


def aged(outcome: Outcome) -> Aged:
    """An outcome whose labels were all known within a day."""
    return Aged({7: outcome})


def test_outcomes_add_up_and_may_be_taken_back(beat: Beat) -> None:
    line, ones = Series("1h", OUTCOME), np.ones(1, np.int64)
    outcome = binary_outcome(np.array([0.5]), ones, ones)
    deposit_outcomes(beat, line, {0: aged(outcome + outcome)})
    deposit_outcomes(beat, line, {0: aged(outcome - outcome - outcome)})
    assert Counts(beat, "m", Grain.HOUR).outcomes("1h")[0] == outcome


def test_an_outcome_whose_every_row_was_taken_back_is_empty(beat: Beat) -> None:
    line, ones = Series("1h", OUTCOME), np.ones(1, np.int64)
    outcome = binary_outcome(np.array([0.5]), ones, ones)
    deposit_outcomes(beat, line, {0: aged(outcome)})
    deposit_outcomes(beat, line, {0: aged(outcome - outcome - outcome)})
    assert Counts(beat, "m", Grain.HOUR).outcomes("1h")[0].cells == {}


def test_versions_and_segments_are_told_and_told_apart(beat: Beat) -> None:
    for version, segment in (("v1", "JFK"), ("v2", "EWR")):
        deposit_profiles(beat, Series("1h", "x", version, "origin", segment), {0: number(1.0)}, Codes({}))
        deposit_profiles(beat, Series("1h", "x", version), {0: number(1.0)}, Codes({}))
    counts = Counts(beat, "m", Grain.HOUR)
    assert (counts.versions(), counts.segments()) == (["v1", "v2"], {"origin": ["EWR", "JFK"]})
    assert counts.profiles("x", "1h", Slice("v1"))[0].rows == 1
    assert counts.profiles("x", "1h")[0].rows == 2
    assert counts.profiles("x", "1h", Slice(by="origin", segment="EWR"))[0].rows == 1


def test_only_a_stretch_of_time_is_read(beat: Beat) -> None:
    deposit_profiles(beat, LINE, {start: number(1.0) for start in range(0, 5 * 3_600, 3_600)}, Codes({}))
    assert list(read(beat, "x", "1h", where=Slice(start=3_600, end=3 * 3_600))) == [3_600, 7_200]


def test_the_reference_is_one_window(beat: Beat) -> None:
    beat.put_profiles(Series(REFERENCE, "x"), [])
    assert Counts(beat, "m", Grain.HOUR).reference("x") is None


def test_a_column_that_was_never_counted_has_no_profiles(beat: Beat) -> None:
    counts = Counts(beat, "m", Grain.HOUR)
    assert (counts.profiles("y", "1h"), counts.newest("y", "1h")) == ({}, None)


def test_days_serve_days_and_wider_and_the_models_grain_the_rest() -> None:
    assert kept_grain(Grain.HOUR, Grain.WEEK) is Grain.DAY
    assert kept_grain(Grain.MINUTE, Grain.HOUR) is Grain.MINUTE
    assert kept_grain(Grain.WEEK, Grain.WEEK) is Grain.WEEK


def test_nothing_adds_up_to_nothing() -> None:
    assert total({}, add_profiles) is None
    assert total(Sheet.of({0: CategoryProfile(1), 9: CategoryProfile(2)}), add_profiles) == CategoryProfile(3)


def test_an_outcome_taken_back_where_none_stands_is_none(beat: Beat) -> None:
    line, ones = Series("1h", OUTCOME), np.ones(1, np.int64)
    outcome = binary_outcome(np.array([0.5]), ones, ones)
    deposit_outcomes(beat, line, {0: aged(Outcome() - outcome)})
    assert Counts(beat, "m", Grain.HOUR).outcomes("1h")[0] == Outcome()


@pytest.mark.parametrize("standing", [(), (60.0,), (60.0, 7_200.0)])
def test_delays_taken_back_that_do_not_stand_leave_those_that_do(beat: Beat, standing: tuple[float, ...]) -> None:
    line = Series("1d", DELAY)
    deposit_profiles(beat, line, {0: number(*standing)}, Codes({}))
    deposit_profiles(beat, line, {0: number() - number(0.0, 5.0, 5.0)}, Codes({}))
    left = Counts(beat, "m", Grain.DAY).profiles(DELAY, "1d")[0]
    assert isinstance(left, NumericProfile)
    assert (left.rows, left.zeros, left.cells) == (len(standing), 0, number(*standing).cells)
    assert left.total == pytest.approx(sum(standing), rel=0.02)


def test_a_window_whose_delays_all_stand_keeps_its_sums_exact(beat: Beat) -> None:
    line = Series("1d", DELAY)
    deposit_profiles(beat, line, {0: number() - number(5.0), DAY: number(61.0)}, Codes({}))
    left = Counts(beat, "m", Grain.DAY).profiles(DELAY, "1d")[DAY]
    assert isinstance(left, NumericProfile)
    assert left.total == 61.0
