"""How rows and labels come: from the counts of rows, not of columns."""

from __future__ import annotations

from bellbuoy.metrics.intervals import rate_interval
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.profiles.profile import CategoryProfile

#: Which flag of a row each rate counts (`profiles/step.py` sets them).
ROW_FLAGS = {"duplicate_rate": "duplicate", "future_rate": "future"}
#: What says how much of the labels has come, and so is not final before they have.
LABEL_FLOWS = frozenset({"labelled", "coverage"})
#: What is measured by the time at which labels came, not by that of their predictions; and which flag each rate counts.
ARRIVAL_FLAGS = {"unknown_label_rate": "unknown id", "corrected_label_rate": "corrected"}
BY_ARRIVAL = frozenset({"label_arrivals", "label_shortfall", *ARRIVAL_FLAGS})


def once(rows: CategoryProfile) -> int:
    """Rows without those whose id had come before."""
    return rows.rows - rows.counts.get("duplicate", 0)


def measure_flow(name: str, rows: CategoryProfile, labelled: int) -> Reading:
    """A flow metric of one window: `rows` counts all rows and their flags, `labelled` those whose label has come."""
    different = once(rows)
    if name == "rows":
        return Measured(different, different, different, rows.rows)
    if name == "labelled":
        return Measured(labelled, labelled, labelled, different)
    if name == "coverage":
        return _share(min(labelled, different), different)
    return _share(rows.counts.get(ROW_FLAGS[name], 0), rows.rows)


def measure_arrivals(name: str, labels: CategoryProfile) -> Reading:
    """A metric of the labels that came in one window, with their flags."""
    if name == "label_arrivals":
        return Measured(labels.rows, labels.rows, labels.rows, labels.rows)
    return _share(labels.counts.get(ARRIVAL_FLAGS[name], 0), labels.rows)


def _share(part: int, whole: int) -> Reading:
    if not whole:
        return Unmeasured("no rows")
    low, high = rate_interval(part / whole, whole)
    return Measured(part / whole, low, high, whole)
