"""A step takes in what is new and says what it took; the reference set is counted once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bellbuoy.errors import StateError
from bellbuoy.profiles.ages import PAST_ALL
from bellbuoy.profiles.collect import ARRIVALS, ROWS, Plan
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile
from bellbuoy.profiles.records import Codes
from bellbuoy.profiles.reference import ReferenceTable, count_reference, deposit_reference
from bellbuoy.profiles.series import REFERENCE, Counts, Slice
from bellbuoy.profiles.step import Step, step
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.port import KeyType, Kind
from bellbuoy.store.database import Database
from bellbuoy.testing import MemorySource, Value
from bellbuoy.windows import Grain

START = datetime(2024, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=1)
Row = Mapping[str, Value]


def prediction(key: Value, hour: int | None = 0, score: float = 0.7) -> Row:
    return {"id": key, "ts": None if hour is None else START + timedelta(hours=hour), "score": score}


def label(key: Value, value: Value = 1, hour: int = 2) -> Row:
    return {"id": key, "label": value, "known": START + timedelta(hours=hour)}


class Stage:
    """A state, a model and its two sources."""

    def __init__(self, folder: Path) -> None:
        self.database = Database.open("sqlite:///state.db", folder)
        self.predictions, self.labels, self.reading = MemorySource(), MemorySource(), ExitStack()
        table = LabelTable(self.labels, "id", "label", "known", None, Kind.NUMBER)
        kinds = {"ts": Kind.MOMENT, "score": Kind.NUMBER}
        plan, target = Plan(Grain.HOUR, "ts", ("score",), ("score",)), Target("binary", ("0", "1"), ("score",), None)
        folder = folder / "ledger"
        self.watch = Watch("m", plan, target, kinds, self.predictions, "id", KeyType.WHOLE, table, folder)

    def rows(self, column: str) -> Mapping[str, int]:
        with self.database.read() as shelf:
            profiles = Counts(shelf, "m", Grain.HOUR).profiles(column, Grain.DAY)
        profile = next(iter(profiles.values()))
        assert isinstance(profile, CategoryProfile)
        return {"all": profile.rows, **profile.counts}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    with made.reading:
        yield made
    made.database.close()


def test_a_step_says_what_it_took_in(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1), prediction(2), prediction(2)]
    stage.labels.rows = [label(1), label(9)]
    done = step(stage.database, stage.watch, now=NOW)
    assert (done.rows, done.duplicates, done.labels, done.matched, done.unknown) == (2, 1, 2, 1, 1)


def test_an_id_that_came_before_is_a_duplicate(stage: Stage) -> None:
    for _ in range(2):
        stage.predictions.rows = [*stage.predictions.rows, prediction(1)]
        step(stage.database, stage.watch, now=NOW)
    assert stage.rows(ROWS) == {"all": 2, "duplicate": 1}


def test_a_row_of_the_future_is_counted_and_flagged(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1, hour=48)]
    step(stage.database, stage.watch, now=NOW)
    assert stage.rows(ROWS) == {"all": 1, "future": 1}


def test_a_row_without_time_counts_as_of_now(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1, hour=None)]
    step(stage.database, stage.watch, now=NOW)
    with stage.database.read() as shelf:
        assert list(Counts(shelf, "m", Grain.HOUR).profiles("score", "1h")) == [int(NOW.timestamp())]


def test_labels_tell_how_many_of_them_came_for_nothing_known(stage: Stage) -> None:
    stage.labels.rows = [label(9)]
    step(stage.database, stage.watch, now=NOW)
    assert stage.rows(ARRIVALS) == {"all": 1, "unknown id": 1}


def test_a_label_that_means_nothing_is_told(stage: Stage) -> None:
    labels = MemorySource([label(1, "maybe")])
    assert stage.watch.labels is not None
    table = replace(stage.watch.labels, source=labels, kind=Kind.CATEGORY)
    target = Target("multiclass", ("yes", "no"), (), "score")
    done = step(stage.database, replace(stage.watch, labels=table, target=target), now=NOW)
    assert [note.code for note in done.notes] == ["odd-label"]


def test_a_step_without_labels_or_ids_counts_all_the_same(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1), prediction(1)]
    done = step(stage.database, replace(stage.watch, id=None, labels=None), now=NOW)
    assert (done.rows, done.duplicates) == (2, 0)


def test_nothing_new_is_a_cycle_too(stage: Stage) -> None:
    step(stage.database, stage.watch, now=NOW)
    with stage.database.read() as shelf:
        assert shelf.model("m").cycle == 1


def test_of_two_steps_on_one_cycle_the_second_is_refused(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1)]
    late = Step(stage.database, stage.watch, NOW)
    step(stage.database, stage.watch, now=NOW)
    with pytest.raises(StateError, match="another process"):
        late.run()


def test_the_newest_prediction_is_remembered(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1, hour=3), prediction(2, hour=1)]
    step(stage.database, stage.watch, now=NOW)
    with stage.database.read() as shelf:
        assert shelf.model("m").facts["latest"] == int((START + timedelta(hours=3)).timestamp() * 1e6)


def test_the_reference_is_counted_whole_with_its_outcome(stage: Stage) -> None:
    source = MemorySource([{**prediction(key, hour=key), "label": key % 2} for key in range(6)])
    codes, table = Codes({}), ReferenceTable(source, "label")
    made = count_reference(stage.watch, table, {}, codes, NOW)
    assert made is not None
    with stage.database.beat("m", 0) as beat:
        deposit_reference(beat, made, codes)
        counts = Counts(beat, "m", Grain.HOUR)
        profile, outcome = counts.reference("score"), counts.reference_outcome()
    assert isinstance(profile, NumericProfile)
    assert outcome is not None
    assert (made.rows, profile.rows, outcome.rows) == (6, 6, 6)


def test_a_reference_that_stands_is_not_counted_again(stage: Stage) -> None:
    source = MemorySource([prediction(1)])
    made = count_reference(stage.watch, ReferenceTable(source), {}, Codes({}), NOW)
    assert made is not None
    assert count_reference(stage.watch, ReferenceTable(source), made.mark, Codes({}), NOW) is None


def test_a_new_reference_takes_the_place_of_the_old(stage: Stage) -> None:
    for rows in ([prediction(1)], [prediction(1), prediction(2)]):
        made = count_reference(stage.watch, ReferenceTable(MemorySource(rows)), {}, Codes({}), NOW)
        assert made is not None
        with stage.database.read() as shelf:
            cycle = shelf.model("m").cycle
        with stage.database.beat("m", cycle) as beat:
            deposit_reference(beat, made, Codes({}))
            beat.finish(at=0, facts={})
    with stage.database.read() as shelf:
        assert {row.rows for _, row in shelf.profiles(list(shelf.series("m", grain=REFERENCE)), None, None)} == {2}


def test_a_reference_label_of_which_nobody_knows_since_when_has_neither_age_nor_delay(stage: Stage) -> None:
    rows = [{**prediction(key), **label(key), **({"known": None} if key else {})} for key in range(4)]
    source = MemorySource(rows)
    made = count_reference(stage.watch, ReferenceTable(source, "label", "known"), {}, Codes({}), NOW)
    assert made is not None
    (delays,), (outcomes,) = made.pairs.delays.values(), made.pairs.outcomes.values()
    assert [(part.rows, part.total) for part in delays.values()] == [(1, 7_200.0)]
    assert {rung: part.rows for aged in outcomes.values() for rung, part in aged.parts.items()} == {3: 1, PAST_ALL: 3}


def taken_in(stage: Stage, rows: Sequence[Row]) -> Counts:
    """The counts of a reference set of some rows; the beat that made it was committed."""
    codes = Codes({})
    made = count_reference(stage.watch, ReferenceTable(MemorySource(rows)), {}, codes, NOW)
    assert made is not None
    with stage.database.read() as shelf:
        cycle = shelf.model("m").cycle
    with stage.database.beat("m", cycle) as beat:
        deposit_reference(beat, made, codes)
        beat.put_names(codes.fresh)
        beat.finish(at=0, facts={})
    return Counts(stage.reading.enter_context(stage.database.read()), "m", Grain.HOUR)


def test_the_reference_is_kept_by_window_too(stage: Stage) -> None:
    counts = taken_in(stage, [prediction(key, hour=key // 2) for key in range(6)])
    first = int(START.timestamp())
    hours = [first, first + 3_600, first + 7_200]
    assert {start: part.rows for start, part in counts.reference_profiles("score").items()} == dict.fromkeys(hours, 2)
    assert counts.reference_rows() == dict.fromkeys(hours, 2)


def test_a_slice_of_the_reference_has_the_windows_that_start_in_it(stage: Stage) -> None:
    counts = taken_in(stage, [prediction(key, hour=key) for key in range(6)])
    first = int(START.timestamp())
    where = Slice(start=first + 3_600, end=first + 3 * 3_600)
    assert list(counts.reference_rows(where)) == [first + 3_600, first + 7_200]


def test_a_reference_without_times_has_no_windows(stage: Stage) -> None:
    counts = taken_in(stage, [prediction(key, hour=None) for key in range(3)])
    assert (counts.reference_profiles("score"), counts.reference_rows()) == ({}, {})
    assert counts.reference("score") is not None


def test_a_new_reference_takes_the_place_of_the_old_windows(stage: Stage) -> None:
    taken_in(stage, [prediction(1, hour=1)])
    counts = taken_in(stage, [prediction(1, hour=5)])
    assert list(counts.reference_rows()) == [int(START.timestamp()) + 5 * 3_600]


def test_hosts_of_the_reference_have_windows_as_live_ones_have(stage: Stage) -> None:
    kinds = {**stage.watch.kinds, "host": Kind.CATEGORY}
    stage.watch = replace(stage.watch, plan=replace(stage.watch.plan, segments=("host",)), kinds=kinds)
    rows = [{**prediction(key, hour=key // 2), "host": f"h{key % 2}"} for key in range(4)]
    counts, where = taken_in(stage, rows), Slice(by="host", segment="h1")
    assert list(counts.reference_rows(where).values()) == [1, 1]
    assert [part.rows for part in counts.reference_profiles("score", where).values()] == [1, 1]


def test_the_windows_of_the_reference_are_none_of_the_models_own(stage: Stage) -> None:
    counts = taken_in(stage, [prediction(key, hour=key) for key in range(3)])
    assert (counts.profiles("score", "1h"), counts.segments(), counts.versions()) == ({}, {}, [])


def test_outcomes_of_the_reference_are_by_day_at_the_ages_of_hours(stage: Stage) -> None:
    rows = [{**prediction(key, hour=hour), **label(key, hour=hour + 1)} for key, hour in enumerate((1, 5))]
    made = count_reference(stage.watch, ReferenceTable(MemorySource(rows), "label", "known"), {}, Codes({}), NOW)
    assert made is not None
    ((line, outcomes),) = made.pairs.outcomes.items()
    assert (line.grain, list(outcomes)) == ("1d", [int(START.timestamp())])
    # An hour after the prediction at the full hour is right at its window's end.
    assert {rung: part.rows for rung, part in outcomes[int(START.timestamp())].parts.items()} == {0: 2}
