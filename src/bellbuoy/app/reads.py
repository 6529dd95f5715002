"""What the doors ask for, answered from the state: the fleet, one model's page, readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bellbuoy.app.ask import Question, taken_of, told_age
from bellbuoy.app.cycle import gauge_of
from bellbuoy.app.glance import Seen, aged, gap_of, glance
from bellbuoy.app.hindsight import alarms_then, past_of, retried
from bellbuoy.app.marks import marks_changed
from bellbuoy.app.memory import Later, Memory
from bellbuoy.app.page import View, page_of, unit_of
from bellbuoy.app.parts import by_of, change_document, change_of, each_of
from bellbuoy.app.plans import ledger_folder
from bellbuoy.app.points import point_document, point_of
from bellbuoy.app.project import OpenProject
from bellbuoy.app.told import incidents_then
from bellbuoy.app.views import Light, LightState, ModelPage, ModelStatus
from bellbuoy.clock import Clock, FrozenClock
from bellbuoy.config.spec import Model
from bellbuoy.errors import Fault, Faults
from bellbuoy.metrics.taken import Taken, record_of
from bellbuoy.profiles.series import Counts
from bellbuoy.store.database import Database, Shelf
from bellbuoy.store.port import AlarmRow, IncidentRow, NoteRow
from bellbuoy.windows import from_micro, iso

_T = TypeVar("_T")


class StateReads:
    """Answers from the state, for many threads. What depends on counts alone is kept until the model's next cycle."""

    def __init__(self, project: OpenProject, database: Database, clock: Clock) -> None:
        self.database, self.clock, self._folder = database, clock, project.folder
        self._ledgers = ledger_folder(project, "")
        self.renew(project)

    def renew(self, project: OpenProject) -> None:
        """Take what the project's files say now; nothing that was made from the old ones is kept."""
        # A model and its memory go together: who is at an answer by the old file puts it into the old memory.
        self._watched = {name: (model, Memory()) for name, model in project.models.items()}
        self._broken = _broken(project.faults)

    @property
    def as_of(self) -> datetime | None:
        """The moment at which time stands still; None where it runs."""
        return self.clock.now() if isinstance(self.clock, FrozenClock) else None

    def fleet(self) -> Sequence[ModelStatus]:
        """All models under watch, and those whose files are wrong."""
        watched = [self._status(*watched) for watched in self._watched.values()]
        return [*watched, *(_faulty(name, faults) for name, faults in self._broken.items())]

    def status(self, model: str) -> ModelStatus:
        """One model at a glance.

        Raises:
            KeyError: there is no such model.
        """
        return self._status(*self._known(model))

    def page(
        self,
        model: str,
        *,
        metric: str | None,
        grain: str | None,
        start: datetime | None,
        end: datetime | None,
        version: str | None,
        column: str | None = None,
        segment: str | None = None,
        as_of: datetime | None = None,
    ) -> ModelPage:
        """One model over `[start, end)`, as it was believed to be at a past moment where one is given.

        Raises:
            KeyError: there is no such model.
            ConfigError: there is no such metric, column, grain, segment or version, or the model's file is wrong.
        """
        spec, memory = self._known(model)
        status = self._status(spec, memory, as_of)
        view = View(metric, grain, start, end, version, column, segment, as_of)
        what = view, marks_changed(self._folder)

        def look(seen: Seen) -> ModelPage:
            return memory.once(_stamp(seen), what, lambda: page_of(seen, status, view, self._folder))

        return replace(self._look(spec, as_of, look), status=status)

    def status_json(self) -> dict[str, object]:
        """What `bellbuoy status --json` prints."""
        return {"now": iso(self.clock.now()), "models": [_status_document(one) for one in self.fleet()]}

    def readings_json(
        self,
        model: str,
        *,
        metric: str | None,
        column: str | None = None,
        grain: str | None = None,
        segment: str | None = None,
        version: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
        estimate: bool = False,
        age: timedelta | None = None,
        by: str | None = None,
    ) -> dict[str, object]:
        """What `bellbuoy readings MODEL --json` prints.

        `as_of`: as it was believed at a past moment. `estimate`: what was expected of each window
        before labels stands behind what was measured, and how near that came. `age`: each window
        as it was when it was so old. `by`: of every value of a segment's column, or of every `version`.

        Raises:
            KeyError: there is no such model.
            ConfigError: there is no such metric, column, grain, segment or version.
        """
        question = Question(metric, column, grain, segment, version, start, end, estimate, age)

        def look(seen: Seen) -> dict[str, object]:
            asked = question.understood(seen.model, seen.gauge.subject, seen.gauge.counts)
            asked = replace(asked, where=seen.until_now(asked.where))
            each = each_of(seen, asked, by)
            found = [(one, taken_of(seen.gauge, one)) for one in each]
            points = [point_of(taken, one.where) for one, every in found for taken in every]
            return {
                "model": model,
                "metric": asked.metric,
                "column": asked.column,
                "grain": asked.grain.value,
                "as_of": iso(seen.gauge.now),
                "unit": unit_of(seen.model, asked.metric),
                **({"age": told_age(asked.age)} if asked.age is not None else {}),
                "readings": [point_document(point) for point in points],
                **({"track": _track_document(found[0][1])} if asked.estimate and len(found) == 1 else {}),
            }

        return self._look(self._known(model)[0], as_of, look)

    def parts_json(
        self,
        model: str,
        *,
        metric: str | None,
        by: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
        segment: str | None = None,
        version: str | None = None,
    ) -> dict[str, object]:
        """What `bellbuoy parts MODEL --json` prints: where a metric's change came from, the worst part first.

        Raises:
            KeyError: there is no such model.
            ConfigError: there is no such metric, segment or version, or the metric is not one of rows with labels.
        """
        question = Question(metric, None, None, segment, version, start, end)

        def look(seen: Seen) -> dict[str, object]:
            asked = question.understood(seen.model, seen.gauge.subject, seen.gauge.counts)
            asked = replace(asked, where=seen.until_now(asked.where))
            change = change_of(seen, asked, by_of(seen, by))
            return change_document(model, asked.metric, change) | {"as_of": iso(seen.gauge.now)}

        return self._look(self._known(model)[0], as_of, look)

    def _known(self, model: str) -> tuple[Model, Memory]:
        """A model and its memory.

        Raises:
            KeyError: there is no such model.
            Faults: there is, and its file is wrong.
        """
        if model in self._broken:
            raise Faults(self._broken[model])
        return self._watched[model]

    def _status(self, model: Model, memory: Memory, as_of: datetime | None = None) -> ModelStatus:
        def look(seen: Seen) -> ModelStatus:
            if not seen.row.cycle:
                return _unread(seen.model)
            stamp, moment = _stamp(seen), seen.gauge.now if as_of is not None else None
            gap = memory.once(stamp, ("gap", moment), lambda: gap_of(seen))
            return aged(memory.once(stamp, ("glance", moment), lambda: glance(seen)), seen, gap, seen.gauge.now)

        return self._look(model, as_of, look)

    def _look(self, model: Model, as_of: datetime | None, act: Callable[[Seen], _T]) -> _T:
        """What is made of a model as the state has it, or as it was believed to be at a moment."""
        now = self.clock.now() if as_of is None else min(as_of, self.clock.now())

        def look() -> _T:
            with self.database.read() as shelf:
                row = shelf.model(model.name)
                past = past_of(shelf, row, model, self._ledgers / model.name, now)
                gauge = gauge_of(Counts(shelf, model.name, model.grain, past=past), model, now)
                return act(Seen(model, gauge, row, *_rows(shelf, model.name, None if past is None else now)))

        return retried(look)


def _rows(
    shelf: Shelf, model: str, then: datetime | None
) -> tuple[Later[AlarmRow], Later[NoteRow], Later[IncidentRow]]:
    """A model's alarms, notes and incidents, as they are or as they stood at a moment."""

    def alarms() -> list[AlarmRow]:
        return shelf.alarms(model) if then is None else alarms_then(shelf.alarms(model), then)

    def incidents() -> list[IncidentRow]:
        return shelf.incidents(model) if then is None else incidents_then(shelf.incidents(model), then)

    return Later(alarms), Later(lambda: shelf.notes(model)), Later(incidents)


def _track_document(taken: Sequence[Taken]) -> dict[str, object] | None:
    track = record_of(taken, taken)
    return None if track is None else asdict(track)


def _stamp(seen: Seen) -> tuple[int, datetime]:
    """An answer stands until the model has had another cycle, or another of its windows has ended.

    What is looked back at stands until the next cycle, whatever the moment: it is part of the question.
    """
    return seen.row.cycle, seen.model.grain.floor(
        from_micro(seen.row.cycled_at or 0) if seen.hindsight else seen.gauge.now
    )


def _broken(faults: Iterable[Fault]) -> dict[str, list[Fault]]:
    """Faults by the model whose file has them."""
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        found.setdefault(Path(fault.file).stem, []).append(fault)
    return found


def _faulty(name: str, faults: Sequence[Fault]) -> ModelStatus:
    """A model that is not watched because its file is wrong: it must not vanish from sight."""
    more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
    told = f"not watched, its file is wrong: {faults[0]}{more}"
    light = Light(LightState.UNKNOWN, told)
    return ModelStatus(name, "", None, light, light, light, told, "")


def _unread(model: Model) -> ModelStatus:
    light = Light(LightState.UNKNOWN, "no cycle has run yet: bellbuoy run --once")
    return ModelStatus(model.name, model.task.value, model.owner, light, light, light, None, "")


def _status_document(status: ModelStatus) -> dict[str, object]:
    lights = {"model": status.model, "pipeline": status.pipeline, "world": status.world}
    return {
        "name": status.name,
        **{name: light.state.value for name, light in lights.items()},
        "why": {name: light.why for name, light in lights.items()},
        "headline": status.headline,
        "readings": {name: point_document(point) for name, point in status.readings.items()},
        "freshness_seconds": status.freshness_seconds,
        "firing": [{**asdict(one), "since": iso(one.since)} for one in status.firing],
        "incidents": [one.id for one in status.incidents],
        "champion": status.champion,
        "next_build_at": iso(status.next_build_at) if status.next_build_at is not None else None,
    }
