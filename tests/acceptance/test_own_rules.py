"""Rules of one's own, as they live from cycle to cycle in a project of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.town import DAYS, END, MODEL, ROWS, START, Row, town

from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import open_app
from bellbuoy.clock import FrozenClock
from bellbuoy.store.database import Database
from bellbuoy.store.port import AlarmRow

DAY = timedelta(days=1)
OFF = '[alarms]\npack = "none"\n'


def ruled(when: str, name: str = "own", **more: Any) -> str:
    """A model's file with a rule; what else it says is written as TOML writes it."""
    lines = [f"{key} = {value}" for key, value in more.items()]
    return "\n".join([MODEL + OFF + "[[alarms.rule]]", f'name = "{name}"', f"when = '{when}'", *lines, ""])


def cycles(project: Path, days: Iterable[float]) -> list[Cycled]:
    """Cycles so many days after the start of the town's life."""
    with open_app(project, FrozenClock(END)) as app:
        return [app.cycle("credit", START + day * DAY) for day in days]


def alarms(project: Path) -> list[AlarmRow]:
    database = Database.open("sqlite:///.bellbuoy/state.db", project)
    with database.read() as shelf:
        found = shelf.alarms("credit")
    database.close()
    return found


def emptied(since: int) -> Callable[[list[Row]], None]:
    """A town in which income is gone from a day on."""
    start = (START + since * DAY).isoformat()

    def spoil(rows: list[Row]) -> None:
        for row in rows:
            row["income"] = "" if str(row["ts"]) >= start else row["income"]

    return spoil


def test_a_rule_that_goes_from_the_file_ends_its_alarm(tmp_path: Path) -> None:
    project = town(tmp_path, emptied(20), ruled("null_rate(income) > 50%"))
    cycles(project, [DAYS])
    (project / "models" / "credit.toml").write_text(MODEL + OFF, encoding="utf-8")
    (cycled,) = cycles(project, [DAYS + 1])
    assert [(one.name, one.state.value, one.reason) for one in cycled.moved] == [
        ("own", "resolved", "the rule is gone")
    ]
    assert [row.state for row in alarms(project)] == ["resolved"]


def test_a_rule_that_is_broken_in_the_file_keeps_its_alarm(tmp_path: Path) -> None:
    project = town(tmp_path, emptied(20), ruled("null_rate(income) > 50%"))
    cycles(project, [DAYS])
    (project / "models" / "credit.toml").write_text(ruled("null_rate(income) >"), encoding="utf-8")
    cycles(project, [DAYS + 1])
    assert [row.state for row in alarms(project)] == ["firing"]


def test_an_alarm_carries_labels_and_filled_in_annotations(tmp_path: Path) -> None:
    texts = '{ summary = "{{ column }} null in {{ value | percent }} ({{ labels.team }})" }'
    model = ruled("null_rate(income) > 50%", labels='{ team = "data" }', annotations=texts, severity='"critical"')
    project = town(tmp_path, emptied(20), model)
    cycles(project, [DAYS])
    (row,) = alarms(project)
    assert row.facts["annotations"] == {"summary": "income null in 100\u00a0% (data)"}
    assert (row.facts["labels"], row.severity, row.column) == ({"team": "data"}, "critical", "income")


@pytest.mark.slow
def test_a_breach_before_a_gap_of_cycles_must_be_seen_again(tmp_path: Path) -> None:
    project = town(tmp_path, emptied(20), ruled("null_rate(income) > 50%", **{"for": '"3d"'}))
    cycles(project, [*range(12, 23), 28.5])
    (row,) = alarms(project)
    assert row.state == "pending"
    assert "our cycle did not run: nobody looked for 6d12h" in row.reason
    cycles(project, [29, 30])
    assert alarms(project)[0].state == "pending"
    cycles(project, [31])
    assert alarms(project)[0].state == "firing"


@pytest.mark.slow
def test_every_cycle_run_twice_at_one_moment_changes_nothing(tmp_path: Path) -> None:
    model = ruled("null_rate(income) > 50%", **{"for": '"3d"', "no_data": '"alerting"'})
    once, twice = (town(tmp_path / name, emptied(20), model) for name in ("once", "twice"))
    days = [*range(12, 23), 28.5, 29, 30, 40, 41]
    cycles(once, days)
    cycles(twice, [day for day in days for _ in range(2)])
    assert alarms(once) == alarms(twice)


def test_a_source_that_is_late_rings_where_the_rule_says_so(tmp_path: Path) -> None:
    project = town(tmp_path, model=ruled("null_rate(income) > 50%", no_data='"alerting"'))
    cycles(project, range(20, DAYS + 8))
    (row,) = alarms(project)
    assert row.state == "firing"
    assert "source late: nothing has come for" in row.reason
    assert row.reason.endswith('(no_data = "alerting")')


@pytest.mark.parametrize(
    ("when", "rings"),
    [
        ("rows < 50% of rows offset 7d", False),
        ("rows > 90% of rows offset 7d and null_rate(income) > 50%", True),
        ('rows{version="v2"} > 20 and not null_rate(income) < 50%', True),
        ("null_rate(income) > baseline + 10%", True),
        ('null_rate(income){city="Oslo"} / null_rate(income){city="Rome"} > 1.5', False),
        (f"rows > {ROWS} or psi(income) > 9", False),
    ],
)
def test_whatever_the_grammar_says_is_judged(tmp_path: Path, when: str, rings: bool) -> None:
    project = town(tmp_path, emptied(20), ruled(when, min_rows=5))
    cycles(project, [DAYS])
    assert [row.state for row in alarms(project)] == (["firing"] if rings else [])
