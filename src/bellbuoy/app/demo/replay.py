"""The year again, one cycle a day, under a clock that is only told: each cycle sees what was known by its midnight."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from bellbuoy.app.demo.settings import MODEL
from bellbuoy.app.open import App
from bellbuoy.windows import from_micro, parse_time

#: The first midnight after a flight was scored, and the last of the year.
FIRST, LAST = parse_time("2013-05-02T00:00:00Z"), parse_time("2014-01-01T00:00:00Z")
_DAY = timedelta(days=1)

#: Shows that something is under way, of how many parts (None: unknown), and takes word of each part that is done.
Phase = Callable[[str, float | None], AbstractContextManager[Callable[[float], None]]]


def replay(app: App, phase: Phase) -> int:
    """Run the cycles that have not run yet; broken off anywhere, it goes on from there. Gives how many ran.

    Raises:
        StateError: another process is replaying the same folder.
    """
    moments = midnights(_last_cycle(app))
    if not moments:
        return 0
    with phase("Replaying the year, a cycle a day", len(moments)) as done:
        for moment in moments:
            app.cycle(MODEL, now=moment)
            done(1)
    return len(moments)


def midnights(after: datetime | None) -> list[datetime]:
    """When cycles run: at every midnight UTC of the year that lies after a moment (None: at all)."""
    every = [FIRST + day * _DAY for day in range((LAST - FIRST) // _DAY + 1)]
    return every if after is None else [moment for moment in every if moment > after]


def _last_cycle(app: App) -> datetime | None:
    with app.database.read() as shelf:
        at = shelf.model(MODEL).cycled_at
    return None if at is None else from_micro(at)
