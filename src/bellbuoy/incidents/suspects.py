"""Who may be the cause of an incident: columns, versions, parts of the rows and hosts, the likeliest first."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bellbuoy.incidents.speaks import weight_of
from bellbuoy.incidents.values import Suspect, Verdict
from bellbuoy.store.port import AlarmRow

#: Where a column is unlike itself, and not only off the others, it is the cause and not one that others fail to match.
_ITSELF = 3.0
#: Parts of the rows overlap: the one that is most off is the cause, and not a larger one that holds it.
_PART = 5.0
#: What speaks for the verdict stands before whatever else is named.
_SPEAKS = 10.0
_MOST = 10
_LOUDEST = 50.0


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed just before: a version that came, a column that is new."""

    at: datetime
    text: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the alarms."""

    owners: Mapping[str, str] = field(default_factory=dict)  #: by column
    owner: str | None = None  #: of the model
    host: str = ""  #: the column that names hosts
    changes: tuple[Change, ...] = ()
    shares: Mapping[tuple[str, str], float] = field(default_factory=dict)  #: of rows, by segment column and value


def suspects_of(alarms: Sequence[AlarmRow], verdict: Verdict, context: Context) -> list[Suspect]:
    """Who may be the cause, the likeliest first: what speaks for the verdict, then whatever else is named."""
    found: dict[tuple[str | None, str | None, str, str], list[AlarmRow]] = defaultdict(list)
    for alarm in alarms:
        key = (alarm.column, alarm.version, alarm.by, alarm.segment)
        if any(key):
            found[key].append(alarm)
    suspects = [_suspect(some, verdict, context) for some in found.values()]
    return sorted(suspects, key=lambda one: -one.score)[:_MOST]


def _suspect(alarms: Sequence[AlarmRow], verdict: Verdict, context: Context) -> Suspect:
    first = max(alarms, key=loudness)
    of_host = bool(first.by) and first.by == context.host
    host = first.segment if of_host else first.facts.get("host")
    return Suspect(
        column=first.column or (None if of_host else first.by or None),
        version=first.version,
        segment={first.by: first.segment} if first.by and not of_host else None,
        host=host,
        owner=context.owners.get(first.column or first.by, context.owner),
        why=said(alarms),
        score=round(score_of(alarms, verdict), 3),
    )


def score_of(alarms: Sequence[AlarmRow], verdict: Verdict) -> float:
    """How strongly alarms point at what they are of, under a verdict."""
    speaking = any(weight_of(alarm, verdict) for alarm in alarms)
    score = math.log1p(max(loudness(alarm) for alarm in alarms)) + 0.1 * len({alarm.name for alarm in alarms})
    score += _ITSELF if any(alarm.name != "misfit" for alarm in alarms) else 0.0
    score += _PART * max((min(1.0, abs(alarm.facts.get("effect") or 0.0)) for alarm in alarms if alarm.by), default=0.0)
    return score + (_SPEAKS if speaking else 0.0)


def said(alarms: Sequence[AlarmRow]) -> str:
    """Alarms in words: the loudest, and how many are like it."""
    more = f", and {len(alarms) - 1} more like it" if len(alarms) > 1 else ""
    return f"{summary_of(max(alarms, key=loudness))}{more}"


def summary_of(alarm: AlarmRow) -> str:
    """An alarm in words: its summary as it was written or found, else what it is called and what it is of."""
    told = alarm.facts.get("annotations", {}).get("summary") or alarm.facts.get("about")
    column = f" of {alarm.column}" if alarm.column else ""
    where = f" where {alarm.by} is {alarm.segment or 'empty'}" if alarm.by else ""
    return str(told) if told else f"{alarm.name}{column}{where} fires"


def loudness(alarm: AlarmRow) -> float:
    """How many times its limit an alarm is at; 1 for one of a rule.

    No number is kept of what is beyond all limits.
    """
    surprise = alarm.facts.get("surprise", 1.0)
    return _LOUDEST if surprise is None else min(float(surprise), _LOUDEST)
