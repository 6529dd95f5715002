"""What the calibrated set would have cost on the reference set: in sentences, as a document, and as it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.stage import DAY, START, Stage

from bellbuoy.alarms.standard.calibrate import Episode, Rehearsal, strictness
from bellbuoy.alarms.standard.limits import Place
from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.app.backtest.calibrated import Calibrated, calibrated, calibrated_document
from bellbuoy.config.texts import Budget

MONTHLY = Budget(1, timedelta(days=30))


def made(*peaks: float, days: float = 60, budget: Budget = MONTHLY) -> Calibrated:
    found = Rehearsal(days, tuple(Episode(Place("misfit", "so2"), 0, 1, peak) for peak in peaks))
    return Calibrated(found, budget, strictness(found, budget))


BUDGET = "2 are the budget of 1 false alarm per 30d."
SEVEN = (1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7)


@pytest.mark.parametrize(
    ("found", "rang", "done"),
    [
        (made(), "no alarm", "No limit is raised."),
        (made(1.5), "1 alarm", "No limit is raised."),
        (made(1.1, 1.2, 1.3), "3 alarms", "That may be chance: no limit is raised."),
        (made(*SEVEN), "7 alarms", "Raised to keep to it: misfit 1.6 times; 2 would be left."),
    ],
)
def test_it_is_told_in_sentences(found: Calibrated, rang: str, done: str) -> None:
    first = f"On the second half of the reference set it would have rung {rang} in 60 days"
    assert found.text == f"{first}; {BUDGET} {done}"


def test_a_reference_set_that_is_too_short_is_told() -> None:
    said = "The reference set is too short to rehearse on: limits stand as the monitors have them."
    assert made(days=0).text == said


def test_a_model_without_a_reference_set_is_told() -> None:
    said = "There is no reference set to rehearse on: limits stand as the monitors have them."
    assert replace(made(days=0), has_reference=False).text == said


@pytest.mark.parametrize("days", [0, 1])
def test_whether_there_is_a_reference_set_is_found_in_the_counts(tmp_path: Path, days: int) -> None:
    found = of_stage(tmp_path, Notebook(), reference=days)
    assert found is not None
    assert found.text.startswith("The reference set is too short" if days else "There is no reference set")


def test_a_budget_that_leaves_nothing_says_none() -> None:
    assert made(1.1, 1.2, budget=Budget(0, timedelta(days=30))).text.endswith("misfit 1.3 times; none would be left.")


def test_as_a_document_it_says_which_monitors_rang_and_by_how_much_they_were_raised() -> None:
    told = calibrated_document(made(*SEVEN))
    assert (told["days"], told["alarms"], told["left"], told["allowed"]) == (60, 7, 2, 2.0)
    assert told["monitors"] == [{"monitor": "misfit", "alarms": 7, "left": 2, "factor": 1.575}]


def test_a_monitor_that_was_not_raised_has_the_factor_one() -> None:
    told: Any = calibrated_document(made(1.5))
    assert told["monitors"][0]["factor"] == 1.0


def of_stage(folder: Path, book: Notebook, reference: int = 40, **more: Any) -> Calibrated | None:
    """A model with a reference set of so many days before its first, in which income is null on some of the last."""
    stage = Stage(folder, **more)
    for day in range(-reference, 0):
        stage.add(day, rows=40, income=None if -8 <= day < -4 else 1_000.0 + day % 7)
    stage.normal.rows, stage.predictions.rows = [{**row, "label": 1} for row in stage.predictions.rows], []
    stage.add(0, rows=40)
    stage.cycle(START + 2 * DAY)
    with stage.gauge(START + 2 * DAY) as gauge:
        found = calibrated(gauge.counts, stage.model, None, START + 2 * DAY, book)
    stage.database.close()
    return found


def test_the_reference_set_that_was_counted_is_rehearsed(tmp_path: Path) -> None:
    found = of_stage(tmp_path, Notebook())
    assert found is not None
    assert found.rehearsal.days == 20
    assert Place("null-rate", "income") in {one.place for one in found.rehearsal.episodes}


def test_what_was_rehearsed_once_is_not_rehearsed_again(tmp_path: Path) -> None:
    book = Notebook()
    once, again = (of_stage(tmp_path / name, book) for name in ("once", "again"))
    assert once is not None
    assert again is not None
    pairs = zip(once.rehearsal.episodes, again.rehearsal.episodes, strict=True)
    assert once.rehearsal.episodes
    assert all(one is other for one, other in pairs)


def test_a_model_that_goes_without_the_pack_has_none(tmp_path: Path) -> None:
    assert of_stage(tmp_path, Notebook(), alarms={"pack": "none"}) is None
