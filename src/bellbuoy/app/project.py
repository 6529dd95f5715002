"""A project at hand: its folder and what its files say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bellbuoy.config.read import find_project, read_project, read_tolerant
from bellbuoy.config.spec import Model, ProjectFile, RowsAt
from bellbuoy.errors import ConfigError, Fault
from bellbuoy.sources.port import Place


@dataclass(frozen=True, slots=True)
class OpenProject:
    """A project whose files were read; `faults` are of the models that are left out because of them."""

    folder: Path
    spec: ProjectFile
    models: Mapping[str, Model]
    faults: tuple[Fault, ...] = ()
    scratch: Path | None = None  #: where what is counted is kept instead of in `folder`, when history is replayed

    @property
    def home(self) -> Path:
        """The folder below which what is counted is kept."""
        return self.scratch or self.folder

    def model(self, name: str) -> Model:
        """One model by its name.

        Raises:
            ConfigError: there is none of that name.
        """
        if name not in self.models:
            hint = f"models: {', '.join(self.models) or 'none'}"
            raise ConfigError(f"no model is called {name!r}", where=str(self.folder), hint=hint)
        return self.models[name]

    def place(self, rows: RowsAt) -> Place:
        """Where rows of a model are, as sources understand it."""
        return Place(rows.path, rows.delta, rows.sql, rows.url, rows.inbox_table, self.spec.project.events)


def open_project(start: Path, *, tolerant: bool = False) -> OpenProject:
    """The project in `start` or above it.

    With `tolerant`, models with faults are left out and told in `faults`, so that they stop nobody else.

    Raises:
        ConfigError: there is no project, or (as `Faults`) its files are wrong.
    """
    folder = find_project(start)
    if tolerant:
        return reopened(folder)
    project = read_project(folder)
    return OpenProject(folder, project.spec, project.models)


def reopened(folder: Path) -> OpenProject:
    """The project in this very folder, whatever stands above it; models with faults are left out.

    Raises:
        Faults: `bellbuoy.toml` is wrong or gone.
    """
    project, faults = read_tolerant(folder)
    return OpenProject(folder, project.spec, project.models, faults)
