"""What a model's page may be asked for beside what it shows: metrics and segments that go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bellbuoy.app.ask import Asked
from bellbuoy.app.glance import Seen
from bellbuoy.app.plans import plan_of
from bellbuoy.metrics.catalogue import CATALOGUE, Family, metrics_of
from bellbuoy.metrics.flow import BY_ARRIVAL, ROW_FLAGS

#: Segments that a form offers; every other one can be asked for by the URL.
_OFFERED = 200
#: Metrics of a column that only one kind of column has; `rows` is the model's as well.
_OF_CATEGORIES = ("null_rate", "distinct", "psi", "jensenshannon", "hellinger", "unseen_rate")
_NOT_OF_NUMBERS = {"rows", "unseen_rate"}


def metrics_offered(seen: Seen, asked: Asked) -> tuple[str, ...]:
    """Names that go with the rest of what is asked, the asked one among them: no list has those of one class."""
    if asked.column is None:
        names = metrics_of(seen.gauge.subject)
    elif asked.where.by and not _by_segment(seen, asked.column):
        names = ("null_rate",)
    else:
        names = column_metrics(seen.kinds.get(asked.column, "number"))
    return names if asked.metric in names else (asked.metric, *names)


def column_metrics(kind: str) -> tuple[str, ...]:
    """Metrics of a column of a kind, as in the catalogue."""
    if kind == "category":
        return _OF_CATEGORIES
    families = {Family.COLUMN, Family.SHIFT}
    return tuple(line.name for line in CATALOGUE if line.family in families and line.name not in _NOT_OF_NUMBERS)


def segments_offered(seen: Seen, asked: Asked) -> Mapping[str, tuple[str, ...]]:
    """Parts of the rows that the metric is counted by; each key has its fair share of a list that must end."""
    if not _in_parts(seen, asked):
        return {}
    known = {by: values for by, values in seen.gauge.counts.segments().items() if by in plan_of(seen.model).segments}
    return {by: _offered(values, _OFFERED // len(known), asked.where.segment) for by, values in known.items()}


def _offered(values: Sequence[str], most: int, chosen: str) -> tuple[str, ...]:
    """The first ones; the chosen one is among them wherever it stands."""
    return tuple(value for place, value in enumerate(values) if place < most or value == chosen)


def _in_parts(seen: Seen, asked: Asked) -> bool:
    if asked.column is None:
        return asked.metric not in ROW_FLAGS and asked.metric not in BY_ARRIVAL
    return asked.metric == "null_rate" or _by_segment(seen, asked.column)


def _by_segment(seen: Seen, column: str) -> bool:
    return column in plan_of(seen.model).outputs
