"""Which alarms of the pack are of what is not watched any more: no look will ever say that they are over.

In an outage nothing is found either, and alarms keep their state. So it is not what is missing from the counts that
tells, but what is not followed: a column that the settings do not name, labels that a model is without.
"""

from __future__ import annotations

from bellbuoy.alarms.standard.decisions import GAP
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.store.port import AlarmRow

#: Kinds of alarms on how labels meet predictions.
_ON_LABELS = frozenset({"performance", "label"})


def is_followed(reader: Reader, row: AlarmRow) -> bool:
    """Whether what an alarm of the pack is of is still watched, though there may be nothing to see of it now."""
    what, counts = reader.what, reader.counts
    return (
        (row.column is None or row.column in {*what.columns, what.time})
        and (not row.by or row.segment in counts.segments().get(row.by, ()))
        and (row.version is None or row.version in counts.versions())
        and (row.kind not in _ON_LABELS or what.mature is not None)
        and (row.metric != GAP or what.decided is not None)
    )
