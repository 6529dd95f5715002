"""How many predictions windows have, repeated ids aside."""

from __future__ import annotations

from collections.abc import Mapping

from bellbuoy.metrics.flow import once
from bellbuoy.profiles.collect import NULLS, ROWS
from bellbuoy.profiles.profile import CategoryProfile
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice
from bellbuoy.windows import Grain


def row_profiles(counts: Counts, grain: Grain, where: Slice = EVERYTHING) -> Mapping[int, CategoryProfile]:
    """Rows of each window with their flags; of a segment, flags are of columns and their nulls, so none is given."""
    parts = counts.profiles(NULLS if where.by else ROWS, grain, where)
    rows = {start: part for start, part in parts.items() if isinstance(part, CategoryProfile)}
    if where.by:
        rows = {start: CategoryProfile(part.rows) for start, part in rows.items()}
    # A window that goes on after a moment that is looked back at had fewer rows then.
    return rows | {start: CategoryProfile(many) for start, many in counts.rows_then(grain, where).items()}


def rows_of(counts: Counts, grain: Grain, where: Slice = EVERYTHING) -> dict[int, int]:
    """Predictions by window, repeated ids aside."""
    return {start: once(part) for start, part in row_profiles(counts, grain, where).items()}
