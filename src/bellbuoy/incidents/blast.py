"""What an incident costs, as far as readings tell, and how that is said: readings in, words out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bellbuoy.incidents.values import Blast, Cost, Loss
from bellbuoy.metrics.catalogue import CATALOGUE, Better, entry
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import MICRO, Grain, from_micro, from_seconds, iso, parse_time, to_seconds

#: Kinds of alarms on labels, which come long after what they tell of.
_ON_LABELS = frozenset({"performance", "label"})


@dataclass(frozen=True, slots=True)
class Compared:
    """A metric over the windows of an incident, beside what is usual."""

    metric: str
    now: Reading
    usual: Reading
    how: str  #: realised or estimated
    against: str  #: what is usual is that of the weeks before, or that of the baseline
    start: int  #: of the first window that was measured, seconds
    rows: int  #: that it was measured on


def since_of(alarms: Iterable[AlarmRow], opened: int, grain: Grain, known: str | None) -> int:
    """The start (seconds) of the first window that an incident touches; it only ever moves back.

    That is the window before the one in which it was opened (microseconds), or an earlier one that an alarm was raised
    on: labels tell of days that are long over. What only follows does not say since when, so alarms count that fired
    when it was opened; where all are on labels, each counts. `known` is what was believed before.
    """
    before, every = grain.floor(grain.floor(from_micro(opened)) - grain.delta), list(alarms)
    first = (
        every if all(one.kind in _ON_LABELS for one in every) else [one for one in every if _opens(one, opened, grain)]
    )
    starts = [alarm.start for alarm in first if alarm.start is not None]
    return min([to_seconds(before), *starts, *([] if known is None else [to_seconds(parse_time(known))])])


def _opens(alarm: AlarmRow, opened: int, grain: Grain) -> bool:
    """Whether an alarm fired as its incident was opened, or so little before that it was with it."""
    return alarm.fired_at is not None and 0 <= opened - alarm.fired_at < grain.seconds * MICRO


def loss_of(compared: Compared) -> Loss | None:
    """By how much a metric reads worse than usual; None where either of both is not known."""
    worse = _worse(compared)
    if worse is None:
        return None
    value, low, high = map(_short, worse)
    return {
        "metric": compared.metric, "value": value, "low": low, "high": high,
        "how": compared.how, "against": compared.against,
        "from": iso(from_seconds(compared.start)), "rows": compared.rows,
    }  # fmt: skip


def money_of(compared: Compared, rows: int, unit: str | None) -> Cost | None:
    """What an incident of so many rows has cost, by what a row was worth and usually is; above 0 where it costs."""
    worse = _worse(compared)
    if worse is None:
        return None
    value, low, high = (_short(each * rows) for each in worse)
    return {"value": value, "low": low, "high": high, "unit": unit, "how": compared.how, "rows": rows}


def _worse(compared: Compared) -> tuple[float, float, float] | None:
    """By how much it is worse, with the interval of the difference (Zou & Donner 2008); None where that is unknown."""
    now, usual, better = compared.now, compared.usual, entry(compared.metric).better
    if not isinstance(now, Measured) or not isinstance(usual, Measured) or better is Better.NEITHER:
        return None
    more, less = (usual, now) if better is Better.HIGHER else (now, usual)
    value = more.value - less.value
    low = value - math.hypot(more.value - more.low, less.high - less.value)
    high = value + math.hypot(more.high - more.value, less.value - less.low)
    return (value, low, high) if all(map(math.isfinite, (value, low, high))) else None


def _short(value: float) -> float:
    """Four figures: what changes beyond them is no news."""
    return float(f"{value:.4g}")


def effects(blast: Blast) -> Iterator[str]:
    """How far an incident reaches, in plain words; nothing where nothing is known."""
    if blast.share is not None:
        yield f"reaches {_percent(blast.share)} of the rows"
    if blast.loss is not None:
        yield _said_of_loss(blast.loss)
    if blast.money is not None:
        yield _said_of_money(blast.money)


def _said_of_loss(loss: Loss) -> str:
    title = next((line.title for line in CATALOGUE if line.name == loss["metric"]), loss["metric"])
    before = "before" if loss["against"] == "before" else "on the baseline"
    if loss["low"] <= 0 <= loss["high"]:
        return f"{title} reads no worse than {before}, as far as can be told ({loss['how']})"
    way = "worse" if loss["value"] > 0 else "better"
    return f"{title} reads {abs(loss['value']):.2g} {way} than {before} ({loss['how']})"


def _said_of_money(cost: Cost) -> str:
    if cost["low"] <= 0 <= cost["high"]:
        return f"no cost so far that could be told from chance ({cost['how']})"
    text, way = _round(abs(cost["value"])), "lost" if cost["value"] > 0 else "gained"
    return f"about {' '.join([text, cost['unit'] or '', way]).replace('  ', ' ')} so far ({cost['how']})"


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "less than 1\u00a0%"
    return f"{100 * share:.0f}\u00a0%"


def _round(value: float) -> str:
    """Two figures, in full: `1,300`, `0.52`."""
    short = float(f"{value:.2g}")
    return f"{short:,.0f}" if short >= 10 or short == round(short) else f"{short:g}"
