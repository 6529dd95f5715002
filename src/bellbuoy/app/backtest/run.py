"""The replay: the same cycle as ever, at each moment of history, in a state that nobody else sees."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bellbuoy.app.backtest.calibrated import Calibrated, calibrated
from bellbuoy.app.backtest.history import Wish, moments, past_of
from bellbuoy.app.backtest.noise import Noise, Usual, noise_of, usual_of
from bellbuoy.app.cycle import gauge_of
from bellbuoy.app.open import App
from bellbuoy.app.project import OpenProject
from bellbuoy.clock import FrozenClock
from bellbuoy.config.read import MODELS_FOLDER, PROJECT_FILE
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError
from bellbuoy.incidents.speaks import is_of_pack
from bellbuoy.metrics.catalogue import find
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.step import Gauge
from bellbuoy.profiles.series import Counts, Slice
from bellbuoy.store.database import Database
from bellbuoy.store.port import AlarmRow, IncidentRow

#: Where a project's state is that says nothing of it: a scratch state that is kept is a project's of its own.
_STATE = "sqlite:///.bellbuoy/state.db"

#: Shows that something is under way, of how many parts (None: unknown), and takes word of each part that is done.
Phase = Callable[[str, float | None], AbstractContextManager[Callable[[float], None]]]


@dataclass(frozen=True, slots=True)
class Backtest:
    """What would have happened: all alarms that fired, all incidents, and which rules rang too often."""

    model: Model
    start: datetime
    end: datetime
    cycles: int
    alarms: tuple[AlarmRow, ...]
    incidents: tuple[IncidentRow, ...]
    noise: tuple[Noise, ...] = ()
    calibrated: Calibrated | None = None  #: None where the model goes without the standard pack
    notes: tuple[str, ...] = ()


def backtest(project: OpenProject, model: str, wish: Wish, phase: Phase, keep: Path | None = None) -> Backtest:
    """Replay a model's history in a scratch state, which goes at the end unless it is to be kept in a folder.

    The project's own state is neither read nor written.

    Raises:
        ConfigError: there is no such model, nothing lies between the moments, or the folder is in use.
        SourceError: there are no rows to replay.
    """
    spec = project.model(model)
    with phase("Looking for the history", None):
        past = past_of(project, spec, reference=wish.reference)
    when = moments(past, wish)
    with _folder(project, past.model, keep) as folder, scratch(project, past.model, when[0], folder) as app:
        notes = [*past.notes, *_run(app, model, when, phase)]
        found = _found(app, past.model, wish.start or past.first, when)
    return replace(found, notes=tuple(notes))


def _run(app: App, model: str, when: Sequence[datetime], phase: Phase) -> list[str]:
    """Run the cycles; gives what could not be read, each once."""
    failed: dict[str, int] = {}
    with phase(f"Replaying {len(when):,} cycles", len(when)) as done:
        for moment in when:
            cycled = app.cycle(model, now=moment)
            if cycled.failed is not None:
                failed[cycled.failed] = failed.get(cycled.failed, 0) + 1
            done(1)
    return [f"in {many:,} cycles: {why}" for why, many in failed.items()]


def _found(app: App, model: Model, start: datetime, when: Sequence[datetime]) -> Backtest:
    end = when[-1]
    with app.database.read() as shelf:
        alarms = tuple(row for row in shelf.alarms(model.name) if row.fired_at is not None)
        incidents = tuple(shelf.incidents(model.name))
        gauge = gauge_of(Counts(shelf, model.name, model.grain), model, end)
        noise = noise_of(alarms, end - start, model.grain.delta)
        told = tuple(replace(one, usual=_usual(gauge, one.example)) for one in noise)
        cost = calibrated(gauge.counts, model, gauge.mature_after, end, app.notebook(model.name))
    return Backtest(model, start, end, len(when), alarms, incidents, told, cost)


def _usual(gauge: Gauge, row: AlarmRow) -> Usual | None:
    """What an alarm's metric usually is, where it is one of the catalogue; those of the pack say so themselves."""
    if is_of_pack(row):
        return None
    try:
        metric = find(row.metric, gauge.subject, column=row.column is not None)
    except ConfigError:
        return None
    taken = gauge.take(metric, gauge.counts.base, Slice(row.version, row.by, row.segment), row.column)
    return usual_of([one.reading.value for one in taken if isinstance(one.reading, Measured)])


@contextmanager
def scratch(project: OpenProject, model: Model, first: datetime, folder: Path) -> Iterator[App]:
    """The project with this model alone, and a state of its own in a folder, in which nothing was counted yet."""
    # It is thrown away, or can be made again: there is no need to wait for the disk.
    database = Database.open(_STATE, folder, durable=False)
    try:
        alone = replace(project, models={model.name: model}, faults=(), scratch=folder)
        yield App(alone, database, FrozenClock(first))
    finally:
        database.close()


@contextmanager
def _folder(project: OpenProject, model: Model, keep: Path | None) -> Iterator[Path]:
    """Where the scratch state is: a folder that is kept, or one that goes."""
    if keep is not None:
        _claim(keep, project, model)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="bellbuoy-backtest-") as folder:
        yield Path(folder)


def _claim(keep: Path, project: OpenProject, model: Model) -> None:
    """Make the folder a project of its own, so that `bellbuoy up --project` shows the replayed history.

    Raises:
        ConfigError: it is one already.
    """
    if (keep / PROJECT_FILE).exists():
        raise ConfigError("a project is there already", where=str(keep), hint="give --keep a new folder")
    (keep / MODELS_FOLDER).mkdir(parents=True, exist_ok=True)
    (keep / PROJECT_FILE).write_text(f'[project]\nname = "{project.spec.project.name}"\n', encoding="utf-8")
    name = f"{MODELS_FOLDER}/{model.name}.toml"
    shutil.copyfile(project.folder / name, keep / name)
