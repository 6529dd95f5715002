"""`bellbuoy demo`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bellbuoy.app.bell import incident_document
from bellbuoy.app.demo.look import Sight
from bellbuoy.app.demo.make import Told, address_for, make_demo, tell
from bellbuoy.app.demo.replay import LAST
from bellbuoy.app.open import open_app
from bellbuoy.app.up import address_of, listen_at, serve
from bellbuoy.app.views import Incident, name_of
from bellbuoy.cli import up
from bellbuoy.cli.options import HERE, JsonOption, ProjectOption
from bellbuoy.cli.output import invoked, print_json, print_note, print_table, print_text, progress
from bellbuoy.clock import FrozenClock
from bellbuoy.windows import iso

_HERE = Path("bellbuoy-demo")
_RUNG = ("opened", "closed", "verdict", "first suspect", "what is wrong")


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make the project in.")] = _HERE,
    port: Annotated[
        int | None, typer.Option(help="Port of the dashboard; 0 takes any that is free.", min=0, max=65_535)
    ] = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Do everything, tell what there is to see, and stop.")] = False,
    project: ProjectOption = HERE,  # noqa: ARG001 - every command takes it; the demo is a project of its own
    as_json: JsonOption = False,
) -> None:
    """Build a whole real project with visible incidents, and show it.

    A scikit-learn model says of every flight out of New York in 2013 whether it will be late. Its year is replayed a
    cycle a day, with what really went wrong and three planted incidents, named as planted. A folder that was made
    before is shown at once, and a half-made one is completed.
    """
    if not once:
        # A minute of work must not end with a port that was taken all the while.
        listen_at(address_for(folder, port)).close()
    make_demo(folder, _phase)
    if once:
        told = tell(folder)
        print_json(_document(folder, told)) if as_json else _show(folder, told)
        return
    # Time stands still at the end of the year, so that the newest window is not 13 years old.
    with open_app(folder, FrozenClock(LAST)) as app:
        serve(app, address_of(app, None, port), lambda url: _ready(url, folder, as_json=as_json), up.tell)


def _ready(url: str, folder: Path, *, as_json: bool) -> None:
    up.ready(url, as_json=as_json)
    if not as_json:
        print_note(f"In another terminal: {invoked()} status --project {folder} --now {iso(LAST)}")


@contextmanager
def _phase(what: str, total: float | None) -> Iterator[Callable[[float], None]]:
    print_note(f"{what} …")
    with progress(what, total) as done:
        yield done


def _show(folder: Path, told: Told) -> None:
    print_text(
        f"{told.rows:,} predictions of {' and '.join(told.versions)}, {told.labelled:,} with a label, "
        f"in {told.windows} windows of a day"
    )
    heads = ("incident", "from", "until", "reading", "before", "during", "after")
    print_table(heads, [_cells(one) for one in told.sights])
    print_text("\nMedians of daily windows, of weekly ones where an incident lasts weeks; four weeks before and after.")
    print_text("\nWhat Bellbuoy made of it, day by day:")
    print_table(_RUNG, [_rung(one) for one in told.incidents])
    print_note(f"notes/incidents.md tells the stories. To look around: {invoked()} demo {folder}")


def _cells(one: Sight) -> tuple[object, ...]:
    what = f"{one.incident.name} ({'planted' if one.incident.planted else 'real'})"
    numbers = ("" if value is None else f"{value:.3g}" for value in (one.before, one.during, one.after))
    return (what, f"{one.incident.at:%d %b}", f"{one.incident.until:%d %b}", str(one.look), *numbers)


def _rung(one: Incident) -> tuple[object, ...]:
    closed = "" if one.closed_at is None else f"{one.closed_at:%d %b}"
    suspect = name_of(one.suspects[0]) if one.suspects else ""
    return (f"{one.opened_at:%d %b}", closed, one.verdict, suspect, one.headline)


def _document(folder: Path, told: Told) -> dict[str, object]:
    return {
        "project": str(folder),
        "rows": told.rows,
        "labelled": told.labelled,
        "windows": told.windows,
        "versions": list(told.versions),
        "sights": [_sight_document(one) for one in told.sights],
        "incidents": [incident_document(one) for one in told.incidents],
    }


def _sight_document(one: Sight) -> dict[str, object]:
    incident = one.incident
    return {
        "incident": incident.name,
        "planted": incident.planted,
        "cause": incident.cause,
        "from": iso(incident.at),
        "until": iso(incident.until),
        "reading": str(one.look),
        "grain": one.grain.value,
        "before": one.before,
        "during": one.during,
        "after": one.after,
    }
