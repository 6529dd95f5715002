"""Numbers and moments as people read them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from bellbuoy.charts import short_text

#: What stands where there is no number.
NOTHING = "–"
#: Stands between a number and its unit: a line must not break there.
_GAP = "\u00a0"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: How metrics are called where the name alone would not read well.
_TITLES = {
    "auc": "AUC", "pr_auc": "PR-AUC", "ks": "KS", "f1": "F1", "mae": "MAE", "rmse": "RMSE", "mape": "MAPE", "r2": "R²",
    "ece": "ECE", "psi": "PSI", "jensenshannon": "Jensen–Shannon distance", "nan_rate": "NaN rate",
    "p05": "5 % quantile", "p50": "Median", "p95": "95 % quantile", "std": "Standard deviation",
    "min": "Minimum", "max": "Maximum", "distinct": "Distinct values",
}  # fmt: skip


def number(value: float | None) -> str:
    """As charts write it: `0.742`, `12.41`, `2.5M`."""
    return NOTHING if value is None or not math.isfinite(value) else short_text(value)


def count(value: float | None) -> str:
    """A whole number, its thousands apart: `336,776`."""
    return NOTHING if value is None or not math.isfinite(value) else f"{round(value):,}"


def share(value: float | None) -> str:
    """A share of one as per cents, with as many places as it takes to tell it from 0 and 100."""
    if value is None or not math.isfinite(value):
        return NOTHING
    percent = value * 100
    if percent in {0.0, 100.0} or 10 <= percent <= 99:
        return f"{percent:.0f}{_GAP}%"
    if 0.1 <= percent <= 99.9:
        return f"{percent:.1f}{_GAP}%"
    return f"<{_GAP}0.1{_GAP}%" if percent < 1 else f">{_GAP}99.9{_GAP}%"


def interval(low: float | None, high: float | None) -> str:
    """Both ends of an interval; empty if either is missing."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    # A dash between signed numbers would read as a sign.
    return f"{number(low)} to {number(high)}" if low < 0 else f"{number(low)}–{number(high)}"


def day(moment: datetime) -> str:
    """`4 Nov 2013`, in UTC."""
    here = moment.astimezone(UTC)
    return f"{here.day} {_MONTHS[here.month - 1]} {here.year}"


def moment(at: datetime | None) -> str:
    """`4 Nov 2013 10:00 UTC`; without the time at midnight."""
    if at is None:
        return NOTHING
    here = at.astimezone(UTC)
    return day(here) if not (here.hour or here.minute or here.second) else f"{day(here)} {here:%H:%M} UTC"


def as_of(at: datetime) -> str:
    """`as of 4 Nov 2013 00:00 UTC`: a moment at which time stands still has its time said even at midnight."""
    return f"as of {day(at)} {at.astimezone(UTC):%H:%M} UTC"


def window(start: datetime, end: datetime) -> str:
    """When a window is: `4 Nov 2013`, `week of 4 Nov 2013`, `4 Nov 2013 10:00–11:00`."""
    width = (end - start).total_seconds()
    if width < 86_400:
        return f"{day(start)} {start.astimezone(UTC):%H:%M}–{end.astimezone(UTC):%H:%M}"
    return day(start) if width < 604_800 else f"week of {day(start)}"


def age(seconds: float | None) -> str:
    """How long ago, in the largest unit that fits: `45 s`, `12 min`, `3 h`, `9 days`."""
    if seconds is None or not math.isfinite(seconds):
        return NOTHING
    for width, unit in ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min")):
        if seconds >= 2 * width:
            return f"{seconds / width:.0f}{_GAP}{unit}"
    return f"{max(seconds, 0):.0f}{_GAP}s"


def metric_title(name: str) -> str:
    """A metric's name as a title: `auc` is AUC, `log_loss` is Log loss."""
    known = _TITLES.get(name)
    return known or (name[:1].upper() + name[1:]).replace("_", " ")


def plural(many: int, noun: str) -> str:
    """`1 model`, `6 models`."""
    return f"{many:,} {noun}" if many == 1 else f"{many:,} {noun}s"
