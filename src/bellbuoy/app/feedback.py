"""What people say of alarms and incidents: the limits of the standard pack heed it from the next cycle on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bellbuoy.errors import ConfigError
from bellbuoy.store.bell import Aside
from bellbuoy.store.database import Database
from bellbuoy.store.port import EventRow, MarkRow
from bellbuoy.windows import to_micro

#: What an alarm or an incident may have been, and what that means for the limits that it rang at.
MARKS = {
    "real": "something was wrong: ring for the like again",
    "false": "nothing was wrong: do not ring for the like again",
    "expected": "it was known beforehand, and is no fault: learn it as normal",
}
#: So long a note may be, and a name.
_LONGEST, _NAME = 2_000, 200


@dataclass(frozen=True, slots=True)
class Feedback:
    """A word on an alarm or an incident, with a note, by somebody."""

    mark: str
    note: str = ""
    who: str | None = None


class NotRungError(ConfigError):
    """There is no alarm or incident of that id."""

    def __init__(self, name: str) -> None:
        hint = "bellbuoy incidents --all and bellbuoy alarms --all list those that there are"
        super().__init__(f"there is no alarm or incident {name!r}", hint=hint)


def keep_mark(database: Database, name: str, feedback: Feedback, now: datetime) -> None:
    """Keep a word on an alarm or an incident, and tell it in the incident's timeline; said again, nothing changes.

    It is a transaction of its own: no cycle is disturbed by it, and none loses it.

    Raises:
        NotRungError: there is none of that id.
        ConfigError: there is no such word, or the note is too long to be one.
        StateError: the state is busy.
    """
    _check(feedback)
    row = MarkRow(name, feedback.mark, to_micro(now), feedback.who or None, feedback.note.strip())
    model = name.partition("/")[0]
    try:
        with database.aside(model) as aside:
            what, incident = _found(aside, model, name)
            if _stands(aside, model, row):
                return
            aside.put_mark(row)
            if incident is not None:
                text = f"{what} marked {row.mark}" + (f": {row.note}" if row.note else "")
                aside.put_events([EventRow(incident, row.at, "mark", text, row.who)])
    except KeyError as why:
        raise NotRungError(name) from why


def _found(aside: Aside, model: str, name: str) -> tuple[str, str | None]:
    """What is marked, in words, and the incident in whose timeline that is told."""
    if any(incident.id == name for incident in aside.incidents(model)):
        return "incident", name
    alarm = next((alarm for alarm in aside.alarms(model) if alarm.id == name), None)
    if alarm is None:
        raise NotRungError(name)
    return f"alarm {alarm.name}{f' of {alarm.column}' if alarm.column else ''}", alarm.incident


def _stands(aside: Aside, model: str, row: MarkRow) -> bool:
    """Whether the same was said before, by the same person."""
    said = ((one.of, one.mark, one.who, one.note) for one in aside.marks(model))
    return (row.of, row.mark, row.who, row.note) in said


def _check(feedback: Feedback) -> None:
    if feedback.mark not in MARKS:
        raise ConfigError(f"{feedback.mark!r} is not a mark", where="mark", hint=f"say {', '.join(MARKS)}")
    if len(feedback.note) > _LONGEST or len(feedback.who or "") > _NAME:
        raise ConfigError("that is too long", where="note", hint=f"say it in {_LONGEST:,} letters")
