"""The composition root: a project's files, its state and its clock, put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.app.bell import Bell
from bellbuoy.app.cycle import Cycled, run_cycle
from bellbuoy.app.project import OpenProject, open_project, reopened
from bellbuoy.app.push import Pushes
from bellbuoy.app.reads import StateReads
from bellbuoy.clock import Clock, SystemClock
from bellbuoy.config.read import MODELS_FOLDER, PROJECT_FILE
from bellbuoy.errors import Fault, Faults
from bellbuoy.profiles.step import Listener
from bellbuoy.store.database import Database


class App:
    """A project at work. Models whose files are wrong are left out and told in `project.faults`."""

    def __init__(self, project: OpenProject, database: Database, clock: Clock) -> None:
        self.project, self.database, self.clock = project, database, clock
        self.reads = StateReads(project, database, clock)
        self.pushes = Pushes(project, clock)
        self.bell = Bell(project, database, clock)
        self._notebooks: dict[str, Notebook] = {}
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
        spec, moment = self.project.model(model), now or self.clock.now()
        # Gone while the cycle runs: what it read of a transaction that failed is not to be believed.
        notebook = self._notebooks.pop(model, None) or Notebook()
        done = run_cycle(self.project, self.database, spec, moment, listen, notebook=notebook)
        self._notebooks[model] = notebook
        return done

    def notebook(self, model: str) -> Notebook:
        """What the last cycle of a model read and judged, to go on from; empty where none has run here."""
        return self._notebooks.get(model) or Notebook()

    def recount(self, model: str, now: datetime | None = None, listen: Listener | None = None) -> Cycled:
        """Forget what was counted of a model and count all anew, as its file and its tables are now, all or nothing.

        Raises:
            ConfigError: there is no such model, or its file does not fit its tables.
            SourceError: something cannot be read that would have to be counted again; all is as it was.
            StateError: another process is at this model, or the state does not answer.
        """
        spec = self.project.model(model)
        self._notebooks.pop(model, None)
        return run_cycle(self.project, self.database, spec, now or self.clock.now(), listen, anew=True)

    def reload(self) -> Sequence[Fault]:
        """Read the project's files again if one has changed, and tell what is wrong with them then.

        If `bellbuoy.toml` is wrong or gone now, all stays as it was.
        """
        now = stamp(self.project.folder)
        if now == self._stamp:
            return ()
        self._stamp = now
        try:
            project = reopened(self.project.folder)
        except Faults as wrong:
            return wrong.faults
        self.project = project
        self._notebooks.clear()
        self.reads.renew(project)
        self.pushes.renew(project)
        self.bell.renew(project)
        return project.faults


def stamp(folder: Path) -> tuple[object, ...]:
    """What changes whenever one of a project's files does."""
    return tuple(_stamps([folder / PROJECT_FILE, *sorted((folder / MODELS_FOLDER).glob("*.toml"))]))


def _stamps(files: Sequence[Path]) -> Iterator[tuple[object, ...]]:
    for path in files:
        with suppress(OSError):  # it is being replaced right now, and will have changed at the next look
            stat = path.stat()
            yield path.name, stat.st_mtime_ns, stat.st_size


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
