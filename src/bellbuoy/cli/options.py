"""Options that every command has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bellbuoy.clock import Clock, FrozenClock, SystemClock
from bellbuoy.windows import parse_time

#: Where the project is. Use it as `project: ProjectOption = HERE`.
ProjectOption = Annotated[
    Path, typer.Option("--project", metavar="DIR", help="Folder of the project; else the one here or above.")
]
HERE = Path()
#: Whether to print JSON. Use it as `as_json: JsonOption = False`.
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else, on stdout.")]
#: Whether a firing alarm is an exit code. Use it as `fail_on_firing: FailOption = False`.
FailOption = Annotated[bool, typer.Option("--fail-on-firing", help="Exit with 3 if an alarm is firing.")]
#: Whether what is over is listed too. Use it as `every: EveryOption = False`.
EveryOption = Annotated[bool, typer.Option("--all", help="List those that are over as well.")]
#: Which moment to take for the present. Use it as `now: NowOption = None`.
NowOption = Annotated[
    str | None,
    typer.Option("--now", metavar="ISO", help="Take this moment (UTC) for the present, as when history is replayed."),
]


def clock_at(now: str | None) -> Clock:
    """The machine's clock, or one that stands at the moment that was asked for.

    Raises:
        ConfigError: the text is no moment.
    """
    return SystemClock() if now is None else FrozenClock(parse_time(now))
