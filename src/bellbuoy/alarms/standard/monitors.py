"""What the standard pack watches: how each trait is judged, how much of a change matters, and what it is called.

A change must be beyond what is usual (`limit`, in natural deviations) and large enough to matter (`least`, in the
trait's own unit). Three ways of looking: `once`, at the newest window alone, for what no swing of nature explains;
`lasting`, at the median of the last three, for what may come for a window and go; `long`, at that of the last fourteen,
for what creeps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from bellbuoy.alarms.absence import waited
from bellbuoy.alarms.standard.board import Line
from bellbuoy.metrics.lag import lag_seconds


class Shape(StrEnum):
    """Over which windows a series is looked at."""

    ONCE = "once"
    LASTING = "lasting"
    LONG = "long"


class Look(NamedTuple):
    """One way to look at a series."""

    limit: float  #: so many natural deviations beyond the usual are new
    least: float = 0.0  #: and so large the change must be, in the trait's unit


@dataclass(frozen=True, slots=True)
class Monitor:
    """One alarm of the pack, on every series that it is of."""

    name: str
    kind: str  #: what it watches, as an alarm says it
    about: str  #: what it says, in words: "{column} is null in {value} of rows, usually in {usual}"
    looks: Mapping[Shape, Look]
    sides: int = 0  #: 1: only what rises is trouble; -1: only what falls; 0: both
    creeping: bool = False  #: whether level alone decides, without a jump
    quiet: bool = False  #: worth knowing when something else rings, and no reason to wake anybody by itself
    floor: float = -math.inf  #: what is less than this is no trouble, however new
    say: Callable[[float], str] = "{:.3g}".format  #: how values are said
    number: Callable[[float], float] = float  #: what people know values as, where they are followed as logarithms


#: So small a share is next to nothing.
_HARDLY = 0.002


def _percent(value: float) -> str:
    return f"{100 * min(max(value, 0.0), 1.0):.3g}\u00a0%"


def _many(value: float) -> float:
    # No rows stand as half a row, and the season that is taken out and put back leaves rounding.
    return _ratio(value) if value > -0.5 else 0.0


def _ratio(value: float) -> float:
    # The logarithm of a whole number leaves rounding.
    return round(math.exp(value), _PLACES) if value < _LONGEST else math.inf


def _seconds(value: float) -> float:
    return round(lag_seconds(value), _PLACES)


def _rows(value: float) -> str:
    return f"{_many(value):,.0f}"


def _times(value: float) -> str:
    return f"{_ratio(value):.3g}"


def _of_all(value: float) -> float:
    """The share of all rows that a part has, by the logarithm of what it has beside the rest."""
    return 1 / (1 + _ratio(-value))


def _part(value: float) -> str:
    share = _of_all(value)
    # A part without rows stands as half a row.
    return _percent(share) if share >= _HARDLY else "hardly any"


def _lag(value: float) -> str:
    """A lag in words, as "5h before" or "1m after"."""
    if math.isnan(value):
        return "nobody knows how long after"
    seconds = lag_seconds(value)
    return f"{waited(timedelta(seconds=abs(seconds)))} {'before' if seconds < 0 else 'after'}"


def _looks(**looks: tuple[float, float]) -> Mapping[Shape, Look]:
    return {Shape(shape): Look(*look) for shape, look in looks.items()}


_RISES, _FALLS = 1, -1
#: Beyond it no number of a machine has so large a logarithm.
_LONGEST = 700.0
_PLACES = 9


def _share(name: str, about: str, once: tuple[float, float] | None, lasting: tuple[float, float]) -> Monitor:
    """A monitor of a share of rows that is trouble where it rises."""
    looks = _looks(lasting=lasting) if once is None else _looks(once=once, lasting=lasting)
    return Monitor(name, "input", about, looks, _RISES, say=_percent)


_DRIFT = Monitor("drift", "input", "", {}, quiet=True)
_MISFIT = Monitor("misfit", "input", "", {}, _RISES)
_GAP = Monitor("label-gap", "performance", "", _looks(lasting=(1.5, 0.02), long=(1.0, 0.02)))
#: Monitors of columns, by trait.
OF_COLUMNS: Mapping[str, Monitor] = {
    "null_rate": _share("null-rate", "{column} is null in {value} of rows, usually in {usual}", (3, 0.2), (2, 0.03)),
    "nan_rate": _share(
        "nan-rate", "{column} is not a number in {value} of rows, usually in {usual}", (3, 0.2), (2, 0.03)
    ),
    "zero_rate": _share("zero-rate", "{column} is zero in {value} of rows, usually in {usual}", (3, 0.3), (2, 0.1)),
    "unseen_rate": _share(
        "unseen-category", "{column} has values never seen before in {value} of rows", (3, 0.3), (3, 0.1)
    ),
    "newcomer_rate": _share(
        "unseen-category", "{column} has values never seen before in {value} of rows, usually in {usual}",
        (3, 0.6), (3, 0.5),
    ),
    "gone_rate": _share(
        "missing-category", "values that make up {value} of {column} come no more", (3, 0.04), (2, 0.03)
    ),
    "outside_rate": _share(
        "out-of-range", "{column} lies far outside its usual range in {value} of rows", (3, 0.5), (2, 0.3)
    ),
    "level": Monitor(
        "scale", "input", "the median of {column} lies {value} of its usual widths from what it was, usually {usual}",
        _looks(once=(1.5, 2.0), lasting=(1.5, 2.0)),
    ),
    "top_rate": _share(
        "constant", "one value makes up {value} of {column}, usually {usual}", (4, 0.03), (3, 0.03)
    ),
    "variety": Monitor(
        "frozen", "input", "{column} has {value} different values, usually {usual}",
        _looks(once=(6, 1.0), lasting=(3, 0.7)), _FALLS, quiet=True, say=_rows, number=_many,
    ),
    "repeat_rate": _share(
        "stale", "{column} repeats the window before in {value} of rows, usually in {usual}", (3, 0.1), (2, 0.1)
    ),
    "decision_gap": Monitor(
        "decision", "output", "{value} of decisions do not follow from the scores as they used to",
        _looks(once=(3, 0.03), lasting=(2, 0.02)), _RISES, say=_percent,
    ),
    "rank": replace(_DRIFT, about="{column} has moved", looks=_looks(lasting=(2, 0.05))),
    "rank_spread": replace(_DRIFT, about="{column} spreads otherwise", looks=_looks(lasting=(2, 0.03))),
    "low_rate": replace(
        _DRIFT, about="low values make up {value} of {column}, usually {usual}", sides=_RISES,
        looks=_looks(once=(3, 0.3), lasting=(2, 0.1)), say=_percent,
    ),
    "high_rate": replace(
        _DRIFT, about="high values make up {value} of {column}, usually {usual}", sides=_RISES,
        looks=_looks(once=(3, 0.3), lasting=(2, 0.1)), say=_percent,
    ),
    "share": replace(
        _DRIFT, about="{part} makes up {value} of {column}, usually {usual}", looks=_looks(lasting=(2, 0.05)),
        say=_percent,
    ),
    "misfit": replace(
        _MISFIT, about="{column} does not follow from the other inputs as it used to",
        looks=_looks(once=(1.5, 0.25), lasting=(1, 0.2)), floor=math.log(0.08), say=_times, number=_ratio,
    ),
    "misfit_bias": replace(
        _MISFIT, about="{column} lies off what the other inputs say", sides=0,
        looks=_looks(once=(2.5, 0.1), lasting=(1, 0.05)),
    ),
    "lag": Monitor(
        "clock", "freshness", "rows reach the log {value} their time, usually {usual}",
        _looks(once=(3, 0.3), lasting=(2, 0.2)), say=_lag, number=_seconds,
    ),
    "lag_ahead_rate": replace(
        _share("clock", "{value} of rows have a time that lies well after they came, usually {usual}",
               (3, 0.1), (2, 0.02)), kind="freshness",
    ),
    "lag_late_rate": replace(
        _share("clock", "{value} of rows reach the log much later than any use to, usually {usual}",
               (3, 0.1), (2, 0.05)), kind="freshness",
    ),
}  # fmt: skip
#: Monitors of all rows, or of parts of them, by metric.
OF_ROWS: Mapping[str, Monitor] = {
    "rows": Monitor(
        "volume", "volume", "{value} rows came, usually {usual}", _looks(once=(3, 0.5), lasting=(2, 0.12)),
        say=_rows, number=_many,
    ),
    "part_rows": Monitor(
        "volume-of-part", "volume", "{value} of all rows are there, usually {usual}",
        _looks(once=(3, 1.5), lasting=(2, 1.0)), _FALLS, say=_part, number=_of_all,
    ),
    "duplicate_rate": Monitor(
        "duplicates", "volume", "{value} of rows came twice, usually {usual}",
        _looks(once=(3, 0.1), lasting=(2, 0.02)), _RISES, say=_percent,
    ),
    "future_rate": Monitor(
        "clock", "freshness", "{value} of rows have a time that lies ahead",
        _looks(once=(3, 0.1), lasting=(2, 0.02)), _RISES, say=_percent,
    ),
    "outcome_gap": replace(_GAP, about="labels are off what was predicted by {value}, usually by {usual}"),
    "error_gap": replace(_GAP, about="labels lie {value} usual errors off what was predicted, usually {usual}"),
    "wrong_gap": replace(_GAP, about="{value} of predictions are wrong, usually {usual}", sides=_RISES, say=_percent),
    "wrong_gap_beside": replace(
        _GAP, about="{value} more of predictions are wrong than elsewhere, usually {usual}", sides=_RISES, say=_percent
    ),
    "ranking": Monitor(
        "ranking", "performance", "scores order the labels with an AUC of {value}, usually {usual}",
        _looks(once=(3, 0.1), lasting=(2, 0.05)), _FALLS,
    ),
    "turned": Monitor(
        "labels-turned", "label", "scores order the labels the wrong way round",
        _looks(once=(1, 0.05), lasting=(1, 0.03)), _RISES,
    ),
    "log_loss": Monitor(
        "log-loss", "performance", "log loss is {value}, usually {usual}", _looks(lasting=(1.5, 0.02)), _RISES
    ),
    "mae": Monitor(
        "error-size", "performance", "errors are {value} on average, usually {usual}",
        _looks(lasting=(2, 0.1)), _RISES, say=_times, number=_ratio,
    ),
}  # fmt: skip
#: A version that serves again though a later one is established.
OLDER = Monitor(
    "older-version", "output", "version {version} serves {value} of rows, and is from before the established one", {},
    say=_percent,
)  # fmt: skip


def monitor_of(line: Line, outputs: frozenset[str]) -> Monitor | None:
    """The monitor that watches a series; None where nothing is judged of it."""
    if line.column is None:
        return OF_ROWS.get(line.metric)
    found = OF_COLUMNS.get(line.metric)
    if found is None or found.kind != "input" or line.column not in outputs:
        return found
    # What scores are like moves with what comes in: only how they follow from it tells of the model.
    quiet = found.quiet or line.metric in {"level", "gone_rate"}
    return replace(found, name=f"score-{found.name}", kind="output", quiet=quiet)


#: A share that moved by less than this is told, and wakes nobody; from `_MOST` on most rows are hit.
_SMALL, _MOST = 0.1, 0.5


#: Shares that tell much where they are small: values that came every day are gone.
_TELLING = frozenset({"gone_rate"})


def severity_of(monitor: Monitor, metric: str, effect: float) -> str:
    """How loud an alarm is: by what it watches, and by how many rows it reaches."""
    if monitor.quiet:
        return "info"
    if not metric.endswith("_rate"):
        return "warning"
    if abs(effect) < _SMALL and metric not in _TELLING:
        return "info"
    return "critical" if abs(effect) >= _MOST else "warning"
