"""What the doors ask for, answered from the state: the fleet, one model's page, readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from bellbuoy.app.ask import Question, taken_of
from bellbuoy.app.cycle import gauge_of
from bellbuoy.app.glance import Seen, aged, gap_of, glance
from bellbuoy.app.marks import marks_changed
from bellbuoy.app.memory import Memory
from bellbuoy.app.page import View, page_of
from bellbuoy.app.points import point_document, point_of
from bellbuoy.app.project import OpenProject
from bellbuoy.app.views import Light, LightState, ModelPage, ModelStatus
from bellbuoy.clock import Clock, FrozenClock
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError, Fault, Faults
from bellbuoy.profiles.series import Counts
from bellbuoy.store.database import Database
from bellbuoy.windows import iso


class StateReads:
    """Answers from the state, for many threads. What depends on counts alone is kept until the model's next cycle."""

    def __init__(self, project: OpenProject, database: Database, clock: Clock) -> None:
        self.database, self.clock, self._folder = database, clock, project.folder
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
    ) -> ModelPage:
        """One model over `[start, end)`.

        Raises:
            KeyError: there is no such model.
            ConfigError: there is no such metric, column, grain, segment or version, or the model's file is wrong.
        """
        spec, memory = self._known(model)
        status = self._status(spec, memory)
        view = View(metric, grain, start, end, version, column, segment)
        with self._seen(spec) as seen:
            what = view, marks_changed(self._folder)
            page = memory.once(_stamp(seen), what, lambda: page_of(seen, status, view, self._folder))
        return replace(page, status=status)

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
    ) -> dict[str, object]:
        """What `bellbuoy readings MODEL --json` prints.

        Raises:
            KeyError: there is no such model.
            ConfigError: there is no such metric, column, grain, segment or version.
        """
        now = self.clock.now()
        if as_of is not None and as_of < now:
            raise ConfigError("what was known in the past is not kept yet", where="as_of", hint="leave as_of out")
        if estimate:
            raise ConfigError("estimates without labels are not made yet", where="estimate", hint="leave it out")
        question = Question(metric, column, grain, segment, version, start, end)
        with self._seen(self._known(model)[0]) as seen:
            asked = question.understood(seen.model, seen.gauge.subject, seen.gauge.counts)
            asked = replace(asked, where=seen.until_now(asked.where))
            points = [point_of(one, asked.where) for one in taken_of(seen.gauge, asked)]
        return {
            "model": model,
            "metric": asked.metric,
            "column": asked.column,
            "grain": asked.grain.value,
            "as_of": iso(now),
            "readings": [point_document(point) for point in points],
        }

    def _known(self, model: str) -> tuple[Model, Memory]:
        """A model and its memory.

        Raises:
            KeyError: there is no such model.
            Faults: there is, and its file is wrong.
        """
        if model in self._broken:
            raise Faults(self._broken[model])
        return self._watched[model]

    def _status(self, model: Model, memory: Memory) -> ModelStatus:
        with self._seen(model) as seen:
            if not seen.row.cycle:
                return _unread(seen.model)
            stamp = _stamp(seen)
            gap = memory.once(stamp, "gap", lambda: gap_of(seen))
            return aged(memory.once(stamp, "glance", lambda: glance(seen)), seen, gap, seen.gauge.now)

    @contextmanager
    def _seen(self, model: Model) -> Iterator[Seen]:
        name = model.name
        with self.database.read() as shelf:
            gauge = gauge_of(Counts(shelf, name, model.grain), model, self.clock.now())
            yield Seen(model, gauge, shelf.model(name), shelf.alarms(name), shelf.notes(name))


def _stamp(seen: Seen) -> tuple[int, datetime]:
    """An answer stands until the model has had another cycle, or another of its windows has ended."""
    return seen.row.cycle, seen.model.grain.floor(seen.gauge.now)


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
        "incidents": list(status.incidents),
        "champion": status.champion,
        "next_build_at": iso(status.next_build_at) if status.next_build_at is not None else None,
    }
