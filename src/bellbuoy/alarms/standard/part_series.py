"""Series of parts of the rows, each beside the rest: how many rows it has.

What befalls all rows alike does not show here, so that a host that is gone, or a shop that sends no more, is told from
an outage of everything. Nor does it show where a part goes while others come that the reference set lacks, as pods do
that are named anew with every release.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

from bellbuoy.alarms.standard.board import Line, Series
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.metrics.traits import Trait, Traits
from bellbuoy.profiles.collect import NULLS, ROWS
from bellbuoy.profiles.series import Slice

_ROWS = "part_rows"
#: Fewest rows of the rest.
_FEW = 20
#: New values that make so much of what a part usually has may stand in its place.
_RENAMED = 0.5


def part_series(reader: Reader) -> Iterator[Series]:
    """How many rows every part has, as the logarithm of what they are beside the rest."""
    grain, usual = reader.counts.base, reader.notebook.once("rows", reader.what.mark, reader.usual_rows)
    whole = _rows(reader, ROWS, reader.span(grain))
    newcomers = {by: _newcomers(reader, by) for by in reader.counts.segments()}
    for where in reader.parts():
        before, share = reader.notebook.once(
            ("part", where), reader.what.mark, partial(_reference, reader, where, usual)
        )
        part = _rows(reader, NULLS, reader.span(grain, where))
        came = newcomers[where.by]
        lived = {start: beside(part.get(start, 0), many, share, came.get(start, 0)) for start, many in whole.items()}
        if before:
            yield Series(Line(_ROWS, by=where.by, segment=where.segment), _ROWS, before, lived)


def beside(part: int, whole: int, share: float, came: int = 0) -> Traits:
    """How many rows a part has beside the rest; `share` of all is what it usually has, and says how much can be told.

    Where so many rows `came` of values that are new that they may be the part's own under another name, they are taken
    for its own. A part without rows stands as half a row.
    """
    part += came if came >= _RENAMED * share * whole else 0
    rest = whole - part
    if rest < _FEW:
        return {}
    mine = max(part, 0.5)
    return {_ROWS: Trait(math.log(mine / rest), 1 / mine + 1 / rest, share * whole)}


def _rows(reader: Reader, column: str, where: Slice) -> Mapping[int, int]:
    stored = reader.counts.stored(column, reader.counts.base, where)
    return {start: sum(row.rows for row in rows) for start, rows in stored.items()}


def _newcomers(reader: Reader, by: str) -> Mapping[int, int]:
    """Rows of each window whose value of a segment column the reference set lacks."""
    grain, found = reader.counts.base, Counter[int]()
    for windows in reader.counts.rows_among(by, reader.newcomers(by), grain, reader.span(grain)).values():
        found.update(windows)
    return found


def _reference(reader: Reader, where: Slice, rows: Mapping[int, int]) -> tuple[Mapping[int, Traits], float]:
    """What the reference set's windows have, and which share of its rows the part is."""
    part = reader.usual_rows(where)
    share = sum(part.values()) / max(sum(rows.values()), 1)
    return {start: beside(part.get(start, 0), many, share) for start, many in rows.items()}, share
