"""The label path, cycle by cycle: labels that say nothing, that come again, that wait, and that come too late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from tests.laws.stage import LATER, START, Row, Stage, label, prediction

from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.series import Counts
from bellbuoy.profiles.step import Step, step
from bellbuoy.sources.port import Mark, Pull, Want
from bellbuoy.testing import MemorySource
from bellbuoy.windows import Grain, to_micro

DAY = 24 * 60
PER_DAY = DAY // 17 + 1


class Rewritten(MemorySource):
    """A file that is written anew in every cycle: all of its rows are read again."""

    def pull(self, want: Want, mark: Mark, until: datetime) -> Pull:
        pull = super().pull(want, {}, until)
        return Pull((replace(rows, again=bool(mark)) for rows in pull), pull.mark)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


@pytest.fixture
def short() -> Iterator[Stage]:
    """A stage whose horizon is two days."""
    with Stage(timedelta(days=2)) as made:
        yield made


def undated(stage: Stage) -> None:
    assert stage.watch.labels is not None
    stage.watch = replace(stage.watch, labels=replace(stage.watch.labels, time=None))


def rewritten(stage: Stage) -> None:
    stage.predictions, stage.labels = Rewritten(batch=50), Rewritten(batch=50)
    assert stage.watch.labels is not None
    stage.watch = replace(
        stage.watch, source=stage.predictions, labels=replace(stage.watch.labels, source=stage.labels)
    )


def live(stage: Stage, days: int, *, late: int = 1) -> None:
    """Days of predictions, a cycle each; labels come some days after."""
    for day in range(days):
        stage.predictions.rows += predictions_of(day)
        stage.labels.rows += labels_of(day - late)
        stage.beat()


def predictions_of(day: int) -> list[Row]:
    return [prediction(day * PER_DAY + at) for at in range(20)]


def labels_of(day: int, value: int = 1, minute: int = 60) -> list[Row]:
    keys = [day * PER_DAY + at for at in range(20)] if day >= 0 else []
    return [label(key, value, 17 * key + minute) for key in keys]


def labelled(stage: Stage) -> int:
    """Labelled rows altogether, as outcomes of the model's own windows count them."""
    whole = "Series(grain='1h', column='#outcome', version='', by='', segment='')"
    return sum(row[2] for row in stage.counts().get(whole, []))


def test_a_null_label_is_no_label_and_a_real_one_after_it_is_the_first(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1)]
    stage.labels.rows = [{**label(1, 0, 30), "label": None}]
    silent = stage.beat()
    stage.labels.rows += [label(1, 1, 90)]
    real = stage.beat()
    assert (silent.labels, silent.matched, silent.notes) == (0, 0, ())
    assert (real.labels, real.matched, real.corrected) == (1, 1, 0)
    assert stage.statements() == {(1, 90.0, 1.0)}


def test_a_label_and_its_correction_in_one_batch_are_both_kept(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1)]
    stage.labels.rows = [label(1, 0, 30), label(1, 1, 90)]
    done = stage.beat()
    assert (done.labels, done.matched, done.corrected) == (2, 1, 1)
    assert stage.statements() == {(1, 30.0, 0.0), (1, 90.0, 1.0)}


def test_an_undated_label_that_says_the_same_again_is_no_news(stage: Stage) -> None:
    undated(stage)
    rewritten(stage)
    stage.predictions.rows, stage.labels.rows = [prediction(1)], [label(1, 1, 0)]
    first, again = stage.beat(), stage.beat()
    assert (first.labels, first.matched) == (1, 1)
    assert (again.labels, again.corrected) == (0, 0)


def test_an_undated_label_that_says_something_else_is_a_correction(stage: Stage) -> None:
    undated(stage)
    stage.predictions.rows, stage.labels.rows = [prediction(1)], [label(1, 0, 0)]
    stage.beat()
    stage.labels.rows += [label(1, 1, 0)]
    assert stage.beat().corrected == 1


def test_a_label_said_again_later_corrects_nothing(stage: Stage) -> None:
    stage.predictions.rows = [prediction(1)]
    stage.labels.rows = [label(1, 1, 30), label(1, 1, 90)]
    done = stage.beat()
    assert (done.labels, done.matched, done.corrected) == (2, 1, 0)
    assert labelled(stage) == 1


def test_labels_of_unknown_ids_wait_and_are_told_of(stage: Stage) -> None:
    stage.labels.rows = [label(1, 1, 30), label(2, 1, 30), label(2, 0, 40)]
    done = stage.beat()
    assert (done.unknown, done.waiting) == (2, 2)
    assert [(note.code, note.message[:8]) for note in done.notes] == [("labels-unknown", "2 labels")]


def test_a_label_waits_no_more_when_its_prediction_comes(stage: Stage) -> None:
    stage.labels.rows = [label(1, 1, 30), label(2, 1, 90)]
    stage.beat()
    stage.predictions.rows = [prediction(1)]
    done = stage.beat()
    assert (done.matched, done.waiting, done.notes) == (1, 1, ())
    assert stage.facts()["waiting"] == 1


@pytest.mark.parametrize(("strangers", "codes"), [(1, []), (5, ["labels-unknown"])])
def test_more_labels_that_wait_are_told_of_when_they_are_many(stage: Stage, strangers: int, codes: list[str]) -> None:
    stage.predictions.rows, stage.labels.rows = predictions_of(0), [label(900, 1, 0)]
    stage.beat()
    stage.labels.rows += [*labels_of(0), *(label(901 + at, 1, 0) for at in range(strangers))]
    assert [note.code for note in stage.beat().notes] == codes


def test_predictions_older_than_the_horizon_are_forgotten_and_their_counts_stand(short: Stage) -> None:
    live(short, 6)
    assert labelled(short) == 5 * 20
    assert 0 < len(short.ledger("predictions").parts) < 6
    assert short.facts()["forgotten"] > to_micro(START + timedelta(days=2))


def test_a_horizon_longer_than_history_forgets_nothing(stage: Stage) -> None:
    stage.watch = replace(stage.watch, horizon=timedelta(days=90))
    live(stage, 4)
    assert "forgotten" not in stage.facts()


def test_time_passes_with_predictions_not_with_the_clock(short: Stage) -> None:
    """All history is taken in today, years after it was made."""
    short.predictions.rows = [row for day in range(2) for row in predictions_of(day)]
    short.beat()
    short.labels.rows = labels_of(0)
    assert short.beat().matched == 20


def test_a_prediction_of_the_future_does_not_make_the_present_old(short: Stage) -> None:
    short.predictions.rows = [*predictions_of(0), prediction(60 * PER_DAY)]
    short.beat()
    short.labels.rows = labels_of(0)
    assert short.beat().matched == 20


def test_a_label_after_the_horizon_is_of_an_unknown_id(short: Stage) -> None:
    live(short, 6, late=99)
    short.labels.rows += labels_of(0, minute=6 * DAY)
    done = short.beat()
    assert (done.matched, done.unknown, done.waiting) == (0, 20, 20)
    assert labelled(short) == 0


def test_an_old_label_of_a_forgotten_prediction_is_told_of_and_left_out(short: Stage) -> None:
    live(short, 6, late=99)
    short.labels.rows += labels_of(0)
    done = short.beat()
    assert (done.labels, done.waiting) == (0, 0)
    assert [(note.code, note.message[:9]) for note in done.notes] == [("labels-too-late", "20 labels")]


def test_labels_read_again_after_they_were_forgotten_are_not_counted_again(short: Stage) -> None:
    rewritten(short)
    live(short, 8)
    before, rows = labelled(short), short.named()["Series(grain='1h', column='#rows', version='', by='', segment='')"]
    done = short.beat()
    assert (before, labelled(short)) == (7 * 20, 7 * 20)
    assert (done.rows, done.labels, done.notes) == (0, 0, ())
    assert short.facts()["forgotten"] > to_micro(START + timedelta(days=2))
    assert short.named()["Series(grain='1h', column='#rows', version='', by='', segment='')"] == rows


def test_a_forgotten_prediction_is_unknown_though_its_file_is_there(short: Stage) -> None:
    """Its label's file is gone: nobody would know that it was joined."""
    rewritten(short)
    short.predictions.rows, short.labels.rows = [*predictions_of(0), *predictions_of(6)], labels_of(0)
    short.beat()
    short.predictions.rows += predictions_of(7)
    short.beat()
    assert (len(short.ledger("labels").parts), len(short.ledger("predictions").parts)) == (0, 2)
    assert short.beat().matched == 0
    assert labelled(short) == 20


@pytest.mark.parametrize("late", [0, -1])
def test_labels_dated_long_before_their_predictions_are_not_counted_twice_either(short: Stage, late: int) -> None:
    """Whether they come in the same cycle or in one before: their files must last as long as their predictions."""
    rewritten(short)
    for day in range(8):
        short.predictions.rows += predictions_of(day)
        short.labels.rows += labels_of(day - late, minute=-3 * DAY)
        short.beat()
    assert labelled(short) == (8 + late) * 20


def test_undated_labels_are_never_forgotten(short: Stage) -> None:
    undated(short)
    rewritten(short)
    live(short, 8)
    assert sum(part.row.rows for part in short.ledger("labels").parts) == 7 * 20
    assert short.beat().labels == 0


def test_labels_that_waited_longer_than_the_horizon_wait_no_more(short: Stage) -> None:
    short.labels.rows = [label(10_000, 1, 30)]
    live(short, 20)
    assert short.facts()["waiting"] == 0


def test_a_recount_forgets_nothing_in_its_own_cycle(short: Stage) -> None:
    live(short, 6)
    short.predictions.rows += predictions_of(6)
    Step(short.database, short.watch, LATER, anew=True).run()
    assert "forgotten" not in short.facts()
    assert labelled(short) == 5 * 20


def believed(stage: Stage) -> dict[int, float]:
    """What is believed of each id."""
    known, records = stage.ledger("labels").find(np.arange(20, dtype=np.uint64))
    labels = [] if records is None else records["label"].tolist()
    return dict(zip(np.flatnonzero(known).tolist(), labels, strict=True))


def test_an_undated_correction_does_not_flip_when_its_file_is_read_again(stage: Stage) -> None:
    undated(stage)
    rewritten(stage)
    stage.predictions.rows, stage.labels.rows = predictions_of(0), [label(1, 0, 0), label(2, 0, 0)]
    stage.beat()
    said = []
    for hour, row in enumerate([label(1, 1, 0), label(3, 0, 0), label(4, 0, 0), label(5, 0, 0)], start=1):
        stage.labels.rows += [row]
        said.append(step(stage.database, stage.watch, now=LATER + timedelta(hours=hour)).corrected)
    assert (said, believed(stage)[1], believed(stage)[2]) == ([1, 0, 0, 0], 1.0, 0.0)


@pytest.mark.parametrize("batch", [2, 5, 50])
@pytest.mark.parametrize("values", [(1, 0), (0, 1), (1, 0, 0)])
def test_of_undated_labels_in_one_file_the_last_is_believed(stage: Stage, batch: int, values: tuple[int, ...]) -> None:
    undated(stage)
    stage.labels.batch = batch
    stage.predictions.rows = predictions_of(0)
    stage.labels.rows = [label(key, value, 0) for value in values for key in range(4)]
    stage.beat()
    assert believed(stage) == dict.fromkeys(range(4), float(values[-1]))
    Step(stage.database, stage.watch, LATER, anew=True).run()
    assert believed(stage) == dict.fromkeys(range(4), float(values[-1]))
    assert labelled(stage) == 4


def test_an_undated_correction_of_the_same_moment_is_believed_whatever_it_says(stage: Stage) -> None:
    undated(stage)
    for value in (1, 0):
        stage.labels.rows += [label(1, value, 0)]
        stage.beat()
    assert believed(stage) == {1: 0.0}


def test_a_segment_that_is_asked_for_later_loses_nothing_to_a_correction(stage: Stage) -> None:
    full = stage.watch
    stage.watch = replace(full, plan=replace(full.plan, segments=()))
    stage.predictions.rows, stage.labels.rows = predictions_of(0)[:3], [label(key, 1, 3_000) for key in range(3)]
    stage.beat()
    stage.watch = full
    stage.labels.rows += [label(0, 1, 100), label(1, 0, 3_100)]
    assert stage.beat().corrected == 1
    assert (labelled(stage), [line for line in stage.counts() if "by='origin'" in line and "#outcome" in line]) == (
        3,
        [],
    )


def test_a_correction_after_the_grain_has_changed_is_counted_where_the_label_stands(stage: Stage) -> None:
    full = stage.watch
    stage.watch = replace(full, plan=replace(full.plan, grain=Grain.DAY))
    stage.predictions.rows, stage.labels.rows = predictions_of(0)[:3], [label(key, 1, 100) for key in range(3)]
    stage.beat()
    stage.watch = full
    stage.labels.rows += [label(0, 0, 200)]
    assert stage.beat().corrected == 1
    with stage.database.read() as shelf:
        days = Counts(shelf, "m", Grain.HOUR).outcomes(Grain.DAY)
    assert [(day.rows, positives(day)) for day in days.values()] == [(3, 2)]
    assert labelled(stage) == 0


def positives(outcome: Outcome) -> int:
    cells = outcome.cells["score"]
    return int(cells.counts[cells.codes % 2 == 1].sum())
