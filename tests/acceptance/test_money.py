"""What mistakes cost, from the first row on: against what plain Python makes of the same rows."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.town import DAYS, END, MODEL, ROWS, START, Row, bellbuoy, labels, predictions, town, write

from bellbuoy.app.check import check_project
from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import open_app
from bellbuoy.clock import FrozenClock
from bellbuoy.windows import iso

AT = END + timedelta(days=9)
CELLS = MODEL + '\n[value]\nunit = "EUR"\ntrue_positive = 120\nfalse_positive = -15.5\nfalse_negative = -300\n'
#: `fee` is no input of the model and no segment; `city` is both.
COST = 'where(label == 1 and prediction == 0, -fee, where(city == "Rome", 1, 0.25) * score)'
BY_ROW = MODEL + f"\n[value]\nexpression = '{COST}'\n"


def with_fees(rows: list[Row]) -> None:
    """A fee for every row but each tenth."""
    for number, row in enumerate(rows):
        row["fee"] = "" if number % 10 == 7 else 10 + number % 50


def gain(row: Row, label: int) -> float:
    """What a row is worth by the cells."""
    decided = float(str(row["score"])) >= 0.5
    return {(True, 1): 120.0, (True, 0): -15.5, (False, 1): -300.0, (False, 0): 0.0}[decided, label]


def worth(row: Row, label: int) -> float | None:
    """What a row is worth by the expression."""
    if row["fee"] == "":
        return None
    score = float(str(row["score"]))
    if label == 1 and score < 0.5:
        return -float(str(row["fee"]))
    return (1 if row["city"] == "Rome" else 0.25) * score


def by_day(made: list[float | None]) -> list[float]:
    """Sums of days, rows without a value aside."""
    return [sum(one for one in made[day * ROWS : day * ROWS + ROWS] if one is not None) for day in range(DAYS)]


def cycle(project: Path, hours: int = 0, *, anew: bool = False) -> Cycled:
    with open_app(project, FrozenClock(AT)) as app:
        return (app.recount if anew else app.cycle)("credit", AT + timedelta(hours=hours))


def points(project: Path, metric: str = "value", **more: Any) -> list[dict[str, Any]]:
    """Readings of the production days."""
    with open_app(project, FrozenClock(AT)) as app:
        asked = app.reads.readings_json("credit", metric=metric, **more)["readings"]
    return [point for point in json.loads(json.dumps(asked)) if iso(START) <= point["start"] < iso(END)]


def values_of(project: Path, metric: str = "value", **more: Any) -> list[float]:
    return [point["value"] for point in points(project, metric, **more)]


def say(project: Path, text: str) -> None:
    (project / "models" / "credit.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def rows() -> list[tuple[Row, int]]:
    made = predictions()
    with_fees(made)
    return [(row, int(str(truth["label"]))) for row, truth in zip(made, labels(made), strict=True)]


def test_cells_are_read_from_what_is_counted_and_need_no_recount(tmp_path: Path, rows: list[tuple[Row, int]]) -> None:
    project = town(tmp_path)
    cycle(project)
    say(project, CELLS)
    assert values_of(project) == pytest.approx(by_day([gain(*row) for row in rows]))


def test_an_expression_is_worked_out_for_every_row_that_has_its_columns(
    tmp_path: Path, rows: list[tuple[Row, int]]
) -> None:
    project = town(tmp_path, with_fees, BY_ROW)
    cycle(project)
    assert values_of(project) == pytest.approx(by_day([worth(*row) for row in rows]))
    assert {point["rows"] for point in points(project, "mean_value")} == {ROWS}


def test_a_segment_has_a_value_of_its_own(tmp_path: Path, rows: list[tuple[Row, int]]) -> None:
    project = town(tmp_path, with_fees, BY_ROW)
    cycle(project)
    of_rome = [worth(row, label) if row["city"] == "Rome" else None for row, label in rows]
    assert values_of(project, segment="city=Rome") == pytest.approx(by_day(of_rome))


def test_a_corrected_label_changes_the_value_of_its_day_alone(tmp_path: Path, rows: list[tuple[Row, int]]) -> None:
    project = town(tmp_path, with_fees, BY_ROW)
    cycle(project)
    before = values_of(project)
    row, label = next(one for one in rows if float(str(one[0]["score"])) < 0.5 and one[0]["fee"] != "")
    later = {"id": row["id"], "label": 1 - label, "known_at": (END + timedelta(days=3)).isoformat()}
    write(project / "data" / "truth2.csv", [later])
    cycle(project, 1)
    change = (worth(row, 1 - label) or 0.0) - (worth(row, label) or 0.0)
    assert abs(change) > 10
    assert values_of(project) == pytest.approx([before[0] + change, *before[1:]])


def test_an_expression_that_is_new_is_noted_and_counted_by_a_recount(
    tmp_path: Path, rows: list[tuple[Row, int]]
) -> None:
    project = town(tmp_path, with_fees)
    cycle(project)
    say(project, BY_ROW)
    noted = [note.message for note in cycle(project, 1).notes if note.code == "settings-changed"]
    assert ["value.expression" in message for message in noted] == [True]
    assert values_of(project) == [None] * DAYS
    cycle(project, 2, anew=True)
    assert values_of(project) == pytest.approx(by_day([worth(*row) for row in rows]))


def test_a_column_that_is_not_there_is_told_before_anything_is_counted(tmp_path: Path) -> None:
    project = town(tmp_path, with_fees, BY_ROW.replace("-fee", "-feee"))
    (fault,) = [one for one in check_project(project, AT).findings if one.level == "fault"]
    assert (fault.message, fault.hint) == ("column 'feee' is not there", "did you mean 'fee'?")
    done = bellbuoy("run", "--once", "--project", project)
    assert done.returncode != 0
    assert "value.expression" in done.stderr + done.stdout


def test_a_text_cannot_be_reckoned_with(tmp_path: Path) -> None:
    project = town(tmp_path, with_fees, BY_ROW.replace("-fee", "-city"))
    (fault,) = [one for one in check_project(project, AT).findings if one.level == "fault"]
    assert fault.message == "city must be a number, and is a category"


def test_a_rule_may_be_about_money(tmp_path: Path) -> None:
    rule = '\n[[alarms.rule]]\nname = "costs"\nwhen = "value < 0"\n'
    project = town(tmp_path, model=CELLS + rule)
    cycle(project)
    checked = check_project(project, AT)
    assert checked.faults == 0
    assert "1 rule of your own: costs (value < 0)" in " ".join(checked.watched["credit"])
