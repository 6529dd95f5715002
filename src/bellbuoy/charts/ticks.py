"""Round numbers and round moments for axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_MINUTE, _HOUR, _DAY, _MONTH = 60.0, 3_600.0, 86_400.0, 2_629_800.0
#: Distances between ticks of time, in seconds; from a month on they are whole months.
_STEPS = (
    *(_MINUTE * n for n in (1, 5, 15, 30)),
    *(_HOUR * n for n in (1, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14)),
    *(_MONTH * n for n in (1, 2, 3, 6, 12, 24, 60, 120, 600)),
)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tick(NamedTuple):
    """A place on the axis of time; `under` is what the eye needs once (the year, the day), on a second line."""

    at: float
    text: str
    under: str = ""


def value_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten) within `[low, high]`; about `most` of them, at least one."""
    rough = (high - low) / most
    if not rough > max(abs(low), abs(high), 1e-290) * 1e-12:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)] or [low]


def tick_texts(values: Sequence[float]) -> list[str]:
    """The numbers of one axis, all with as many decimals as it takes to write them; thousands as k, millions as M."""
    largest = max(map(abs, values), default=0.0)
    if largest >= 1e15 or 0 < largest < 1e-6:
        return [_minus(f"{value:.3g}") for value in values]
    size, unit = _unit(largest)
    scaled = [value / size for value in values]
    fits = (n for n in range(9) if all(abs(round(value, n) - value) <= largest / size * 1e-6 for value in scaled))
    places = next(fits, 9)
    return [_minus(f"{value + 0.0:.{places}f}{unit if value else ''}") for value in scaled]


def short_text(value: float) -> str:
    """One number in few letters: three decimals up to 1, four figures up to 10,000, then three with k, M, G or T."""
    if 0 < abs(value) < 5e-4 or abs(value) >= 1e15:
        return _minus(f"{value:.1e}")
    if abs(value) < 1e4:
        return _minus(f"{value:.3f}" if abs(value) <= 1 else f"{value:.4g}")
    size, unit = _unit(abs(value))
    figures = f"{value / size:.3g}"
    return _minus(f"{value / size:.0f}{unit}" if "e" in figures else f"{figures}{unit}")


def _unit(largest: float) -> tuple[float, str]:
    units = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
    return next(((s, u) for s, u in units if largest >= max(s, 1e4)), (1.0, ""))


def _minus(text: str) -> str:
    return text.replace("-", "−")


def time_ticks(start: float, end: float, most: int = 12) -> list[Tick]:
    """Round moments in UTC within `[start, end]`, at most `most`: minutes, hours, days, Mondays, months or years."""
    step = next((step for step in _STEPS if (end - start) / step <= most), _STEPS[-1])
    marks = _months(start, end, round(step / _MONTH)) if step >= _MONTH else _even(start, end, step)
    ticks: list[Tick] = []
    last = ""
    for moment in marks:
        text, under = _tick_words(moment, step)
        ticks.append(Tick(_seconds(moment), text, under if under != last else ""))
        last = under
    return ticks


def _tick_words(moment: datetime, step: float) -> tuple[str, str]:
    day = f"{moment.day} {_NAMES[moment.month - 1]}"
    if step < _DAY:
        return f"{moment:%H:%M}", f"{day} {moment.year}"
    if step < _MONTH:
        return day, str(moment.year)
    return (str(moment.year), "") if step > 6.5 * _MONTH else (_NAMES[moment.month - 1], str(moment.year))


def _even(start: float, end: float, step: float) -> Iterator[datetime]:
    base = _seconds(_MONDAY) if step >= 7 * _DAY else 0.0
    for n in range(math.ceil((start - base) / step), math.floor((end - base) / step) + 1):
        yield _moment(base + n * step)


def _months(start: float, end: float, step: int) -> Iterator[datetime]:
    first, last = _moment(start), _moment(end)
    count = first.year * 12 + first.month - 1
    count += -count % step
    while count <= last.year * 12 + last.month - 1:
        moment = datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)
        if first <= moment <= last:
            yield moment
        count += step


def _moment(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _seconds(moment: datetime) -> float:
    return (moment - _EPOCH).total_seconds()
