"""A small model watched in memory: rows by the day, labels an hour later, everything as a cycle leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bellbuoy.app.cycle import gauge_of
from bellbuoy.app.glance import Seen
from bellbuoy.app.plans import plan_of, target_of
from bellbuoy.config.spec import Model
from bellbuoy.metrics.step import Gauge
from bellbuoy.profiles.reference import ReferenceTable, count_reference, deposit_reference
from bellbuoy.profiles.series import REFERENCE, Counts
from bellbuoy.profiles.step import Counted, Step
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.port import KeyType, Kind
from bellbuoy.store.database import Beat, Database
from bellbuoy.testing import MemorySource, Value

START = datetime(2024, 3, 4, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_KINDS = {"ts": Kind.MOMENT, "score": Kind.NUMBER, "version": Kind.CATEGORY, "city": Kind.CATEGORY}
_KINDS |= {"host": Kind.CATEGORY}


def model_of(**more: Any) -> Model:
    """A binary model by the day; `more` replaces tables of its file."""
    columns = {"id": "id", "time": "ts", "score": "score", "version": "version"}
    said = {
        "task": "binary",
        "grain": "1d",
        "predictions": {"path": "log.csv", "columns": columns},
        "labels": {"path": "truth.csv", "columns": {"id": "id", "label": "label", "time": "known"}},
        "features": {"income": {"kind": "number"}, "city": {"kind": "category"}},
        "segments": {"by": ["city"]},
    }
    return Model.model_validate(said | more, context={"name": "credit"})


class Stage:
    """A state, a model, and its rows."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.folder, self.model = folder, model_of(**more)
        self.database = Database.open("sqlite:///state.db", folder)
        self.predictions, self.labels, self.normal = MemorySource(), MemorySource(), MemorySource()

    def add(self, day: float, rows: int = 20, *, labelled: bool = True, **more: Value) -> None:
        """Rows from the start of a day on, a minute apart; every second one is positive and has the higher score."""
        for _ in range(rows):
            number = len(self.predictions.rows)
            at = START + day * DAY + (number % 1_000) * timedelta(minutes=1)
            row: Mapping[str, Value] = {
                "id": number,
                "ts": at,
                "score": 0.3 + 0.4 * (number % 2),
                "income": 1_000.0 + number % 20,
                "city": ("Oslo", "Rome")[number % 2],
                "version": "v1",
            }
            self.predictions.rows.append({**row, **more})
            if labelled:
                self.labels.rows.append({"id": number, "label": number % 2, "known": at + HOUR})

    def cycle(self, now: datetime) -> Counted:
        """One cycle; with rows in `normal`, the reference set is counted as well."""
        facts = {"kinds": {name: kind.value for name, kind in self._kinds().items()}}
        step = Step(self.database, self._watch(), now, facts)

        def keep(beat: Beat) -> None:
            known = step.model.marks.get(REFERENCE, {})
            made = count_reference(self._watch(), ReferenceTable(self.normal, "label"), known, step.codes, now)
            if made is not None:
                deposit_reference(beat, made, step.codes)

        return step.run([keep] if self.normal.rows else [])

    @contextmanager
    def seen(self, now: datetime) -> Iterator[Seen]:
        """The model as the doors see it at a moment."""
        name = self.model.name
        with self.database.read() as shelf:
            gauge = gauge_of(Counts(shelf, name, self.model.grain), self.model, now)
            told = shelf.alarms(name), shelf.notes(name), shelf.incidents(name)
            yield Seen(self.model, gauge, shelf.model(name), *told)

    @contextmanager
    def gauge(self, now: datetime) -> Iterator[Gauge]:
        """What takes the model's readings."""
        with self.seen(now) as seen:
            yield seen.gauge

    def _kinds(self) -> dict[str, Kind]:
        said = {name: Kind(one.kind.value) for name, one in self.model.features.items() if one.kind is not None}
        return _KINDS | said

    def _watch(self) -> Watch:
        said = self.model.labels
        labels = None if said is None else LabelTable(self.labels, "id", "label", "known", None, Kind.NUMBER)
        plan, target, folder = plan_of(self.model), target_of(self.model), self.folder / "ledger"
        return Watch("credit", plan, target, self._kinds(), self.predictions, "id", KeyType.WHOLE, labels, folder)
