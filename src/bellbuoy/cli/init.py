"""`bellbuoy init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bellbuoy.app.init import Guessed, Started, Tables, start_project
from bellbuoy.cli.options import HERE, JsonOption, ProjectOption
from bellbuoy.cli.output import print_json, print_note, print_table, print_text
from bellbuoy.clock import SystemClock


def init(
    predictions: Annotated[
        str,
        typer.Option(help="Where predictions are logged: a file, a glob, a folder or a URL; url#table of a database."),
    ],
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="Folder to make the project in.")] = None,
    labels: Annotated[str | None, typer.Option(help="Where the truth is, if it is in another place.")] = None,
    reference: Annotated[str | None, typer.Option(help="Scored rows of a time when all was well.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the model; else as the folder.")] = None,
    project: ProjectOption = HERE,
    *,
    as_json: JsonOption = False,
) -> None:
    """Look at your tables and write the files of a project.

    Task, columns, features, segments, delay and grain are guessed, and each guess stands in models/<name>.toml with its
    reason. Files that are there already are never overwritten.
    """
    if not as_json:
        print_note("Looking at the tables …")
    tables = Tables(predictions, labels, reference)
    started = start_project(folder or project, tables, SystemClock().now(), name)
    if as_json:
        print_json(_document(started))
    else:
        _show(started)


def _document(started: Started) -> dict[str, object]:
    guesses = [{"key": one.key, "value": one.value, "why": one.why} for one in started.guesses]
    files = [str(path) for path in started.files]
    return {
        "project": str(started.folder),
        "model": started.model,
        "files": files,
        "guesses": guesses,
        "warnings": list(started.warnings),
    }


def _show(started: Started) -> None:
    print_table(("guess", "", "why"), [(one.key, _short(one), one.why) for one in started.guesses])
    print_text("")
    for path in started.files:
        print_text(f"wrote {path}")
    for warning in started.warnings:
        print_note(f"WARNING: {warning}")
    print_note(f"Look through the guesses, then: bellbuoy check --project {started.folder}")


def _short(one: Guessed) -> str:
    if isinstance(one.value, dict | list | tuple) and len(one.value) > 3:
        return f"{len(one.value)} columns" if not isinstance(one.value, dict) else f"{len(one.value)} classes"
    return ", ".join(one.value) if isinstance(one.value, dict | list | tuple) else str(one.value)
