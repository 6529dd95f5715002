"""`alarms`, `incidents` and `mark` as they are called, on a project in which something rang."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.town import END, town
from tests.unit.app.belfry import ID, OPENED, alarm_row, at, incident_row

from bellbuoy.alarms.standard.marked import BEGAN, PEAK
from bellbuoy.app.open import open_app
from bellbuoy.cli.main import main
from bellbuoy.clock import FrozenClock
from bellbuoy.store.port import MarkRow
from bellbuoy.web.shapes import AlarmsShape, IncidentsShape
from bellbuoy.windows import iso, to_micro

AT = END + timedelta(days=2)
OLD = incident_row(id="credit/old/1", opened_at=at(-9), state="closed", closed_at=at(-8), headline="long ago", facts={})
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of which only the bell is used: nothing was counted."""
    made = town(tmp_path)
    with open_app(made, FrozenClock(AT)) as app, app.database.beat("credit", 0) as beat:
        beat.put_alarms([alarm_row(), alarm_row("over", id="credit/over", state="resolved", resolved_at=at(2))])
        beat.put_incidents([incident_row(), OLD])
        beat.put_events([OPENED, replace(OPENED, at=at(3), kind="note", text="on it", who="Ann")])
        beat.finish(at=to_micro(AT), facts={})
    return made


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The exit code, and what went to stdout and stderr."""

    def call(*arguments: str, now: datetime = AT) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bellbuoy", *arguments, "--project", str(project), "--now", iso(now)])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return call


def document(told: tuple[int, str, str]) -> Any:
    code, out, _ = told
    assert code == 0
    return json.loads(out)


@pytest.mark.parametrize(("arguments", "names"), [((), ["nulls"]), (("credit", "--all"), ["nulls", "over"])])
def test_alarms_are_a_table_with_a_line_each(run: Run, arguments: tuple[str, ...], names: list[str]) -> None:
    code, out, _ = run("alarms", *arguments)
    assert (code, [line.split()[0] for line in out.splitlines()[1:]]) == (0, names)
    assert "income" in out


def test_alarms_as_json_have_the_promised_shape(run: Run) -> None:
    told = AlarmsShape.model_validate(document(run("alarms", "--json", "--all")))
    assert [one.name for one in told.alarms] == ["nulls", "over"]


@pytest.mark.parametrize(("arguments", "many"), [((), 1), (("--all",), 2), (("credit",), 1)])
def test_incidents_are_a_table_with_a_line_each(run: Run, arguments: tuple[str, ...], many: int) -> None:
    code, out, _ = run("incidents", *arguments)
    assert (code, len(out.splitlines())) == (0, many + 1)
    assert "pipeline" in out
    assert "80\u00a0%" in out


def test_incidents_as_json_have_the_promised_shape(run: Run) -> None:
    told = IncidentsShape.model_validate(document(run("incidents", "--json")))
    assert [one.headline for one in told.incidents] == ["income lost its values"]


@pytest.mark.parametrize("name", [(ID,), ("credit", ID), ("credit", ID.removeprefix("credit/"))])
def test_one_incident_is_told_by_its_id_with_or_without_its_model(run: Run, name: tuple[str, ...]) -> None:
    code, out, _ = run("incidents", *name)
    assert (code, out.splitlines()[0]) == (0, "income lost its values")


def test_one_incident_is_told_whole(run: Run) -> None:
    _, out, _ = run("incidents", ID)
    heads = [line.split()[0] for line in out.splitlines()[1:]]
    assert heads == [
        "when",
        "verdict",
        "for",
        "suspect",
        "effect",
        "effect",
        "effect",
        "before",
        *["alarm"] * 2,
        "then",
        "then",
    ]
    assert "income (crm): null in 40 %" in out
    assert "on it (by Ann)" in out


def test_one_incident_as_json_has_its_timeline(run: Run) -> None:
    (one,) = document(run("incidents", ID, "--json"))["incidents"]
    assert [event["kind"] for event in one["timeline"]] == ["opened", "note"]


def test_where_nothing_rings_it_is_said_and_how_to_see_more(run: Run) -> None:
    long_ago = datetime.fromisoformat("2000-01-01T00:00:00Z")
    for command in ("alarms", "incidents"):
        code, out, err = run(command, now=long_ago)
        assert (code, out, "--all" in err) == (0, "", True)
        assert run(command, "--all", now=long_ago)[:2] == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("alarms", "nowhere"),
        ("incidents", "nowhere"),
        ("incidents", "credit", "never"),
        ("incidents", "credit/never"),
        ("mark", ID, "maybe"),
        ("mark", "credit/never", "real"),
        ("mark", "never", "real"),
    ],
)
def test_a_wrong_question_exits_with_two_and_a_hint(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "hint: " in err


def test_a_mark_is_kept_and_shown(run: Run, project: Path) -> None:
    code, out, _ = run("mark", ID, "expected", "--note", "the move", "--by", "Ann")
    assert (code, "is marked expected" in out) == (0, True)
    with open_app(project) as app, app.database.read() as shelf:
        assert shelf.marks("credit") == [MarkRow(ID, "expected", to_micro(AT), "Ann", "the move")]
    assert run("incidents", ID)[1].splitlines()[-1].split() == ["mark", "expected"]


def test_a_mark_on_an_alarm_is_a_document_where_json_was_asked_for(run: Run) -> None:
    told = document(run("mark", alarm_row().id, "false", "--json"))
    assert told.pop("lessons") == ["nulls has no limit that could be raised"]
    assert told == {"id": alarm_row().id, "mark": "false", "note": "", "by": None}


def test_what_a_mark_changes_is_told_with_it_and_wherever_the_series_stands(run: Run, project: Path) -> None:
    row = alarm_row("misfit", id="credit/misfit", facts={"pack": "lasting", BEGAN: 1.1, PEAK: 1.3})
    with open_app(project, FrozenClock(AT)) as app, app.database.beat("credit", 1) as beat:
        beat.put_alarms([row])
        beat.finish(at=to_micro(AT), facts={})
    said = "misfit of income must lie 1.4 times as far out from now on; its one alarm so far would not have rung"
    assert f"  {said}\n" in run("mark", "credit/misfit", "false")[1]
    assert run("alarms", "credit")[2] == f"by marks: {said}\n"
    assert run("incidents", ID)[1].splitlines()[-1].split(maxsplit=1) == ["learnt", said]
    (lesson,) = document(run("alarms", "--json"))["lessons"]
    assert (lesson["factor"], lesson["alarms"], lesson["silent"]) == (1.365, 1, 1)


def test_where_nothing_was_marked_nothing_is_said_of_marks(run: Run) -> None:
    assert (run("alarms", "credit")[2], document(run("alarms", "--json"))["lessons"]) == ("", [])


def test_the_status_names_the_open_incident_and_its_id(run: Run) -> None:
    (credit,) = document(run("status", "--json"))["models"]
    assert (credit["incidents"], credit["headline"], credit["pipeline"]) == ([ID], "income lost its values", "trouble")
    assert f"income lost its values (pipeline, critical, opened 2024-03-04T01:00:00Z): {ID}" in run("status")[1]


def test_an_alarm_that_fires_is_an_exit_code(run: Run) -> None:
    assert run("status", "--fail-on-firing")[0] == 3
