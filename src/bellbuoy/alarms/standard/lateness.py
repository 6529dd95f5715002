"""A finding on a source that is late: no row has come for longer than ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

from bellbuoy.alarms.absence import Rhythm, waited
from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.monitors import Monitor, Shape
from bellbuoy.alarms.standard.windows import Reader

#: No rows at all, while cycles run.
LATE = Monitor(
    "source-late", "freshness", "no row has come for {value} since the newest window, usually the next takes {usual}",
    {}, say=lambda seconds: waited(timedelta(seconds=seconds)),
)  # fmt: skip


def late_findings(reader: Reader, rhythm: Rhythm) -> list[Finding]:
    """Whether the source is late, in one finding; none while nobody knows how it usually comes.

    The next window is due when the newest one is as old as windows ever got before the next came, or as the longest gap
    was that the baseline has. Cycles that run often see it come to the minute, so half a window more is waited. Where
    rows have come since, however old, the source is not silent: `clock` watches how old they are.
    """
    grain, windows = reader.counts.base, reader.windows(reader.counts.base)
    usual, cycle = rhythm.usual_wait, rhythm.usual_cycle
    if not windows or usual is None:
        return []
    end, width = windows[-1] + grain.seconds, grain.seconds
    longest = _longest(reader)
    due = max(usual.total_seconds(), longest)
    slack = 0.0 if cycle is not None and cycle.total_seconds() >= width else width / 2
    age = float(reader.now - end)
    silent = age if reader.came_at is None else reader.now - reader.came_at
    breach = Breach.YES if age >= due + slack and silent >= longest else Breach.NO
    line = Line("rows_age")
    return [Finding(LATE, line, Shape.ONCE, windows[-1], end, age, due, 0.0, due, age - due, due, 0, breach)]


def _longest(reader: Reader) -> int:
    """The longest time between the starts of two windows with rows that follow each other, in seconds.

    The reference set is taken to be as things should be; of windows that were lived through one gap may be an outage,
    and so long a one counts only where there were two.
    """
    reference = reader.notebook.once("gaps", reader.what.mark, lambda: _gaps(reader.counts.reference_rows()))
    return max([reader.counts.base.seconds, *reference[:1], *_gaps(reader.rows())[1:2]])


def _gaps(starts: Iterable[int]) -> list[int]:
    """Times between windows, the longest first."""
    return sorted((later - earlier for earlier, later in pairwise(sorted(starts))), reverse=True)
