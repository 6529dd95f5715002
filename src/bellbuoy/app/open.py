"""The composition root: a project's files, its state and its clock, put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bellbuoy.app.cycle import Cycled, Listener, run_cycle
from bellbuoy.app.project import OpenProject, open_project
from bellbuoy.app.push import Pushes
from bellbuoy.app.reads import StateReads
from bellbuoy.clock import Clock, SystemClock
from bellbuoy.config.read import MODELS_FOLDER, PROJECT_FILE
from bellbuoy.errors import Faults
from bellbuoy.store.database import Database


class App:
    """A project at work. Models whose files are wrong are left out and told in `project.faults`."""

    def __init__(self, project: OpenProject, database: Database, clock: Clock) -> None:
        self.project, self.database, self.clock = project, database, clock
        self.reads = StateReads(project, database, clock)
        self.pushes = Pushes(project, clock)
        self._stamp = stamp(project.folder)

    @property
    def models(self) -> Sequence[str]:
        """Names of the models under watch."""
        return tuple(self.project.models)

    def cycle(self, model: str, now: datetime | None = None, listen: Listener | None = None) -> Cycled:
        """One beat of a model, at `now` or at the clock's time; `listen` is told how many rows were taken in.

        Raises:
            ConfigError: there is no such model.
            StateError: another process is at this model, or the state does not answer.
        """
        return run_cycle(self.project, self.database, self.project.model(model), now or self.clock.now(), listen)

    def reload(self) -> None:
        """Read the project's files again if one has changed; if `bellbuoy.toml` is wrong now, all stays as it was."""
        now = stamp(self.project.folder)
        if now == self._stamp:
            return
        self._stamp = now
        try:
            self.project = open_project(self.project.folder, tolerant=True)
        except Faults:
            return
        self.reads.renew(self.project)
        self.pushes.renew(self.project)


def stamp(folder: Path) -> tuple[object, ...]:
    """What changes whenever one of a project's files does."""
    files = [folder / PROJECT_FILE, *sorted((folder / MODELS_FOLDER).glob("*.toml"))]
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files if path.is_file())


@contextmanager
def open_app(start: Path, clock: Clock | None = None) -> Iterator[App]:
    """The project in `start` or above it, with its state open.

    Raises:
        ConfigError: there is no project, or its `bellbuoy.toml` is wrong.
        StateError: the state does not open.
    """
    project = open_project(start, tolerant=True)
    database = Database.open(project.spec.project.state, project.folder)
    try:
        yield App(project, database, clock or SystemClock())
    finally:
        database.close()
