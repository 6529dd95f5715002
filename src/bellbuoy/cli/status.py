"""`bellbuoy status`."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from bellbuoy.app.open import open_app
from bellbuoy.app.views import Light, LightState, ModelStatus, Point
from bellbuoy.cli.options import HERE, FailOption, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_note, print_text
from bellbuoy.windows import iso

_STYLES = {LightState.OK: "green", LightState.TROUBLE: "bold red", LightState.UNKNOWN: "yellow"}


def status(
    project: ProjectOption = HERE,
    now: NowOption = None,
    *,
    fail_on_firing: FailOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show how each model does: is it the model, the data pipeline, or the world?"""
    with open_app(project, clock_at(now)) as app:
        fleet = app.reads.fleet()
        if as_json:
            print_json(app.reads.status_json())
        else:
            _show(fleet)
        for fault in app.project.faults:
            print_note(str(fault))
    if app.project.faults:
        raise typer.Exit(2)
    if fail_on_firing and any(one.fires for one in fleet):
        raise typer.Exit(3)


def _show(fleet: Sequence[ModelStatus]) -> None:
    if not fleet:
        print_note("no model is watched here yet: put a file into models/, or run bellbuoy init")
    for one in fleet:
        owner = f", {one.owner}" if one.owner else ""
        print_text(f"{one.name} ({one.task}{owner})", "bold")
        for name, light in (("model", one.model), ("pipeline", one.pipeline), ("world", one.world)):
            print_text(*_light(name, light))
        for name, point in one.readings.items():
            print_text(f"  {name:<9} {_reading(point)}")
        if one.freshness_seconds is not None:
            print_text(f"  newest    {_age(one.freshness_seconds)} ago{f', by {one.champion}' if one.champion else ''}")
        for incident in one.incidents:
            opened = f"opened {iso(incident.opened_at)}"
            print_text(
                f"  incident  {incident.headline} ({incident.verdict}, {incident.severity}, {opened}): {incident.id}"
            )
        for alarm in one.firing:
            print_text(f"  {alarm.state:<9} {alarm.name} ({alarm.severity}) since {iso(alarm.since)}: {alarm.summary}")


def _light(name: str, light: Light) -> tuple[str, str]:
    return f"  {name:<9} {light.state.value:<8} {light.why}", _STYLES[light.state]


def _reading(point: Point) -> str:
    if point.value is None:
        return point.why or "unmeasured"
    around = f" ({point.low:.3g} to {point.high:.3g})" if point.low is not None and point.high is not None else ""
    share = f", {100 * point.coverage:.0f}\u00a0% of labels" if point.coverage is not None else ""
    state = f", {point.maturity}" if point.maturity else ""
    return f"{point.value:.4g}{around} in the window from {iso(point.start)}{share}{state}"


def _age(seconds: float) -> str:
    for width, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * width:
            return f"{seconds / width:.0f} {unit}"
    return f"{seconds:.0f} seconds"
