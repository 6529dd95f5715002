"""`bellbuoy incidents`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from bellbuoy.app.open import App, open_app
from bellbuoy.app.views import Event, Incident, Suspect, name_of
from bellbuoy.cli.options import HERE, EveryOption, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_note, print_table, print_text
from bellbuoy.incidents.blast import effects
from bellbuoy.windows import iso

_HEADS = ("verdict", "sure", "severity", "opened", "closed", "alarms", "mark", "what is wrong", "id")
#: Columns that a narrow terminal can spare: how many alarms, how sure, when it was closed.
_SPARE = (5, 1, 4)


def incidents(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="Of this model only.")] = None,
    name: Annotated[str | None, typer.Argument(metavar="ID", help="Tell all about this one.")] = None,
    *,
    every: EveryOption = False,
    project: ProjectOption = HERE,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the incidents that are open with their verdicts, or tell all about one."""
    with open_app(project, clock_at(now)) as app:
        model, name = _asked(app, model, name)
        if as_json:
            print_json(app.bell.incidents_json(model, name, every=every))
        elif name is not None:
            _tell(app.bell.incident(name))
        else:
            _list(app.bell.incidents(model, every=every), every=every)


def _asked(app: App, model: str | None, name: str | None) -> tuple[str | None, str | None]:
    """The model and the incident that are meant: an id may stand alone, and be given with or without its model."""
    if model is not None and "/" in model and name is None:
        model, name = model.partition("/")[0], model
    if model is not None:
        app.project.model(model)
        if name is not None and not name.startswith(f"{model}/"):
            name = f"{model}/{name}"
    return model, name


def _list(found: Sequence[Incident], *, every: bool) -> None:
    if not found:
        print_note(
            "there has never been an incident" if every else "no incident is open; --all lists those that are over"
        )
        return
    print_table(_HEADS, [_line(one) for one in found], spare=_SPARE)


def _line(one: Incident) -> tuple[object, ...]:
    closed = None if one.closed_at is None else iso(one.closed_at)
    sure, many = f"{100 * one.confidence:.0f}\u00a0%", len(one.alarms)
    return one.verdict, sure, one.severity, iso(one.opened_at), closed, many, one.mark, one.headline, one.id


def _tell(one: Incident) -> None:
    print_text(one.headline, "bold")
    for head, text in _facts(one):
        print_text(f"  {head:<9} {text}")


def _facts(one: Incident) -> Iterator[tuple[str, str]]:
    """Everything about an incident, a line each: what it is about, and the line."""
    until = f" to {iso(one.closed_at)}" if one.closed_at is not None else ", still open"
    yield "when", f"{iso(one.opened_at)}{until} ({one.severity})"
    yield "verdict", f"{one.verdict}, {100 * one.confidence:.0f}\u00a0% sure"
    yield from (
        (f"{'for' if e.weight >= 0 else 'against'}", f"{e.verdict} {e.weight:+.2g}: {e.why}") for e in one.evidence
    )
    yield from (("suspect", _suspect(suspect)) for suspect in one.suspects)
    yield from (("effect", text) for text in effects(one.blast))
    yield from (("before", _event(event)) for event in one.before)
    for alarm in one.alarms:
        of = f" of {alarm.of}" if alarm.of else ""
        yield "alarm", f"{alarm.name}{of}, {alarm.state}: {alarm.why}"
    yield from (("then", _event(event)) for event in one.timeline)
    if one.mark is not None:
        yield "mark", one.mark
    yield from (("learnt", lesson.text) for lesson in one.lessons)


def _suspect(suspect: Suspect) -> str:
    return f"{name_of(suspect)}{f' ({suspect.owner})' if suspect.owner else ''}: {suspect.why}"


def _event(event: Event) -> str:
    return f"{iso(event.at)} {event.text}{f' (by {event.who})' if event.who else ''}"
