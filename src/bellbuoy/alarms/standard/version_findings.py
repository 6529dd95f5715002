"""Findings on versions: one that had stopped and serves again, and is from before the established one."""

from __future__ import annotations

import math
from dataclasses import replace

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.monitors import OLDER, Shape
from bellbuoy.alarms.standard.versions import Back, back
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.metrics.step.rows import rows_of
from bellbuoy.profiles.collect import ROWS
from bellbuoy.profiles.series import Slice
from bellbuoy.windows import from_seconds, to_seconds


def version_findings(reader: Reader) -> list[Finding]:
    """A finding on each version: whether it is back in the newest window though a later one was established.

    So many days are looked back at as windows are, and for an alarm that rings as many more as it has rung.
    """
    counts, windows = reader.counts, reader.windows(reader.counts.base)
    names = counts.versions()
    if not windows or len(names) < 2:
        return []
    newest = windows[-1]
    rows = {name: _newest_rows(reader, newest, Slice(version=name)) for name in names}
    days = {name: _days(reader, name) for name in names}
    today = to_seconds(reader.daily.floor(from_seconds(newest)))
    found = {one.version: one for one in back(rows, days, today)}
    return [_older(reader, name, found.get(name), newest) for name in names]


def _newest_rows(reader: Reader, newest: int, where: Slice) -> int:
    return sum(rows_of(reader.counts, reader.counts.base, replace(where, start=newest, end=newest + 1)).values())


def _days(reader: Reader, version: str) -> dict[int, int]:
    """Rows of a version by day, or by window where those are wider."""
    rows = reader.counts.stored(ROWS, reader.daily, replace(reader.back(reader.daily), version=version))
    return {start: sum(row.rows for row in some) for start, some in rows.items()}


def _older(reader: Reader, version: str, one: Back | None, newest: int) -> Finding:
    line, end = Line("version_share", version=version), newest + reader.counts.base.seconds
    if one is None:
        return Finding(OLDER, line, Shape.ONCE, newest, end, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0, Breach.NO)
    return Finding(
        OLDER, line, Shape.ONCE, newest, end, one.share, 0.0, 0.0, 0.0, math.inf, 1.0, one.rows, Breach.YES,
        host=_host(reader, version, newest),
    )  # fmt: skip


def _host(reader: Reader, version: str, newest: int) -> str:
    """The host that alone serves a version while others do not; empty where there is none."""
    if reader.what.host is None:
        return ""
    parts = [Slice(by=reader.what.host, segment=host) for host in reader.counts.segments().get(reader.what.host, [])]

    def serves(where: Slice) -> bool:
        return _newest_rows(reader, newest, where) > 0

    some = [part.segment for part in parts if serves(replace(part, version=version))]
    return some[0] if len(some) == 1 and sum(serves(part) for part in parts) > 1 else ""
