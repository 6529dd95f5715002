"""Numbers and moments as people read them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from bellbuoy.app.views import Blast, Point, Suspect, TrackRecord, name_of
from bellbuoy.charts import short_text
from bellbuoy.incidents.blast import effects as said
from bellbuoy.windows import parse_time

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

_VERDICTS = {
    "model": "The model",
    "pipeline": "The data pipeline",
    "world": "The world",
    "unclear": "Not clear yet",
}


def number(value: float | None) -> str:
    """As charts write it: `0.742`, `12.41`, `2.5M`."""
    return NOTHING if value is None or not math.isfinite(value) else short_text(value)


def figure(value: float | None, unit: str | None = None) -> str:
    """A number with its unit, in full where it has one: `−12,300 EUR`; without a unit as charts write it."""
    return f"{_plain(value)}{_GAP}{unit}" if unit and _is_finite(value) else number(value)


def change(value: float | None, reach: float, unit: str | None = None) -> str:
    """A change with its sign, `+0.012`, as exact as its greatest neighbour (`reach`) needs for two figures."""
    if value is None or not math.isfinite(value):
        return NOTHING
    places = min(max(1 - math.floor(math.log10(reach)), 0), 9) if reach > 0 else 0
    text = f"{value:+,.{places}f}" if reach < 1e12 else f"{value:+.1e}"
    text = (text if text.strip("+-0.,") else text[1:]).replace("-", "−")
    return f"{text}{_GAP}{unit}" if unit else text


def _plain(value: float | None) -> str:
    size = abs(value or 0.0)
    if value is None or size >= 1e12 or 0 < size < 0.005:
        return number(value)
    return f"{value:,.{0 if size >= 100 else 2}f}".replace("-", "−")


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


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


def interval(low: float | None, high: float | None, unit: str | None = None) -> str:
    """Both ends of an interval; empty if either is missing."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    first = _plain(low) if unit else number(low)
    # A dash between signed numbers would read as a sign.
    return f"{first}{' to ' if low < 0 else '–'}{figure(high, unit)}"


def bound(value: float | None, unit: str | None = None) -> str:
    """How far a value can be from that of the rows; empty where it is exact or nothing is known."""
    if value is None or not value > 0 or not math.isfinite(value):
        return ""
    return f"<{_GAP}0.001" if value < 5e-4 else figure(value, unit)


def labels(point: Point) -> str:
    """How many labels are there, and how many to come: `812 of 960 labelled (85 %), 97 % expected`.

    Only how many rows there are where labels do not matter.
    """
    if point.labelled is None:
        return count(point.rows)
    text = f"{count(point.labelled)} of {count(point.rows)} labelled"
    text += f" ({share(point.coverage)})" if _is_finite(point.coverage) else ""
    # Of a window that is final no more are expected.
    more = point.maturity != "final" and _is_finite(point.expected_coverage)
    return f"{text}, {share(point.expected_coverage)} expected" if more else text


def track(record: TrackRecord, unit: str | None = None) -> str:
    """How estimates did once their labels had come, as a sentence."""
    near = f"within {figure(record.within, unit)} of the truth"
    often = f"in {share(record.share)} of {plural(record.windows, 'window')}"
    return f"The estimate was {near} {often}; its interval held the truth in {share(record.covered)}."


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


def span(start: datetime, end: datetime) -> str:
    """From when to when, both ends within it: `24 Dec 2013 to 30 Dec 2013`."""
    if end - start <= timedelta(days=1):
        return window(start, end)
    whole = all(at.astimezone(UTC).time() == datetime.min.time() for at in (start, end))
    return f"{day(start)} to {day(end - timedelta(days=1))}" if whole else f"{moment(start)} to {moment(end)}"


def age(seconds: float | None) -> str:
    """How long ago, in the largest unit that fits: `45 s`, `12 min`, `3 h`, `9 days`."""
    if seconds is None or not math.isfinite(seconds):
        return NOTHING
    for width, unit in ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min")):
        if seconds >= 2 * width:
            return f"{seconds / width:.0f}{_GAP}{unit}"
    return f"{max(seconds, 0):.0f}{_GAP}s"


def sure(confidence: float) -> str:
    """How sure a verdict is: `80 % sure`."""
    return f"{share(confidence)} sure"


def verdict(name: str) -> str:
    """A verdict as a sentence begins: `The data pipeline`."""
    return _VERDICTS.get(name, name)


def suspect(one: Suspect) -> str:
    """What is suspected: `wind_speed, origin=JFK`."""
    return name_of(one)


def effects(blast: Blast) -> list[str]:
    """How far an incident reaches, a line each: `Reaches 24 % of the rows`."""
    return [text[:1].upper() + text[1:] for text in said(blast)]


def since(blast: Blast) -> str:
    """From when on that is told: `Since 23 Dec 2013 05:00 UTC`; empty where it is not known."""
    return "" if blast.since is None else f"Since {moment(parse_time(blast.since))}"


def weight(value: float) -> str:
    """How heavy evidence is, with its sign: `+1.8`."""
    return f"{value:+.1f}".replace("-", "−")


def metric_title(name: str) -> str:
    """A metric's name as a title: `auc` is AUC, `log_loss` is Log loss."""
    known = _TITLES.get(name)
    return known or (name[:1].upper() + name[1:]).replace("_", " ")


def plural(many: int, noun: str) -> str:
    """`1 model`, `6 models`."""
    return f"{many:,} {noun}" if many == 1 else f"{many:,} {noun}s"
