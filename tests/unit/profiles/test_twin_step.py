"""From the reference set to readings: the twin is kept with the reference set, and live rows are held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.profiles.twins import DAY, PLAN, START, TARGET, numbers_of, world

from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.step import Gauge
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.taken import Normal
from bellbuoy.profiles import reference as reference_module
from bellbuoy.profiles.profile import NumericProfile, Profile
from bellbuoy.profiles.reference import Reference, ReferenceTable, count_reference, deposit_reference
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice
from bellbuoy.profiles.step import Step
from bellbuoy.profiles.twin_packing import unpack_twin
from bellbuoy.profiles.watch import Watch
from bellbuoy.sources.port import Categories, KeyType, Kind
from bellbuoy.store.database import Database
from bellbuoy.testing import MemorySource, Value
from bellbuoy.windows import Grain

NOW = datetime.fromtimestamp(START, UTC) + timedelta(days=60)
KINDS = {"ts": Kind.MOMENT, "k": Kind.CATEGORY, "host": Kind.CATEGORY} | dict.fromkeys("abc", Kind.NUMBER)
LINE = "#twin:score"
Row = Mapping[str, Value]


def rows_of(seed: int, *, wrong: bool = False, rows: int = 1_200) -> list[Row]:
    """The world as rows; where it is wrong, scores are turned round."""
    made = world(rows, 30, seed)
    k, host = made.columns["k"], made.columns["host"]
    assert isinstance(k, Categories)
    assert isinstance(host, Categories)
    values = {name: numbers_of(made, name).tolist() for name in ("a", "b", "c", "score")}
    span = timedelta(days=30) / rows
    return [
        {
            "id": place,
            "ts": datetime.fromtimestamp(START, UTC) + span * place,
            "k": k.names[k.codes[place]],
            "host": host.names[host.codes[place]],
            **{name: column[place] for name, column in values.items()},
            **({"score": 1 - values["score"][place]} if wrong else {}),
        }
        for place in range(rows)
    ]


class Stage:
    """A state, a model and its rows."""

    def __init__(self, folder: Path) -> None:
        self.database = Database.open("sqlite:///state.db", folder)
        self.live = MemorySource(batch=500)
        kinds = KINDS | {"score": Kind.NUMBER}
        self.watch = Watch("m", PLAN, TARGET, kinds, self.live, "id", KeyType.WHOLE, None, folder / "ledger")

    def cycle(self, reference: list[Row] | None = None, *, anew: bool = False) -> Reference | None:
        """One cycle, which counts the reference set first where there is one."""
        step, made = Step(self.database, self.watch, NOW, anew=anew), None
        if reference is not None:
            made = count_reference(self.watch, ReferenceTable(MemorySource(reference)), {}, step.codes, NOW)
            assert made is not None
            step.set_twin(made.twin)
        step.run([] if made is None else [lambda beat: deposit_reference(beat, made, step.codes)])
        return made

    def profiles(self, where: Slice = EVERYTHING, column: str = LINE) -> dict[int, Profile]:
        with self.database.read() as shelf:
            return Counts(shelf, "m", Grain.HOUR).profiles(column, Grain.DAY, where)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.database.close()


def rows_in(parts: Mapping[int, Profile]) -> int:
    return sum(part.rows for part in parts.values())


def test_live_rows_are_held_against_the_twin_in_the_cycle_that_learnt_it(stage: Stage) -> None:
    stage.live.rows = rows_of(1)
    stage.cycle(rows_of(0))
    assert rows_in(stage.profiles()) == 1_200


def test_and_in_the_cycles_after_it(stage: Stage) -> None:
    stage.cycle(rows_of(0))
    stage.live.rows = rows_of(1)
    stage.cycle()
    assert rows_in(stage.profiles()) == 1_200
    assert rows_in(stage.profiles(Slice(by="host", segment="h1"))) > 400


def test_one_cycle_or_two_count_the_same(stage: Stage, tmp_path: Path) -> None:
    stage.live.rows = rows_of(1)
    stage.cycle(rows_of(0))
    other = Stage(tmp_path / "other")
    other.live.rows = rows_of(1)[:700]
    other.cycle(rows_of(0))
    other.live.rows = rows_of(1)
    other.cycle()
    assert other.profiles() == stage.profiles()
    other.database.close()


def test_a_cycle_that_runs_twice_changes_nothing(stage: Stage) -> None:
    stage.live.rows = rows_of(1)
    stage.cycle(rows_of(0))
    before = stage.profiles()
    stage.cycle()
    assert stage.profiles() == before


def test_without_a_reference_set_nothing_is_held_against_anything(stage: Stage) -> None:
    stage.live.rows = rows_of(1)
    stage.cycle()
    assert stage.profiles() == {}


def test_the_reference_set_has_its_own_days(stage: Stage) -> None:
    stage.cycle(rows_of(0))
    with stage.database.read() as shelf:
        counts = Counts(shelf, "m", Grain.HOUR)
        days, whole = counts.reference_profiles(LINE), counts.reference(LINE)
    assert list(days) == [START + day * DAY for day in range(30)]
    assert whole is not None
    assert whole.rows == 1_200


def test_a_smaller_reference_set_takes_the_twin_away(stage: Stage) -> None:
    stage.cycle(rows_of(0))
    stage.cycle(rows_of(0, rows=100))
    with stage.database.read() as shelf:
        assert shelf.twin("m") is None
        assert Counts(shelf, "m", Grain.HOUR).reference_profiles(LINE) == {}


def test_counting_anew_without_a_reference_set_forgets_the_twin(stage: Stage) -> None:
    stage.cycle(rows_of(0))
    stage.cycle(anew=True)
    with stage.database.read() as shelf:
        assert shelf.twin("m") is None


def test_the_kept_twin_is_the_one_that_was_learnt(stage: Stage) -> None:
    made = stage.cycle(rows_of(0))
    with stage.database.read() as shelf:
        kept = unpack_twin(shelf.twin("m"))
    assert made is not None
    assert made.twin is not None
    assert kept is not None
    assert kept.columns == made.twin.columns


def test_a_twin_that_needs_columns_that_are_not_watched_any_more_is_left_alone(stage: Stage) -> None:
    stage.cycle(rows_of(0))
    stage.watch = replace(stage.watch, plan=replace(PLAN, columns=("a", "score")))
    stage.live.rows = rows_of(1)
    stage.cycle()
    assert stage.profiles() == {}
    assert rows_in(stage.profiles(column="a")) == 1_200


def test_a_fit_that_fails_is_a_note_and_all_else_is_counted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("odd numbers")

    monkeypatch.setattr(reference_module, "learn_from", fail)
    made = stage.cycle(rows_of(0))
    assert made is not None
    assert [note.code for note in made.notes] == ["no-twin"]
    with stage.database.read() as shelf:
        assert Counts(shelf, "m", Grain.HOUR).reference("a") is not None


@pytest.mark.parametrize(("metric", "low", "high"), [("misfit", 0.3, 0.7), ("misfit_bias", -0.6, 0.1)])
def test_readings_tell_of_scores_that_were_turned_round(stage: Stage, metric: str, low: float, high: float) -> None:
    stage.live.rows = rows_of(1, wrong=True)
    stage.cycle(rows_of(0))
    with stage.database.read() as shelf:
        gauge = Gauge(
            Counts(shelf, "m", Grain.HOUR),
            Subject("binary", ("0", "1"), probability=True, scored=True),
            Normal(reference=True, trailing=timedelta(days=28)),
            NOW,
        )
        taken, usual = gauge.take(metric, Grain.DAY, column="score"), gauge.usual(metric, Grain.DAY, "score")
    values = [one.reading.value for one in taken if isinstance(one.reading, Measured)]
    assert len(values) == 30
    assert all(low < value < high for value in values)
    assert isinstance(usual, Measured)
    assert abs(usual.value) < 0.05


def test_a_window_counts_every_host_once(stage: Stage) -> None:
    stage.live.rows = rows_of(1)
    stage.cycle(rows_of(0))
    hosts = [stage.profiles(Slice(by="host", segment=name)) for name in ("h1", "h2")]
    whole = stage.profiles()
    for start, part in whole.items():
        parts = [host[start] for host in hosts if start in host]
        assert all(isinstance(one, NumericProfile) for one in [part, *parts])
        assert sum(one.rows for one in parts) == part.rows
