"""`bellbuoy alarms`."""

from __future__ import annotations

from typing import Annotated

import typer

from bellbuoy.app.open import open_app
from bellbuoy.app.views import Alarm
from bellbuoy.cli.options import HERE, EveryOption, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_note, print_table
from bellbuoy.windows import iso

_HEADS = ("alarm", "of", "state", "severity", "since", "value", "limit", "mark", "id")
#: Columns that a narrow terminal can spare: the limit, the severity, the value.
_SPARE = (6, 3, 5)


def alarms(
    model: Annotated[str | None, typer.Argument(metavar="MODEL", help="Of this model only.")] = None,
    *,
    every: EveryOption = False,
    project: ProjectOption = HERE,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the alarms that are pending or firing, first those that may cost most; with --all, every one."""
    with open_app(project, clock_at(now)) as app:
        if model is not None:
            app.project.model(model)
        if as_json:
            print_json(app.bell.alarms_json(model, every=every))
            return
        found, learnt = app.bell.alarms(model, every=every), app.bell.lessons(model)
    if found:
        print_table(_HEADS, [_line(alarm) for alarm in found], spare=_SPARE)
    else:
        print_note("nothing has ever rung" if every else "nothing rings; --all lists what is over")
    for lesson in learnt:
        print_note(f"by marks: {lesson.text}")


def _line(alarm: Alarm) -> tuple[object, ...]:
    state = "withdrawn" if alarm.withdrawn_at is not None else alarm.state
    since = alarm.resolved_at or alarm.fired_at or alarm.pending_at
    numbers = ("" if number is None else f"{number:.4g}" for number in (alarm.value, alarm.threshold))
    return alarm.name, alarm.of, state, alarm.severity, iso(since), *numbers, alarm.mark, alarm.id
