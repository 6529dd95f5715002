"""What the doors ask for, answered from the state: the fleet, one model's page, readings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from threading import Lock
from typing import TypeVar

from bellbuoy.app.ask import Question, taken_of
from bellbuoy.app.cycle import gauge_of
from bellbuoy.app.glance import Seen, aged, glance
from bellbuoy.app.page import View, page_of
from bellbuoy.app.points import point_document, point_of
from bellbuoy.app.project import OpenProject
from bellbuoy.app.views import Light, LightState, ModelPage, ModelStatus
from bellbuoy.clock import Clock
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError
from bellbuoy.profiles.series import Counts
from bellbuoy.store.database import Database
from bellbuoy.windows import Grain, iso

_T = TypeVar("_T")
#: Answers that are kept; the oldest goes when there are more.
_KEPT = 500


class StateReads:
    """Answers from the state. What depends on counts alone is kept until the model's next cycle."""

    def __init__(self, project: OpenProject, database: Database, clock: Clock) -> None:
        self.project, self.database, self.clock = project, database, clock
        self._kept: dict[tuple[object, ...], object] = {}
        self._lock = Lock()

    def renew(self, project: OpenProject) -> None:
        """Take what the project's files say now; nothing that was made from the old ones is kept."""
        with self._lock:
            self.project, self._kept = project, {}

    def fleet(self) -> Sequence[ModelStatus]:
        """All models under watch."""
        return [self.status(name) for name in self.project.models]

    def status(self, model: str) -> ModelStatus:
        """One model at a glance.

        Raises:
            KeyError: there is no such model.
        """
        now = self.clock.now()
        with self._seen(model, now) as seen:
            if not seen.row.cycle:
                return _unread(seen.model)
            status = self._once(seen, ("glance",), lambda: glance(seen))
            return aged(status, seen, now)

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
        status = self.status(model)
        view = View(metric, grain, start, end, version)
        with self._seen(model, self.clock.now()) as seen:
            page = self._once(seen, ("page", view), lambda: page_of(seen, status, view, self.project.folder))
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
        with self._seen(model, now) as seen:
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

    @contextmanager
    def _seen(self, model: str, now: datetime) -> Iterator[Seen]:
        spec = self.project.models[model]
        with self.database.read() as shelf:
            gauge = gauge_of(Counts(shelf, model, Grain(spec.grain)), spec, now)
            yield Seen(spec, gauge, shelf.model(model), shelf.alarms(model), shelf.notes(model))

    def _once(self, seen: Seen, what: tuple[object, ...], make: Callable[[], _T]) -> _T:
        """An answer from memory if the model has had no cycle since and its windows stand as they did."""
        key = (seen.model.name, seen.row.cycle, seen.model.grain.floor(seen.gauge.now), *what)
        with self._lock:
            if key in self._kept:
                return self._kept[key]  # type: ignore[return-value]
        made = make()
        with self._lock:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = made
        return made


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
