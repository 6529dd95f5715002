"""Findings on the clock: rows whose time lies hours off while their cursor is right, and rows that come late.

They are read from windows of arrivals (`profiles/lag.py` says why), on a board of its own: its newest window is that in
which rows came last, whatever times these say they are of. Rows of a clock that is five hours ahead are so found when
the window ends in which they came, those among them that no other window shows yet; and where all rows come thirty
hours late, the window of their own time would be found as late as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bellbuoy.alarms.standard.board import Board, Line, Series, block, board
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.judge import Judge
from bellbuoy.alarms.standard.limits import AS_THEY_ARE, Limits
from bellbuoy.alarms.standard.windows import Reader, through
from bellbuoy.metrics.lag import lag_traits
from bellbuoy.metrics.traits import Traits
from bellbuoy.profiles.collect import LAG

#: What the notebook keeps of this board under, beside those of grains.
_BOOK = "arrivals"
_TRAITS = ("lag", "lag_ahead_rate", "lag_late_rate")


def clock_findings(reader: Reader, limits: Limits = AS_THEY_ARE) -> list[Finding]:
    """What is found in the newest window of arrivals; nothing where no cursor says when rows came."""
    found = lag_board(reader)
    if found is None:
        return []
    judge = reader.notebook.judges.setdefault(_BOOK, Judge(frozenset()))
    judge.limits = limits
    return judge.judge(found)


def lag_board(reader: Reader) -> Board | None:
    """The board of arrivals; None where none are known."""
    series, grain, book = list(lag_series(reader)), reader.counts.base, reader.notebook
    if not series:
        return None
    reference, lines = sorted(series[0].before), [one.line for one in series]
    before = book.block(_BOOK, reader.what.mark, lines, lambda: block(series, reference, grain, lived=False))
    return board(grain, series, reference, before, through(series[0].lived, grain))


def lag_series(reader: Reader) -> Iterator[Series]:
    """How long rows take to reach the log, how many have a time that lies ahead, and how many come very late."""
    counts, book, mark = reader.counts, reader.notebook, reader.what.mark
    usual = book.once("usual lag", mark, lambda: counts.reference(LAG))
    before: Mapping[int, Traits] = book.once(
        "lag",
        mark,
        lambda: {start: dict(lag_traits(part, usual)) for start, part in counts.reference_profiles(LAG).items()},
    )
    rows = counts.stored(LAG, counts.base, reader.back(counts.base))
    lived = book.lived("lag", rows, lambda start: dict(lag_traits(counts.profile_of(rows[start]), usual)))
    if before or lived:
        yield from (Series(Line(trait, reader.what.time or None), trait, before, lived) for trait in _TRAITS)
