"""A state in which things rang: rows of alarms and incidents, with no cycle that made them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.unit.stage import START, model_of

from bellbuoy.app.bell import Bell
from bellbuoy.app.project import OpenProject
from bellbuoy.clock import FrozenClock
from bellbuoy.config.spec import ProjectFile
from bellbuoy.incidents.values import Cost, Loss
from bellbuoy.store.database import Database
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow
from bellbuoy.windows import iso, to_micro, to_seconds

HOUR = timedelta(hours=1)
ID = f"credit/{iso(START + HOUR)}/1"
LOSS: Loss = {
    "metric": "auc", "value": 0.02, "low": 0.01, "high": 0.03, "how": "estimated", "against": "before",
    "from": iso(START), "rows": 900,
}  # fmt: skip
COST: Cost = {"value": 120.0, "low": 80.0, "high": 160.0, "unit": "EUR", "how": "estimated", "rows": 900}


def at(hours: float) -> int:
    """Microseconds of a moment, so many hours after the start."""
    return to_micro(START + hours * HOUR)


def alarm_row(name: str = "nulls", **changes: Any) -> AlarmRow:
    """An alarm that began with the first hour and fired with the next."""
    whole = AlarmRow(
        f"credit/{name}/income/{iso(START)}",
        name,
        "firing",
        at(1),
        kind="input",
        pending_at=at(0),
        fired_at=at(1),
        value=0.4,
        threshold=0.1,
        start=to_seconds(START),
        end=to_seconds(START + HOUR),
        reason="the breach held",
        metric="null_rate",
        column="income",
        severity="critical",
        incident=ID,
        facts={"why": "income is null in 40 % of rows", "usual": 0.01},
    )
    return replace(whole, **changes)


def incident_row(**changes: Any) -> IncidentRow:
    """The incident of that alarm."""
    facts = {
        "suspects": [{"column": "income", "owner": "crm", "why": "null in 40 %", "score": 0.9}],
        "evidence": [{"verdict": "pipeline", "weight": 1.8, "why": "nulls of one column"}],
        "scores": {"pipeline": 0.8, "world": 0.2},
        "blast": {"share": 0.4, "loss": LOSS, "money": COST, "since": iso(START)},
        "before": [{"at": iso(START), "text": "version v3 came"}],
        "verdicts": [
            {"at": iso(START + HOUR), "verdict": "unclear", "confidence": 0.4},
            {"at": iso(START + 2 * HOUR), "verdict": "pipeline", "confidence": 0.8},
        ],
    }
    whole = IncidentRow(
        ID, at(1), None, "open", "critical", "pipeline", 0.8, "income lost its values", "crm", None, facts
    )
    return replace(whole, **changes)


OPENED = EventRow(ID, at(1), "opened", "income lost its values")


class Belfry:
    """A project of two models (the other never had a cycle), with a bell whose time a test sets."""

    def __init__(self, folder: Path) -> None:
        project = ProjectFile.model_validate({"project": {"name": "loans"}})
        models = {"credit": model_of(), "fresh": model_of()}
        self.database = Database.open("sqlite:///state.db", folder)
        self.bell = Bell(OpenProject(folder, project, models), self.database, FrozenClock(START + 9 * HOUR))

    def go_to(self, moment: datetime) -> None:
        """Set the bell's time."""
        self.bell.clock = FrozenClock(moment)

    def put(self, *rows: AlarmRow | IncidentRow | EventRow, now: datetime = START + 9 * HOUR) -> None:
        """What a cycle writes."""
        with self.database.read() as shelf:
            cycle = shelf.model("credit").cycle
        with self.database.beat("credit", cycle) as beat:
            beat.put_alarms(row for row in rows if isinstance(row, AlarmRow))
            beat.put_incidents(row for row in rows if isinstance(row, IncidentRow))
            beat.put_events(row for row in rows if isinstance(row, EventRow))
            beat.finish(at=to_micro(now), facts={})


@contextmanager
def belfry(folder: Path) -> Iterator[Belfry]:
    """A belfry with one open incident."""
    made = Belfry(folder)
    made.put(alarm_row(), incident_row(), OPENED)
    try:
        yield made
    finally:
        made.database.close()
