"""`bellbuoy backtest`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, cast

import typer

from bellbuoy.app.backtest.document import document
from bellbuoy.app.backtest.golden import differences, read_golden
from bellbuoy.app.backtest.history import Wish
from bellbuoy.app.backtest.noise import Noise, spent
from bellbuoy.app.backtest.run import Backtest
from bellbuoy.app.backtest.run import backtest as replayed
from bellbuoy.app.project import open_project
from bellbuoy.cli.ending import ended_at_once
from bellbuoy.cli.options import HERE, JsonOption, ProjectOption
from bellbuoy.cli.output import print_json, print_note, print_table, print_text, progress
from bellbuoy.windows import parse_duration, parse_time

Object = Mapping[str, object]


def backtest(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Which model.")],
    start: Annotated[
        str | None, typer.Option("--from", metavar="ISO", help="Watch from this moment on; else from the first row.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="ISO", help="Watch until this moment; else until the last row.")
    ] = None,
    step: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Time between cycles; else a window of the model.")
    ] = None,
    golden: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with what should happen; exit 1 if it does not.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the replayed state, as a project to look at.")
    ] = None,
    project: ProjectOption = HERE,
    *,
    reference: Annotated[
        bool, typer.Option("--reference", help="Replay the reference set: whatever rings there is a false alarm.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Replay a model's history, and show what would have rung.

    The project's own state is left alone.
    Rows are seen from when they became visible on, labels from when they became known.
    """
    wanted = read_golden(golden) if golden is not None else None
    wish = Wish(
        parse_time(start) if start else None,
        parse_time(end) if end else None,
        parse_duration(step) if step else None,
        reference,
    )
    with ended_at_once():
        found = replayed(open_project(project, tolerant=True), model, wish, _phase, keep)
    for note in found.notes:
        print_note(f"note: {note}")
    if as_json:
        print_json(document(found))
    else:
        _show(found)
    if wanted is not None:
        _compare(differences(wanted, found.alarms, found.incidents))


@contextmanager
def _phase(what: str, total: float | None) -> Iterator[Callable[[float], None]]:
    with progress(what, total) as done:
        yield done


def _compare(wrong: Sequence[str]) -> None:
    for difference in wrong:
        print_note(f"differs: {difference}")
    if wrong:
        raise typer.Exit(1)
    print_note("all is as the golden file says")


def _show(found: Backtest) -> None:
    told = document(found)
    print_text(f"{told['model']}: {found.cycles:,} cycles from {told['from']} to {told['to']}")
    incidents, alarms = (cast(Sequence[Object], told[name]) for name in ("incidents", "alarms"))
    if not alarms:
        print_text("Nothing would have rung.")
        _show_rehearsal(found)
        return
    if incidents:
        heads = ("incident", "until", "verdict", "sure", "suspects", "")
        print_table(heads, [_incident(one) for one in incidents], "Incidents", spare=(3, 4))
    columns = ("alarm", "of", "fired", "resolved", "severity", "value", "limit")
    print_table(columns, [_alarm(one) for one in alarms], "Alarms", spare=(4, 6, 5))
    _show_noise(found)
    _show_rehearsal(found)


def _show_rehearsal(found: Backtest) -> None:
    if found.calibrated is not None:
        print_text(found.calibrated.text)


def _show_noise(found: Backtest) -> None:
    if not found.noise:
        return
    heads = ("rule", "alarms", "in 30 days", "over at once", "withdrawn", "marked false", "why")
    print_table(heads, [_noise(one) for one in found.noise], "Rules", spare=(5, 4, 3))
    print_text(spent(found.noise, found.model.alarms.budget))


def _incident(one: Object) -> tuple[object, ...]:
    suspects = [_suspect(suspect) for suspect in cast(Sequence[Object], one["suspects"])]
    sure = f"{100 * cast(float, one['confidence']):.0f}\u00a0%"
    return (one["opened_at"], one["closed_at"], one["verdict"], sure, ", ".join(suspects[:3]), one["headline"])


def _alarm(one: Object) -> tuple[object, ...]:
    numbers = (_number(one["value"]), _number(one["threshold"]))
    return (one["name"], _series(one), one["fired_at"], one["resolved_at"], one["severity"], *numbers)


def _noise(one: Noise) -> tuple[object, ...]:
    shares = (f"{100 * share:.0f}\u00a0%" if share else "" for share in (one.brief, one.withdrawn, one.false))
    return (one.rule, one.alarms, f"{one.monthly:.2g}", *shares, one.why)


def _series(one: Object) -> str:
    """Which rows and column an alarm or a suspect is of, in words."""
    segment = cast(Mapping[str, str] | None, one["segment"]) or {}
    version = f"version {one['version']}" if one["version"] else ""
    return " ".join(
        str(part) for part in (one["column"], *(f"{key}={value}" for key, value in segment.items()), version) if part
    )


def _suspect(one: Object) -> str:
    return _series(one) or str(one.get("host") or one["why"])


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float | int) else ""
