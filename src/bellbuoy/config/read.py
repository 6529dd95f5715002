"""A project's files read and judged: either everything is right, or every fault is told at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bellbuoy.config.checks import model_wrongs, project_wrongs
from bellbuoy.config.environment import expanded
from bellbuoy.config.faults import Wrong, explained, placed
from bellbuoy.config.kinds import Name, Spec
from bellbuoy.config.lines import key_lines
from bellbuoy.config.spec_model import Model
from bellbuoy.config.spec_project import ProjectFile
from bellbuoy.errors import ConfigError, Fault, Faults

PROJECT_FILE = "bellbuoy.toml"
MODELS_FOLDER = "models"
_S = TypeVar("_S", bound=Spec)
_Check = Callable[[Mapping[str, Any]], Iterator[Wrong]]
_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)")
_NAME = TypeAdapter(Name)


@dataclass(frozen=True, slots=True)
class Project:
    """What a project's files say."""

    spec: ProjectFile
    models: Mapping[str, Model] = field(default_factory=dict)


def find_project(start: Path) -> Path:
    """The nearest folder with a `bellbuoy.toml`: `start` or one above it.

    Raises:
        ConfigError: there is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise ConfigError(
        f"no {PROJECT_FILE} here or in a folder above",
        where=str(start),
        hint="give --project DIR, or make a project with bellbuoy init DIR --predictions FILE",
    )


def read_project(folder: Path, environ: Mapping[str, str] | None = None) -> Project:
    """A project whose files are all right.

    Raises:
        Faults: all that is wrong in any of them.
    """
    project, faults = read_tolerant(folder, environ)
    if faults:
        raise Faults(faults)
    return project


def read_tolerant(folder: Path, environ: Mapping[str, str] | None = None) -> tuple[Project, tuple[Fault, ...]]:
    """A project with the models whose files are right, and the faults of the others: these must not stop those.

    Raises:
        Faults: `bellbuoy.toml` itself is wrong; the faults of the models' files are told with it.
    """
    known = os.environ if environ is None else environ
    spec, faults = read_file(folder / PROJECT_FILE, ProjectFile, project_wrongs, known)
    models: dict[str, Model] = {}
    for path in sorted((folder / MODELS_FOLDER).glob("*.toml")):
        model, wrong = read_model(path, known)
        faults += wrong
        if model is not None:
            models[model.name] = model
    if spec is None:
        raise Faults(faults)
    return Project(spec, models), tuple(faults)


def read_model(path: Path, environ: Mapping[str, str]) -> tuple[Model | None, list[Fault]]:
    """One model's file: the model, or what is wrong with it."""
    model, faults = read_file(path, Model, model_wrongs, environ)
    if not is_name(path.stem):
        hint = "call it by letters, digits, _, - and ., at most 100"
        return None, [Fault("the file's name cannot be a model's name", _shown(path), None, "", hint), *faults]
    return model, faults


def is_name(text: str) -> bool:
    """Whether a text can name a model: it stands in addresses and in paths."""
    try:
        _NAME.validate_python(text)
    except ValidationError:
        return False
    return True


def read_file(path: Path, kind: type[_S], check: _Check, environ: Mapping[str, str]) -> tuple[_S | None, list[Fault]]:
    """One file: what it says, or all that is wrong with it."""
    file = _shown(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        return None, [_syntax_fault(why, file, text)]
    except UnicodeDecodeError as why:
        line = why.object[: why.start].count(b"\n") + 1
        return None, [Fault("is not UTF-8 text", file, line, hint="save it as UTF-8")]
    except OSError as why:
        return None, [Fault(f"cannot be read: {why.strerror}", file)]
    data, wrongs = expanded(data, environ)
    spec, more = _validated(data, kind, path.stem)
    wrongs += [*more, *check(data)]
    if wrongs:
        return None, placed(wrongs, file, key_lines(text))
    return spec, []


def _validated(data: Mapping[str, Any], kind: type[_S], name: str) -> tuple[_S | None, list[Wrong]]:
    try:
        return kind.model_validate(data, context={"name": name}), []
    except ValidationError as error:
        return None, explained(error, kind)


def _syntax_fault(why: tomllib.TOMLDecodeError, file: str, text: str) -> Fault:
    match = _SYNTAX.fullmatch(str(why))
    if match is None:
        return Fault(f"is not TOML: {why}", file)
    line = int(match[2]) if match[2] else text.rstrip().count("\n") + 1
    return Fault(f"is not TOML: {match[1][0].lower()}{match[1][1:]}", file, line)


def _shown(path: Path) -> str:
    """A file's name within its project: models/delays.toml."""
    return f"{path.parent.name}/{path.name}" if path.parent.name == MODELS_FOLDER else path.name
