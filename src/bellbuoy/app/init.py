"""`bellbuoy init`: looks at the tables, guesses, and writes the two files of a project."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bellbuoy.app.sampling import take_sample
from bellbuoy.config.infer import Evidence, Guess, infer
from bellbuoy.config.read import MODELS_FOLDER, PROJECT_FILE, is_name
from bellbuoy.config.roles import Found, listed
from bellbuoy.config.sample import Sample
from bellbuoy.config.write import Places, model_text, project_text
from bellbuoy.errors import ConfigError
from bellbuoy.sources.opening import open_source
from bellbuoy.sources.port import Place

_URL = re.compile(r"[a-z][a-z0-9+.\-]+://")
_GLOB = re.compile(r"[*?\[]")
_DATABASE = re.compile(r"(sqlite|postgres|postgresql|mysql|mariadb|mssql|oracle|duckdb|snowflake|bigquery)(\+\w+)?://")


@dataclass(frozen=True, slots=True)
class Guessed:
    """One setting that was guessed, and why."""

    key: str
    value: object
    why: str


@dataclass(frozen=True, slots=True)
class Started:
    """A project that has just been written."""

    folder: Path
    model: str
    files: tuple[Path, ...]
    guesses: tuple[Guessed, ...]
    warnings: tuple[str, ...] = ()  #: what a person must look at before anything can come of it


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the tables are, as a person names them: files, globs, folders or URLs; of a database, `url#table`."""

    predictions: str
    labels: str | None = None
    reference: str | None = None


def start_project(folder: Path, tables: Tables, now: datetime, name: str | None = None) -> Started:
    """Write `bellbuoy.toml` and `models/<name>.toml` into a folder, made if need be; nothing is overwritten.

    Raises:
        ConfigError: one of the files is there already, or the tables cannot be understood.
        SourceError: a table cannot be read.
    """
    folder = folder.resolve()
    name = name or model_name(folder)
    if not is_name(name):
        raise ConfigError(f"{name!r} cannot be a model's name", hint="use letters, digits, _, - and ., at most 100")
    project, model = folder / PROJECT_FILE, folder / MODELS_FOLDER / f"{name}.toml"
    for path in (project, model):
        if path.exists():
            raise ConfigError("is there already", where=str(path), hint="remove it, or start in another folder")
    places = _places(tables, folder)
    evidence = _evidence(places, folder, now)
    guess = infer(evidence)
    texts = {project: project_text(name), model: model_text(name, guess, evidence, places)}
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        # "x" refuses a file that somebody else has made in the meantime.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return Started(folder, name, tuple(texts), tuple(_guesses(guess)), tuple(_warnings(guess, evidence)))


def model_name(folder: Path) -> str:
    """A name that an address can hold, from the folder's."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.name).strip("-._") or "model"


def _places(tables: Tables, folder: Path) -> Places:
    labels = None if tables.labels is None else _place(tables.labels, folder)
    reference = None if tables.reference is None else _place(tables.reference, folder)
    if reference is not None and "path" not in reference:
        raise ConfigError("a reference set is a file or a glob", where=f"{tables.reference}")
    return Places(_place(tables.predictions, folder), labels, None if reference is None else reference["path"])


def _place(given: str, folder: Path) -> Mapping[str, str]:
    """How the model's file names a table: from the project's folder, so that the two can move together."""
    if _DATABASE.match(given):
        return _table(given, folder)
    if _URL.match(given):
        return {"path": given}
    path = Path(given).expanduser()
    if (path / "_delta_log").is_dir():
        return {"delta": _from_folder(path, folder)}
    if not (path.exists() or _GLOB.search(given)):
        raise ConfigError("no such file", where=given)
    return {"path": _from_folder(path, folder)}


def _table(given: str, folder: Path) -> Mapping[str, str]:
    """A table of a database, given as `url#table`."""
    url, _, table = given.partition("#")
    if not table:
        hint = (
            f"write the table after it, as in {url}#decisions; or write sql = and url = into [predictions] by hand: "
            "docs/how-to/point-it-at-your-data.md"
        )
        raise ConfigError("this is a database, and no table in it", where=given, hint=hint)
    return {"sql": table, "url": _moved(url, lambda path: _from_folder(path, folder))}


def _moved(url: str, to: Callable[[Path], str]) -> str:
    """A database's URL with the path of its file, if it is one, written otherwise."""
    kind, separator, path = url.partition(":///")
    return f"{kind}{separator}{to(Path(path))}" if kind.startswith("sqlite") and path else url


def _from_folder(path: Path, folder: Path) -> str:
    """A path as seen from the project's folder; absolute where the two have nothing in common."""
    absolute = path.absolute()
    fixed = absolute if not _GLOB.search(absolute.name) else absolute.parent
    if not _GLOB.search(str(fixed)):
        absolute = fixed.resolve() / absolute.relative_to(fixed)
    if absolute.parts[:2] != folder.parts[:2]:
        return absolute.as_posix()
    return Path(os.path.relpath(absolute, folder)).as_posix()


def _evidence(places: Places, folder: Path, now: datetime) -> Evidence:
    def sample(place: Mapping[str, str]) -> Sample:
        # The project's folder need not be there yet, and then nothing is found by going up from it.
        return take_sample(open_source(Place(**{key: found(key, value) for key, value in place.items()}), folder), now)

    def found(key: str, value: str) -> str:
        if key == "sql" or (_URL.match(value) and key != "url"):
            return value
        if key == "url":
            return _moved(value, lambda path: os.path.normpath(folder / path))
        return os.path.normpath(folder / value)

    return Evidence(
        sample(places.predictions),
        None if places.labels is None else sample(places.labels),
        None if places.reference is None else sample({"path": places.reference}),
    )


def _guesses(guess: Guess) -> Iterator[Guessed]:
    log, outputs, labels = guess.log, guess.outputs, guess.labels
    found: Mapping[str, Found[object] | None] = {
        "task": outputs.task,
        "positive": outputs.positive,
        "grain": guess.grain,
        "predictions.columns.id": log.id,
        "predictions.columns.time": log.time,
        "predictions.columns.version": log.version,
        "predictions.columns.host": log.host,
        "predictions.columns.score": outputs.score,
        "predictions.columns.prediction": outputs.prediction,
        "predictions.threshold": outputs.threshold,
        "predictions.cursor": log.cursor,
        "segments.by": guess.segments,
    }
    yield from (Guessed(key, one.value, one.why) for key, one in found.items() if one is not None)
    if outputs.by_class:
        yield Guessed("predictions.columns.score", dict(outputs.by_class), "one column for each class")
    if labels is not None:
        yield Guessed(
            "labels.columns.label", labels.label, f"{100 * labels.matched:.0f} % of the labels have their prediction"
        )
    yield Guessed("features", list(guess.features), "all other columns")


def _warnings(guess: Guess, evidence: Evidence) -> Iterator[str]:
    labels, id_ = guess.labels, guess.log.id
    if labels is None or evidence.labels is None or id_ is None or labels.matched > 0:
        return
    ours, theirs = (listed(dict.fromkeys(filter(None, texts)), 3) for texts in _ids(guess, evidence))
    yield (
        f"no label has its prediction: {id_.value} is {ours} in the predictions, and {labels.id} {theirs} in the "
        "labels; without a common id nothing says how right the model is"
    )


def _ids(guess: Guess, evidence: Evidence) -> Iterator[Sequence[str]]:
    """The first few ids of the predictions, and of the labels."""
    assert guess.log.id is not None
    assert guess.labels is not None
    assert evidence.labels is not None
    yield evidence.predictions.texts(guess.log.id.value)[:3]
    yield evidence.labels.texts(guess.labels.id)[:3]
