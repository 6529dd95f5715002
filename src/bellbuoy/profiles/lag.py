"""How long rows took to reach the log: their cursor less their time, counted in the window of the cursor.

By arrival, and not by the window of their own time as all else is, for three reasons. A window of arrivals is over when
it has ended: a row that comes thirty hours late is counted where it is news, and not in a window that was judged
yesterday. Rows whose clock is ahead are seen when they come, and not when their time has. And one window holds all that
came in it, the late rows of one host beside the prompt ones of the others.
"""

from __future__ import annotations

import numpy as np

from bellbuoy.profiles.collect import LAG, Tally
from bellbuoy.profiles.records import nowhere
from bellbuoy.sources.port import Column, Moments, Numbers, Rows
from bellbuoy.windows import MICRO


def count_lag(tally: Tally, rows: Rows) -> None:
    """Count a batch's lags, in whole seconds; nothing where no cursor beside the rows' time says when they came.

    Rows that came nobody knows when are left out; those without a time of their own have no lag, which is null.
    """
    plan = tally.plan
    cursor, time = rows.columns.get(plan.cursor or ""), rows.columns.get(plan.time)
    if plan.cursor == plan.time or not isinstance(cursor, Moments) or not isinstance(time, Moments):
        return
    version, unknown = rows.columns.get(plan.version or ""), nowhere(cursor)
    if unknown.any():
        kept: dict[str, Column] = {"cursor": cursor, "time": time} | ({} if version is None else {"version": version})
        left = Rows(rows.count, kept).take(~unknown).columns
        cursor, time, version = left["cursor"], left["time"], left.get("version")
        assert isinstance(cursor, Moments)
        assert isinstance(time, Moments)
    if len(cursor.micro):
        none = nowhere(time)
        # Finer than seconds nobody asks, and a fast log would fill hundreds of buckets.
        lag = np.rint((cursor.micro - time.micro) / MICRO)
        numbers = Numbers(lag, none if none.any() else None)
        tally.put(LAG, plan.grain.starts(cursor.micro), version, numbers)
