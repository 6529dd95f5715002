"""A project's life: its files change while it is watched, and what was counted stays right."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.town import DAYS, END, MODEL, ROWS, START, Row, bellbuoy, labels, predictions, town, write

from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import open_app
from bellbuoy.clock import FrozenClock
from bellbuoy.errors import ConfigError
from bellbuoy.windows import iso

AT = END + timedelta(days=2)
INBOX = MODEL.replace('path = "data/log*.csv"\ncursor = "seen_at"', "inbox = true")
RULE = "[[alarms.rule]]\nname = \"floor\"\nwhen = '{}'\n"


def run(project: Path, hours: int = 0) -> Cycled:
    with open_app(project, FrozenClock(AT)) as app:
        return app.cycle("credit", AT + timedelta(hours=hours))


def reading(project: Path, metric: str, column: str | None = None, **more: Any) -> list[float | None]:
    with open_app(project, FrozenClock(AT)) as app:
        points = app.reads.readings_json("credit", metric=metric, column=column, **more)["readings"]
    return [point["value"] for point in points]  # type: ignore[attr-defined]


def notes(project: Path) -> tuple[str, ...]:
    with open_app(project, FrozenClock(AT)) as app:
        return app.reads.page("credit", metric=None, grain=None, start=None, end=None, version=None).notes


def say(project: Path, text: str) -> None:
    (project / "models" / "credit.toml").write_text(text, encoding="utf-8")


def normal(project: Path, change: Callable[[Row], object]) -> None:
    """Write the reference set anew, every row changed."""
    path = project / "data" / "normal.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[Row] = [dict(row) for row in csv.DictReader(file)]
    for row in rows:
        change(row)
    write(path, rows)


def test_a_reference_set_that_is_replaced_by_as_many_rows_is_counted_anew(tmp_path: Path) -> None:
    project = town(tmp_path)
    run(project)
    before = reading(project, "jensenshannon", "income")[0]
    normal(project, lambda row: row.update(income=float(str(row["income"])) * 1_000))
    run(project, 1)
    after = reading(project, "jensenshannon", "income")[0]
    assert before is not None
    assert after is not None
    assert before < 0.5 < after


@pytest.mark.parametrize("content", [None, b"", b"\x00\xff"])
def test_a_reference_set_that_is_lost_stays_what_is_normal_and_that_is_told(
    tmp_path: Path, content: bytes | None
) -> None:
    project = town(tmp_path)
    run(project)
    before, path = reading(project, "psi", "income"), project / "data" / "normal.csv"
    path.unlink() if content is None else path.write_bytes(content)
    for hours in (1, 2):
        run(project, hours)
    assert reading(project, "psi", "income") == before
    assert any("reference set cannot be read" in note for note in notes(project))


def test_a_reference_set_that_stands_is_counted_once(tmp_path: Path) -> None:
    project = town(tmp_path)
    for hours in range(3):
        run(project, hours)
    with open_app(project) as app, app.database.read() as shelf:
        ids = list(shelf.series("credit", grain="reference", column="income"))
        assert [row.rows for _, row in shelf.profiles(ids, None, None)] == [20 * ROWS]


def test_an_input_that_is_added_is_compared_with_the_reference_set_too(tmp_path: Path) -> None:
    project = town(tmp_path)
    run(project)
    say(project, MODEL + '[features.host]\nkind = "category"\n')
    write(project / "data" / "log2.csv", predictions(END, 1, first=9_000))
    run(project, 1)
    assert reading(project, "unseen_rate", "host") == [0.0]


def test_a_reference_set_without_times_teaches_no_delay(tmp_path: Path) -> None:
    project = town(tmp_path)
    normal(project, lambda row: row.pop("ts"))
    write(project / "data" / "truth.csv", labels(predictions())[:5])
    run(project)
    with open_app(project, FrozenClock(AT)) as app:
        points = app.reads.readings_json("credit", metric="auc")["readings"]
    assert {point["maturity"] for point in points} == {None}  # type: ignore[attr-defined]


@pytest.mark.parametrize("by", ['by = ["version"]', "by = []", 'by = ["city", "version"]'])
def test_labels_of_rows_from_before_the_segments_changed_still_join(tmp_path: Path, by: str) -> None:
    project = town(tmp_path)
    late = project / "data" / "truth.csv"
    late.rename(project / "late.csv")
    write(late, labels(predictions())[:1])
    run(project)
    (project / "late.csv").rename(project / "data" / "truth2.csv")
    say(project, MODEL.replace('by = ["city"]', by))
    assert run(project, 1).counted.matched == DAYS * ROWS - 1
    assert reading(project, "coverage") == [1.0] * DAYS


def test_labels_that_say_the_year_9999_stop_nothing(tmp_path: Path) -> None:
    rows = [{**row, "known_at": "9999-12-31T00:00:00+00:00", "seen": iso(END)} for row in labels(predictions())]
    project = town(tmp_path, model=MODEL.replace('known_at" }', 'known_at" }\ncursor = "seen"'))
    write(project / "data" / "truth.csv", rows)
    assert run(project).counted.matched == DAYS * ROWS
    assert None not in reading(project, "auc")


def ringing(folder: Path, when: str, spoil: Callable[[list[Row]], object] = len, hours: int = 0) -> Cycled:
    return run(town(folder, spoil, MODEL + RULE.format(when)), hours)


def without_income(rows: list[Row]) -> None:
    for row in rows[-ROWS:]:
        row["income"] = ""


@pytest.mark.parametrize(
    "when", ['null_rate(income){city="Oslo"} > 20%', "null_rate(income) > 20%", 'auc{host="host-1"} < 0.99']
)
def test_a_rule_may_be_about_a_part_of_the_rows(tmp_path: Path, when: str) -> None:
    assert "floor" in {moved.name for moved in ringing(tmp_path, when, without_income).moved}


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ('mean(income){city="Oslo"} > 20', "not profiled by segment"),
        ('duplicate_rate{city="Oslo"} > 1%', "not counted by segment"),
        ("null_rate(incmoe) > 20%", "'incmoe' is not watched"),
        ('auc{town="Oslo"} < 0.5', "no segment 'town'"),
    ],
)
def test_a_rule_that_nothing_can_ever_be_read_for_is_told(tmp_path: Path, when: str, told: str) -> None:
    assert told in str(ringing(tmp_path, when).notes)


def test_a_rule_on_coverage_waits_for_the_labels(tmp_path: Path) -> None:
    assert ringing(tmp_path, "coverage < 50%", hours=-47).moved == ()


def test_a_firing_alarm_that_is_looked_at_twice_is_as_it_was(tmp_path: Path) -> None:
    project = town(tmp_path, model=MODEL + RULE.format("auc < 0.99"))
    rows = []
    for _ in range(2):
        run(project)
        with open_app(project) as app, app.database.read() as shelf:
            rows.append(shelf.alarms("credit"))
    assert rows[0] == rows[1]


@pytest.mark.parametrize(("model", "code"), [("loud", 3), ("credit", 0)])
def test_only_alarms_of_the_models_that_were_run_are_an_exit_code(tmp_path: Path, model: str, code: int) -> None:
    project = town(tmp_path)
    (project / "models" / "loud.toml").write_text(MODEL + RULE.format("auc < 0.99"), encoding="utf-8")
    with open_app(project, FrozenClock(AT)) as app:
        app.cycle("loud")
    shown = bellbuoy("run", "--once", "--project", project, "--now", iso(AT), "--model", model, "--fail-on-firing")
    assert shown.returncode == code


def test_what_the_files_say_now_is_shown_at_once(tmp_path: Path) -> None:
    project = town(tmp_path)
    with open_app(project, FrozenClock(AT)) as app:
        app.cycle("credit")
        before = app.reads.status("credit").owner
        say(project, MODEL.replace("ml-team", "risk-team"))
        app.reload()
        assert (before, app.reads.status("credit").owner) == ("ml-team", "risk-team")


def test_a_model_whose_file_is_gone_is_shown_no_more(tmp_path: Path) -> None:
    project = town(tmp_path)
    with open_app(project, FrozenClock(AT)) as app:
        (project / "models" / "credit.toml").unlink()
        app.reload()
        assert list(app.reads.fleet()) == []
        with pytest.raises(KeyError):
            app.reads.status("credit")


def test_a_mark_that_is_written_down_is_seen_at_once(tmp_path: Path) -> None:
    project, view = town(tmp_path), dict.fromkeys(("metric", "grain", "start", "end", "version"))
    with open_app(project, FrozenClock(AT)) as app:
        app.cycle("credit")
        before = app.reads.page("credit", **view).marks
        (project / "notes").mkdir()
        (project / "notes" / "marks.toml").write_text('[[mark]]\nat = 2024-03-05\ntext = "storm"\n', encoding="utf-8")
        after = app.reads.page("credit", **view).marks
    assert [mark.text for mark in after if mark not in before] == ["storm"]


def test_a_page_is_kept_until_the_next_cycle(tmp_path: Path) -> None:
    view: Mapping[str, Any] = dict.fromkeys(("metric", "grain", "start", "end", "version"))
    with open_app(town(tmp_path), FrozenClock(AT)) as app:
        app.cycle("credit")
        first, again = (app.reads.page("credit", **view) for _ in range(2))
        app.cycle("credit")
        new = app.reads.page("credit", **view)
    assert (first.points is again.points, first.points is new.points, first.points == new.points) == (True, False, True)


def test_rows_are_pushed_to_where_the_files_say_now(tmp_path: Path) -> None:
    project = town(tmp_path, model=INBOX)
    row, kind = b'{"id": 1, "score": 0.5}', "application/x-ndjson"
    with open_app(project, FrozenClock(START)) as app:
        app.pushes.push("credit", "predictions", row, content_type=kind)
        (project / "bellbuoy.toml").write_text('[project]\nname = "town"\nevents = "elsewhere"\n', encoding="utf-8")
        app.reload()
        app.pushes.push("credit", "predictions", row, content_type=kind)
    assert (project / "elsewhere" / "credit" / "predictions").is_dir()


@pytest.mark.parametrize("said", ["positive = 0\n", 'positive = "yes"\n'])
def test_a_model_whose_classes_change_is_not_counted_into_the_old_ones(tmp_path: Path, said: str) -> None:
    project = town(tmp_path)
    run(project)
    before = reading(project, "auc")
    say(project, said + MODEL)
    with pytest.raises(ConfigError, match=r"rows were counted as binary \(1\) so far"):
        run(project, 1)
    say(project, "positive = true\n" + MODEL)
    run(project, 2)
    assert reading(project, "auc") == before
