"""What the doors ask for, answered from the state: the fleet, one model's page, readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime

from bellbuoy.app.ask import Question, taken_of
from bellbuoy.app.cycle import gauge_of
from bellbuoy.app.glance import Seen, aged, gap_of, glance
from bellbuoy.app.memory import Memory
from bellbuoy.app.page import View, page_of
from bellbuoy.app.points import point_document, point_of
from bellbuoy.app.project import OpenProject
from bellbuoy.app.views import Light, LightState, ModelPage, ModelStatus
from bellbuoy.clock import Clock
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError
from bellbuoy.profiles.series import Counts
from bellbuoy.store.database import Database
from bellbuoy.windows import iso


class StateReads:
    """Answers from the state, for many threads. What depends on counts alone is kept until the model's next cycle."""

    def __init__(self, project: OpenProject, database: Database, clock: Clock) -> None:
        self.project, self.database, self.clock = project, database, clock
        self._memories = {name: Memory() for name in project.models}

    def renew(self, project: OpenProject) -> None:
        """Take what the project's files say now; nothing that was made from the old ones is kept."""
        # Whoever is at an answer still has the old memories, and puts it there.
        self._memories = {name: Memory() for name in project.models}
        self.project = project

    def fleet(self) -> Sequence[ModelStatus]:
        """All models under watch."""
        return [self._status(model) for model in self.project.models.values()]

    def status(self, model: str) -> ModelStatus:
        """One model at a glance.

        Raises:
            KeyError: there is no such model.
        """
        return self._status(self.project.models[model])

    def page(
        self,
        model: str,
        *,
        metric: str | None,
        grain: str | None,
        start: datetime | None,
        end: datetime | None,
        version: str | None,
    ) -> ModelPage:
        """One model over `[start, end)`.

        Raises:
            KeyError: there is no such model.
            ConfigError: there is no such metric, grain or version.
        """
        spec, folder = self.project.models[model], self.project.folder
        status = self._status(spec)
        view = View(metric, grain, start, end, version)
        with self._seen(spec) as (seen, memory):
            page = memory.once(_stamp(seen), view, lambda: page_of(seen, status, view, folder))
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
        with self._seen(self.project.models[model]) as (seen, _):
            asked = question.understood(seen.model, seen.gauge.subject, seen.gauge.counts)
            points = [point_of(one, asked.where) for one in taken_of(seen.gauge, asked)]
        return {
            "model": model,
            "metric": asked.metric,
            "column": asked.column,
            "grain": asked.grain.value,
            "as_of": iso(now),
            "readings": [point_document(point) for point in points],
        }

    def _status(self, model: Model) -> ModelStatus:
        with self._seen(model) as (seen, memory):
            if not seen.row.cycle:
                return _unread(seen.model)
            stamp = _stamp(seen)
            gap = memory.once(stamp, "gap", lambda: gap_of(seen))
            return aged(memory.once(stamp, "glance", lambda: glance(seen)), seen, gap, seen.gauge.now)

    @contextmanager
    def _seen(self, model: Model) -> Iterator[tuple[Seen, Memory]]:
        name, memory = model.name, self._memories.get(model.name, Memory())
        with self.database.read() as shelf:
            gauge = gauge_of(Counts(shelf, name, model.grain), model, self.clock.now())
            yield Seen(model, gauge, shelf.model(name), shelf.alarms(name), shelf.notes(name)), memory


def _stamp(seen: Seen) -> tuple[int, datetime]:
    """An answer stands until the model has had another cycle, or another of its windows has ended."""
    return seen.row.cycle, seen.model.grain.floor(seen.gauge.now)


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
