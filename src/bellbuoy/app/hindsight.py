"""What was believed at a past moment: the ledger is asked where a moment lies before the last cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bellbuoy.alarms.machine import State
from bellbuoy.app.plans import segments_of, target_of
from bellbuoy.config.spec import Model
from bellbuoy.errors import StateError
from bellbuoy.profiles.past import Kept, Past
from bellbuoy.profiles.step import LABELS, PREDICTIONS
from bellbuoy.store.database import Shelf
from bellbuoy.store.ledger import Ledger
from bellbuoy.store.port import AlarmRow, ModelRow
from bellbuoy.windows import from_micro, to_micro

_T = TypeVar("_T")
#: How often the ledger is opened anew while cycles replace its files.
_TRIES = 5


def past_of(shelf: Shelf, row: ModelRow, model: Model, folder: Path, now: datetime) -> Past | None:
    """The moment, if cycles have run later than it; what they learnt was not known then. `folder` is the ledger's.

    Raises:
        FileNotFoundError: a cycle has replaced a file of the ledger since the shelf was opened.
    """
    if row.cycled_at is None or from_micro(row.cycled_at) <= now:
        return None
    predictions, labels = (Ledger(folder, kind, shelf.ledger(model.name, kind)) for kind in (PREDICTIONS, LABELS))
    names = shelf.names(model.name) | {0: ""}
    forgotten = row.facts.get("forgotten")
    since = forgotten if isinstance(forgotten, int) else None
    return Past(Kept(predictions, labels, target_of(model), segments_of(model), names, since), now)


def alarms_then(rows: Iterable[AlarmRow], now: datetime) -> list[AlarmRow]:
    """Alarms as they stood at a moment: what began later is left out, and what ended later goes on."""
    at = to_micro(now)
    found = []
    for row in rows:
        began = row.pending_at if row.pending_at is not None else row.since
        if began > at:
            continue
        if row.resolved_at is not None and row.resolved_at <= at:
            found.append(row)
        elif row.fired_at is not None and row.fired_at <= at:
            found.append(replace(row, state=State.FIRING.value, since=row.fired_at, resolved_at=None))
        elif row.fired_at is not None:
            found.append(replace(row, state=State.PENDING.value, since=began, fired_at=None, resolved_at=None))
        else:
            found.append(row)
    return found


def retried(look: Callable[[], _T]) -> _T:
    """What a look at the state gives, once it was not overtaken by a cycle.

    Raises:
        StateError: it was, every time.
    """
    for _ in range(_TRIES):
        try:
            return look()
        except FileNotFoundError:
            continue
    raise StateError("cycles replace the ledger faster than it can be read", hint="ask again")
