"""The demo from nothing to the end of its year, in a folder; what was done before is not done again.

1. `begun`: the folder is ours. Only an empty folder, or one with our stamp, is ever touched.
2. `written`: the project's files are all there.
3. `replayed`: every cycle has run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bellbuoy.app.demo.features import features_of
from bellbuoy.app.demo.files import write_project
from bellbuoy.app.demo.flights import flights_of
from bellbuoy.app.demo.look import Sight, sights
from bellbuoy.app.demo.replay import LAST, Phase, replay
from bellbuoy.app.demo.settings import MODEL
from bellbuoy.app.demo.tables import find_data, read_tables
from bellbuoy.app.demo.year import Year, live_year, load_learning
from bellbuoy.app.open import open_app
from bellbuoy.app.project import open_project
from bellbuoy.app.up import Address, address_in
from bellbuoy.app.views import Incident
from bellbuoy.clock import FrozenClock
from bellbuoy.config.spec import Web
from bellbuoy.errors import ConfigError

_STAMP = Path(".bellbuoy") / "demo"


class Stage(StrEnum):
    """How far a folder's demo has come."""

    BEGUN = "begun"
    WRITTEN = "written"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True)
class Told:
    """What the replayed year holds: from its readings, and what Bellbuoy made of it."""

    rows: int
    labelled: int
    windows: int
    versions: tuple[str, ...]
    sights: tuple[Sight, ...]
    incidents: tuple[Incident, ...]  #: that rang, in the order in which they were opened


def make_demo(folder: Path, phase: Phase) -> int:
    """Bring a folder's demo to its end from wherever it stands. Gives how many cycles had to run.

    Raises:
        ConfigError: the folder holds something else, or a package of the extra `demo` is not installed.
    """
    stage = stage_of(folder)
    if stage is not Stage.REPLAYED:
        data = find_data()
        load_learning()
        _stamp(folder, stage or Stage.BEGUN)
        if stage is not Stage.WRITTEN:
            write_project(folder, _make_year(data, phase))
            _stamp(folder, Stage.WRITTEN)
    with open_app(folder, FrozenClock(LAST)) as app:
        cycles = replay(app, phase)
    _stamp(folder, Stage.REPLAYED)
    return cycles


def address_for(folder: Path, port: int | None) -> Address:
    """Where the demo in a folder will be served: as its file says, if it has been written.

    Raises:
        ConfigError: the folder holds something else, or the file is wrong.
    """
    written = stage_of(folder) in {Stage.WRITTEN, Stage.REPLAYED}
    web = open_project(folder, tolerant=True).spec.web if written else Web()
    return address_in(web, None, port)


def stage_of(folder: Path) -> Stage | None:
    """How far the demo in a folder has come; None for a folder that is empty or not there.

    Raises:
        ConfigError: the folder holds something else.
    """
    stamp = folder / _STAMP
    if stamp.is_file():
        text = stamp.read_text(encoding="utf-8").strip()
        return Stage(text) if text in set(Stage) else Stage.BEGUN
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    raise ConfigError("there is something else here already", where=str(folder), hint="name an empty or a new folder")


def tell(folder: Path) -> Told:
    """What a finished demo shows.

    Raises:
        ConfigError: there is no project.
    """
    with open_app(folder, FrozenClock(LAST)) as app:
        page = app.reads.page(MODEL, metric="auc", grain="1d", start=None, end=None, version=None)
        found = tuple(sights(app.reads))
        rang = tuple(app.bell.incidents(MODEL, every=True))
    points = page.points
    labelled = sum(point.labelled or 0 for point in points)
    return Told(sum(point.rows for point in points), labelled, len(points), page.versions, found, rang)


def _make_year(data: Path, phase: Phase) -> Year:
    with phase("Reading 336,776 flights and the weather", None):
        tables = read_tables(data, LAST)
    with phase("Training two versions and scoring the year", None):
        flights = flights_of(tables)
        return live_year(flights, features_of(flights, tables))


def _stamp(folder: Path, stage: Stage) -> None:
    path = folder / _STAMP
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{stage}\n", encoding="utf-8")
