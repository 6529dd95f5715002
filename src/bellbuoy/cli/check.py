"""`bellbuoy check`."""

from __future__ import annotations

from typing import Annotated

import typer

from bellbuoy.app.check import Checked, Finding, Level, check_project
from bellbuoy.cli.options import HERE, JsonOption, ProjectOption
from bellbuoy.cli.output import print_json, print_text
from bellbuoy.clock import SystemClock

_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.FAULT: "red"}


def check(
    models: Annotated[list[str] | None, typer.Argument(metavar="MODEL", help="Models to look at; else all.")] = None,
    project: ProjectOption = HERE,
    *,
    as_json: JsonOption = False,
) -> None:
    """Say whether all fits together, and what will be watched.

    Exits with 2 when a fault was found; warnings do not stop anything.
    """
    checked = check_project(project, SystemClock().now(), models or ())
    if as_json:
        print_json(_document(checked))
    else:
        _show(checked)
    if checked.faults:
        raise typer.Exit(2)


def _document(checked: Checked) -> dict[str, object]:
    findings = [
        {"level": one.level.value, "where": one.where, "message": one.message, "hint": one.hint or None}
        for one in checked.findings
    ]
    return {"ok": not checked.faults, "findings": findings, "watched": {k: list(v) for k, v in checked.watched.items()}}


def _show(checked: Checked) -> None:
    for one in checked.findings:
        print_text(_line(one), _STYLES[one.level])
    for model, sentences in checked.watched.items():
        print_text(f"\n{model}", "bold")
        for sentence in sentences:
            print_text(f"  {sentence}")
    if checked.faults:
        print_text(f"\n{checked.faults} fault{'' if checked.faults == 1 else 's'} to mend.", "red")


def _line(one: Finding) -> str:
    hint = f" ({one.hint})" if one.hint else ""
    return f"{one.level.value:<8}{one.where}: {one.message}{hint}"
