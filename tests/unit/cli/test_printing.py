"""What commands print of the values that the app gives them, without a project behind."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bellbuoy.alarms.machine import State
from bellbuoy.alarms.step import Moved
from bellbuoy.app.check import Checked, Finding, Level
from bellbuoy.app.cycle import Cycled
from bellbuoy.app.init import Guessed, Started
from bellbuoy.app.points import point_document
from bellbuoy.app.views import Firing, Light, LightState, ModelStatus, Point
from bellbuoy.cli import check, init, options, parts, readings, run, status
from bellbuoy.clock import FrozenClock, SystemClock
from bellbuoy.errors import ConfigError
from bellbuoy.profiles.step import Counted
from bellbuoy.sources.port import Note

Shown = pytest.CaptureFixture[str]
GAP = "\u00a0"
NOW = datetime(2024, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
POINT = Point(NOW, NOW + DAY, 0.74213, 0.7, 0.78, 960, 812, 0.846, "mature", bound=0.0004, expected_coverage=0.97)
BLANK = Point(NOW + DAY, NOW + 2 * DAY, None, rows=10, labelled=0, coverage=0.0, why="no labels yet")
STATUS = ModelStatus(
    "credit",
    "binary",
    "ml-team",
    Light(LightState.OK, "AUC is as usual"),
    Light(LightState.TROUBLE, "no rows for a day"),
    Light(LightState.UNKNOWN, "no baseline yet"),
    headline=None,
    key_metric="auc",
    readings={"auc": POINT},
    freshness_seconds=7_200.0,
    champion="v2",
)


def lines_of(shown: Shown) -> list[str]:
    return shown.readouterr().out.splitlines()


def cells(line: str) -> list[str]:
    return [cell for cell in line.split("  ") if cell.strip()]


# readings


def rows(*points: Point) -> list[Mapping[str, object]]:
    return [point_document(point) for point in points]


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_readings_as_csv_hold_every_key_of_a_reading(capsys: Shown) -> None:
    readings._print_csv(rows(POINT))
    (row,) = table_of(capsys.readouterr().out)
    assert set(row) == set(point_document(POINT))
    assert (row["value"], row["rows"], row["estimate"], row["segment"]) == ("0.74213", "960", "False", "")


def test_a_segment_is_written_in_csv_as_it_is_asked_for(capsys: Shown) -> None:
    readings._print_csv(rows(replace(POINT, segment={"city": 'Os"lo, N'}, version="v2")))
    (row,) = table_of(capsys.readouterr().out)
    assert (row["segment"], row["version"]) == ('city=Os"lo, N', "v2")


def test_no_readings_are_a_head_alone(capsys: Shown) -> None:
    readings._print_csv([])
    assert lines_of(capsys) == [",".join(readings._COLUMNS)]


def test_a_reading_has_a_line_with_its_interval_and_labels(capsys: Shown) -> None:
    readings._print_table("auc", rows(POINT))
    head, line = lines_of(capsys)
    assert cells(head)[1].strip() == "auc"
    assert [cell.strip() for cell in cells(line)][1:] == ["0.7421", "0.7", "0.78", "960", "812", f"97{GAP}%", "mature"]


def test_a_window_without_a_value_says_why(capsys: Shown) -> None:
    readings._print_table("auc", rows(BLANK))
    assert "no labels yet" in lines_of(capsys)[1]


def test_an_estimate_is_marked_as_such(capsys: Shown) -> None:
    readings._print_table("auc", rows(replace(POINT, estimate=True)))
    assert lines_of(capsys)[1].rstrip().endswith("estimate")


def test_readings_of_parts_name_their_part_first(capsys: Shown) -> None:
    readings._print_table("auc", rows(replace(POINT, segment={"city": "Oslo"}, version="v2"), POINT))
    head, first, _ = lines_of(capsys)
    assert (cells(head)[0].strip(), cells(first)[0].strip()) == ("of", "city=Oslo version=v2")


def test_the_record_of_estimates_is_a_sentence() -> None:
    told = readings._track({"windows": 250, "share": 0.9, "within": 0.01214, "covered": 0.96})
    assert told == (
        f"The estimate was within 0.0121 of the truth in 90{GAP}% of 250 windows; "
        f"its interval held the truth in 96{GAP}%."
    )


# parts


def part(**more: object) -> Mapping[str, object]:
    reading = point_document(POINT)
    row = {"by": "city", "value": "Oslo", "now": reading, "usual": {**reading, "value": 0.8}, "share": 0.21}
    return {**row, "contribution": -0.0441, "proven": -0.02, "beyond": 0.0, "mix": 0.001, "why": None, **more}


def document(**more: object) -> Mapping[str, object]:
    reading = point_document(POINT)
    return {"metric": "auc", "now": reading, "usual": {"value": 0.8}, "change": -0.058, "parts": [part()], **more}


def test_a_change_is_told_with_what_is_usual() -> None:
    told = parts._headline(document())
    assert told == "auc from 2024-03-01T00:00:00Z to 2024-03-02T00:00:00Z: 0.7421, usually 0.8: -0.058"


def test_without_anything_usual_there_is_nothing_to_compare_with() -> None:
    assert parts._headline(document(usual=None, change=None)).endswith("0.7421, and nothing to compare with")


def test_what_was_not_measured_is_told_with_its_reason() -> None:
    told = parts._headline(document(now=point_document(BLANK), change=None))
    assert "no labels yet, and nothing to compare with" in told


def test_a_part_has_its_pull_beyond_chance_and_beyond_its_share() -> None:
    assert parts._line(part())[-4:] == ("-0.0441", "-0.02", "–", None)


def test_a_part_that_is_not_judged_says_why_and_nothing_else() -> None:
    assert parts._line(part(why="too few labelled rows"))[-3:] == ("", "", "too few labelled rows")


def test_a_part_that_is_new_has_nothing_usual() -> None:
    assert parts._line(part(usual=None, contribution=None))[4] == ""


def test_parts_as_csv_have_a_line_each(capsys: Shown) -> None:
    parts._print_csv([part(), part(value="Rome", usual=None, contribution=None)])
    first, second = table_of(capsys.readouterr().out)
    assert (first["value"], first["now"], first["usual"], first["labelled"]) == ("Oslo", "0.74213", "0.8", "812")
    assert (second["value"], second["usual"], second["contribution"]) == ("Rome", "", "")


def test_before_any_label_the_table_says_so(capsys: Shown) -> None:
    parts._show(document(now=None))
    assert capsys.readouterr() == ("", "no window has labels yet\n")


def test_where_rows_are_of_one_kind_the_table_says_how_to_tell_them_apart(capsys: Shown) -> None:
    parts._show(document(parts=[]))
    assert "name columns under [segments]" in capsys.readouterr().err


# status


def test_a_model_has_its_three_lights(capsys: Shown) -> None:
    status._show([STATUS])
    assert lines_of(capsys) == [
        "credit (binary, ml-team)",
        "  model     ok       AUC is as usual",
        "  pipeline  trouble  no rows for a day",
        "  world     unknown  no baseline yet",
        f"  auc       0.7421 (0.7 to 0.78) in the window from 2024-03-01T00:00:00Z, 85{GAP}% of labels, mature",
        "  newest    2 hours ago, by v2",
    ]


def test_what_nobody_knows_is_not_mentioned(capsys: Shown) -> None:
    status._show([replace(STATUS, owner=None, readings={}, freshness_seconds=None)])
    assert lines_of(capsys)[0] == "credit (binary)"
    assert "newest" not in capsys.readouterr().out


def test_alarms_are_told_with_their_state(capsys: Shown) -> None:
    status._show([replace(STATUS, firing=(Firing("floor", "critical", NOW, "pending", "AUC is 0.6"),))])
    assert lines_of(capsys)[-1] == "  pending   floor (critical) since 2024-03-01T00:00:00Z: AUC is 0.6"


def test_a_fleet_of_none_says_what_to_do(capsys: Shown) -> None:
    status._show([])
    shown = capsys.readouterr()
    assert (shown.out, "bellbuoy init" in shown.err) == ("", True)


def test_a_reading_that_was_not_measured_gives_its_reason() -> None:
    assert (status._reading(BLANK), status._reading(replace(BLANK, why=None))) == ("no labels yet", "unmeasured")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7_200, "2 hours"), (1e6, "12 days")],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(seconds: float, text: str) -> None:
    assert status._age(seconds) == text


# check


FOUND = Checked(
    (
        Finding(Level.OK, "m.predictions", "2 rows"),
        Finding(Level.FAULT, "m.labels", "no column 'y'", "did you mean 'x'?"),
    ),
    {"m": ("A binary decision.", "No labels.")},
)


def test_findings_are_a_document() -> None:
    assert check._document(FOUND) == {
        "ok": False,
        "findings": [
            {"level": "ok", "where": "m.predictions", "message": "2 rows", "hint": None},
            {"level": "fault", "where": "m.labels", "message": "no column 'y'", "hint": "did you mean 'x'?"},
        ],
        "watched": {"m": ["A binary decision.", "No labels."]},
    }


def test_findings_are_lines_and_faults_are_counted(capsys: Shown) -> None:
    check._show(FOUND)
    shown = lines_of(capsys)
    assert shown[:2] == ["ok      m.predictions: 2 rows", "fault   m.labels: no column 'y' (did you mean 'x'?)"]
    assert shown[-1] == "1 fault to mend."


def test_without_faults_nothing_is_to_mend(capsys: Shown) -> None:
    check._show(replace(FOUND, findings=FOUND.findings[:1]))
    assert "to mend" not in capsys.readouterr().out


# run


DONE = Cycled("credit", NOW, Counted(rows=1_234, duplicates=2, labels=56, matched=50, unknown=6, corrected=1))
MOVED = replace(DONE, moved=(Moved("floor", State.FIRING, "the breach held"),))


def test_a_cycle_is_a_document() -> None:
    noted = replace(MOVED, counted=replace(DONE.counted, notes=(Note("no-zone", "ts", "read as UTC"),)))
    assert run._document(noted) == {
        "model": "credit",
        "at": "2024-03-01T00:00:00Z",
        "rows": 1_234,
        "duplicates": 2,
        "labels": 56,
        "joined": 50,
        "unknown_ids": 6,
        "corrected": 1,
        "alarms": [{"name": "floor", "state": "firing", "reason": "the breach held"}],
        "notes": [{"code": "no-zone", "where": "ts", "message": "read as UTC"}],
        "failed": None,
    }


def test_a_cycle_is_a_row_of_numbers_and_what_moved() -> None:
    assert run._cells(MOVED) == ("credit", "1,234", "2", "56", "50", "floor is firing")


def test_a_cycle_that_failed_says_why_in_its_row() -> None:
    assert run._cells(replace(MOVED, failed="gone"))[-1] == "gone"


def test_a_cycle_in_which_nothing_happened_is_not_told(capsys: Shown) -> None:
    run._line(Cycled("credit", NOW, Counted()), as_json=False)
    assert capsys.readouterr() == ("", "")


def test_a_cycle_that_took_rows_in_is_a_line(capsys: Shown) -> None:
    run._line(DONE, as_json=False)
    assert capsys.readouterr().err == "2024-03-01T00:00:00Z credit: 1,234 rows, 56 labels\n"


def test_cycles_of_no_model_print_no_table(capsys: Shown) -> None:
    run._show([], as_json=False)
    assert capsys.readouterr() == ("", "")


def test_counting_anew_is_done_once() -> None:
    with pytest.raises(ConfigError) as told:
        run.run(recount=True)
    assert told.value.hint == "bellbuoy run --once --recount"


# init


def test_guesses_are_told_with_their_reasons(capsys: Shown) -> None:
    guesses = (Guessed("task", "binary", "two classes"), Guessed("features", list("abcde"), "all others"))
    init._show(Started(Path("p"), "credit", (Path("p/bellbuoy.toml"),), guesses, ("no labels join",)))
    shown = capsys.readouterr()
    assert [line.split()[:3] for line in shown.out.splitlines()[1:3]] == [
        ["task", "binary", "two"],
        ["features", "5", "columns"],
    ]
    assert f"wrote {Path('p/bellbuoy.toml')}" in shown.out
    assert "WARNING: no labels join" in shown.err


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("ts", "ts"),
        (1, "1"),
        (["a", "b"], "a, b"),
        ({"a": 1}, "a"),
        (list("abcd"), "4 columns"),
        (dict.fromkeys("abcd"), "4 classes"),
    ],
)
def test_a_guess_is_short(value: object, text: str) -> None:
    assert init._short(Guessed("key", value, "why")) == text


# options


def test_the_present_is_the_machines_unless_it_is_said() -> None:
    assert isinstance(options.clock_at(None), SystemClock)
    there = options.clock_at("2024-03-01T00:00:00Z")
    assert (isinstance(there, FrozenClock), there.now()) == (True, NOW)


def test_a_present_that_is_no_moment_is_refused() -> None:
    with pytest.raises(ConfigError, match="'soon' is not a time"):
        options.clock_at("soon")
