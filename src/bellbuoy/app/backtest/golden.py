"""What rang against what should have: each difference in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bellbuoy.config.read import read_file
from bellbuoy.config.spec_golden import Golden, GoldenAlarm, GoldenIncident
from bellbuoy.errors import Faults
from bellbuoy.store.port import AlarmRow, IncidentRow
from bellbuoy.windows import format_duration, from_micro, iso, to_micro

_Row = TypeVar("_Row", AlarmRow, IncidentRow)
#: How many of the moments at which something did happen are told.
_MOST = 5


def read_golden(path: Path) -> Golden:
    """A golden file.

    Raises:
        Faults: all that is wrong in it.
    """
    golden, faults = read_file(path, Golden, lambda _: iter(()), {})
    if golden is None:
        raise Faults(faults)
    return golden


def differences(golden: Golden, alarms: Sequence[AlarmRow], incidents: Sequence[IncidentRow]) -> list[str]:
    """What rang otherwise than it should have; nothing where all is as the file says."""
    return [*_alarms(golden, alarms), *_incidents(golden, incidents), *_noises(golden, alarms)]


def _alarms(golden: Golden, rows: Sequence[AlarmRow]) -> Iterator[str]:
    left = list(rows)
    for want in golden.alarm:
        alike = [row for row in left if _is_of(row, want)]
        found = _nearest(alike, [row.fired_at or 0 for row in alike], want.fires, _reach(want.within, golden))
        if found is None:
            yield f"{_named(want)} should fire at {iso(want.fires)}: {_instead(row.fired_at for row in alike)}"
            continue
        left.remove(found)
        if fault := _ended(found.resolved_at, want.resolves, _reach(want.within, golden)):
            yield f"{_named(want)}, which fires at {iso(want.fires)}, should be over at {fault}"


def _incidents(golden: Golden, rows: Sequence[IncidentRow]) -> Iterator[str]:
    left = list(rows)
    for want in golden.incident:
        reach = _reach(want.within, golden)
        found = _nearest(left, [row.opened_at for row in left], want.opens, reach)
        if found is None:
            yield f"an incident should open at {iso(want.opens)}: {_instead(row.opened_at for row in left)}"
            continue
        left.remove(found)
        yield from (f"the incident of {iso(want.opens)} {fault}" for fault in _faults(found, want, reach))


def _faults(row: IncidentRow, want: GoldenIncident, reach: timedelta) -> Iterator[str]:
    if want.verdict is not None and row.verdict != want.verdict:
        yield f"should be found to be {want.verdict}: it is {row.verdict} ({row.headline})"
    suspects = _suspects(row)
    if want.suspect is not None and want.suspect not in _names(suspects[:1]):
        told = ", ".join(_names(suspects)) or "nothing"
        yield f"should suspect {want.suspect} first: it suspects {told}"
    if fault := _ended(row.closed_at, want.closes, reach):
        yield f"should be over at {fault}"


def _noises(golden: Golden, rows: Sequence[AlarmRow]) -> Iterator[str]:
    for rule in golden.quiet:
        rang = [row.fired_at for row in rows if row.name == rule]
        if rang:
            yield f"{rule} should be quiet: {_instead(rang)}"


def _is_of(row: AlarmRow, want: GoldenAlarm) -> bool:
    if row.name != want.name or want.column not in (None, row.column):
        return False
    return want.segment is None or dict(want.segment) == {row.by: row.segment}


def _nearest(rows: Sequence[_Row], at: Sequence[int], moment: datetime, reach: timedelta) -> _Row | None:
    """The row that is nearest to a moment, if it is near enough."""
    away = [abs(one - to_micro(moment)) for one in at]
    place = min(range(len(rows)), key=away.__getitem__, default=None)
    if place is None or away[place] > reach // timedelta(microseconds=1):
        return None
    return rows[place]


def _ended(at: int | None, want: datetime | None, reach: timedelta) -> str:
    """What is wrong with an end; nothing where it is as it should be, or where any is right."""
    if want is None or (at is not None and abs(from_micro(at) - want) <= reach):
        return ""
    return f"{iso(want)}: {'it goes on' if at is None else f'it was over at {iso(from_micro(at))}'}"


def _reach(own: timedelta | None, golden: Golden) -> timedelta:
    return golden.within if own is None else own


def _named(want: GoldenAlarm) -> str:
    of = [*([want.column] if want.column else []), *(f"{key}={value}" for key, value in (want.segment or {}).items())]
    near = f" (within {format_duration(want.within)})" if want.within else ""
    return f"{want.name}({', '.join(of)}){near}" if of else f"{want.name}{near}"


def _instead(moments: Iterable[int | None]) -> str:
    told = [iso(from_micro(at)) for at in moments if at is not None]
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return f"there was one at {', '.join(told[:_MOST])}{more}" if told else "there was none"


def _suspects(row: IncidentRow) -> Sequence[Mapping[str, object]]:
    found = row.facts.get("suspects", ())
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def _names(suspects: Iterable[Mapping[str, object]]) -> list[str]:
    """What suspects can be called by: column, version, host, or a segment's value."""
    names: list[str] = []
    for one in suspects:
        segment = one.get("segment")
        inside = segment.values() if isinstance(segment, Mapping) else ()
        names += [str(name) for name in (*(one.get(key) for key in ("column", "version", "host")), *inside) if name]
    return names
