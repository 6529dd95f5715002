"""`bellbuoy run`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from bellbuoy.app.beats import Beats
from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import App, open_app
from bellbuoy.cli.ending import ended_at_once
from bellbuoy.cli.options import HERE, FailOption, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import counting, print_json, print_note, print_table
from bellbuoy.errors import ConfigError, Fault
from bellbuoy.windows import iso

#: Seconds between looks at what is due.
_LOOK = 1.0


def run(
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="MODEL", help="Only this model; again for more.")
    ] = None,
    project: ProjectOption = HERE,
    now: NowOption = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="One cycle of each model, then stop: what cron calls.")] = False,
    recount: Annotated[
        bool,
        typer.Option("--recount", help="With --once: forget what was counted, and count the tables as they are now."),
    ] = False,
    fail_on_firing: FailOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run the cycles that are due; without --once, go on until stopped.

    A model that cannot be read does not stop the others; it is told, and the exit code is 1, or 2 where its file is
    wrong.
    """
    if recount and not once:
        raise ConfigError("everything is counted anew once, not again and again", hint="bellbuoy run --once --recount")
    clock = clock_at(now)
    with ended_at_once(), open_app(project, clock) as app:
        beats = Beats(app)
        chosen = beats.chosen(model or ())
        _tell_faults(app.project.faults)
        if once:
            done = [_beat(beats, name, as_json=as_json, anew=recount) for name in chosen]
            _show(done, as_json=as_json)
            _leave(app, done, fail_on_firing=fail_on_firing)
        while True:
            for name in beats.due(model or ()):
                _line(_beat(beats, name, as_json=as_json), as_json=as_json)
            clock.sleep(_LOOK)
            _tell_faults(app.reload())


def _beat(beats: Beats, name: str, *, as_json: bool, anew: bool = False) -> Cycled:
    with counting(name, shown=not as_json) as listen:
        return beats.beat(name, listen, anew=anew)


def _tell_faults(faults: Iterable[Fault]) -> None:
    for fault in faults:
        print_note(str(fault))


def _show(done: list[Cycled], *, as_json: bool) -> None:
    if as_json:
        print_json({"cycles": [_document(one) for one in done]})
        return
    if not done:
        return
    heads = ("model", "new rows", "repeated", "labels", "joined", "")
    print_table(heads, [_cells(one) for one in done])
    for one in done:
        for note in one.notes:
            print_note(f"{one.model}: {note.message}")


def _line(one: Cycled, *, as_json: bool) -> None:
    if as_json:
        print_json(_document(one))
    elif one.failed or one.counted.rows or one.counted.labels or one.moved:
        print_note(f"{iso(one.at)} {one.model}: {one.text}")


def _cells(one: Cycled) -> tuple[object, ...]:
    counted = one.counted
    numbers = (counted.rows, counted.duplicates, counted.labels, counted.matched)
    return (one.model, *(f"{number:,}" for number in numbers), one.failed or "; ".join(_moves(one)))


def _moves(one: Cycled) -> list[str]:
    return [f"{moved.name} is {moved.state.value}" for moved in one.moved]


def _document(one: Cycled) -> dict[str, object]:
    counted = one.counted
    return {
        "model": one.model,
        "at": iso(one.at),
        "rows": counted.rows,
        "duplicates": counted.duplicates,
        "labels": counted.labels,
        "joined": counted.matched,
        "unknown_ids": counted.unknown,
        "corrected": counted.corrected,
        "alarms": [{"name": moved.name, "state": moved.state.value, "reason": moved.reason} for moved in one.moved],
        "notes": [{"code": note.code, "where": note.where, "message": note.message} for note in one.notes],
        "failed": one.failed,
    }


def _leave(app: App, done: list[Cycled], *, fail_on_firing: bool) -> None:
    """End with the exit code that tells how it went."""
    code = max((one.exit_code for one in done), default=0)
    if app.project.faults or code:
        raise typer.Exit(2 if app.project.faults else code)
    firing = fail_on_firing and any(app.reads.status(one.model).fires for one in done)
    raise typer.Exit(3 if firing else 0)
