"""Windows of time: half-open UTC intervals `[start, start + grain)`, and durations as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bellbuoy.errors import ConfigError

#: Microseconds in a second: arrays of moments are int64 microseconds since 1970-01-01 UTC.
MICRO = 1_000_000
#: 1970-01-05 was a Monday; weeks start there.
_MONDAY = 4 * 86_400
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


class Grain(StrEnum):
    """How wide a window is."""

    MINUTE = "1m"
    FIVE_MINUTES = "5m"
    QUARTER = "15m"
    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"

    @property
    def seconds(self) -> int:
        """Width in seconds."""
        return _width(self.value)

    @property
    def delta(self) -> timedelta:
        """Width as a timedelta."""
        return timedelta(seconds=self.seconds)

    def floor(self, moment: datetime) -> datetime:
        """Start of the window that holds a moment; weeks start on Monday."""
        return from_seconds(int(self.starts(np.array([to_micro(moment)], dtype=np.int64))[0]))

    def starts(self, micro: NDArray[np.int64]) -> NDArray[np.int64]:
        """Starts (seconds since 1970, UTC) of the windows that hold moments given in microseconds."""
        seconds = np.floor_divide(micro, MICRO)
        return self.regroup(seconds)

    def regroup(self, seconds: NDArray[np.int64]) -> NDArray[np.int64]:
        """Starts of the windows of this grain that hold moments given in whole seconds."""
        shift = _MONDAY if self is Grain.WEEK else 0
        width = self.seconds
        return np.floor_divide(seconds - shift, width) * width + shift


@cache
def _width(grain: str) -> int:
    return int(parse_duration(grain).total_seconds())


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open interval `[start, end)` in UTC."""

    start: datetime
    end: datetime


def to_micro(moment: datetime) -> int:
    """Microseconds since 1970 of a moment with a zone."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def from_micro(micro: int) -> datetime:
    """The moment, in UTC, of microseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micro))


def to_seconds(moment: datetime) -> int:
    """Whole seconds since 1970 of a moment with a zone."""
    return to_micro(moment) // MICRO


def from_seconds(seconds: int) -> datetime:
    """The moment, in UTC, of seconds since 1970."""
    return from_micro(int(seconds) * MICRO)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with a Z, as all our JSON has it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """A moment from ISO 8601; without a zone it is UTC.

    Raises:
        ConfigError: the text is no ISO moment.
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as why:
        raise ConfigError(f"{text!r} is not a time", hint="write it as 2013-11-04T10:00:00Z") from why


def parse_duration(text: str) -> timedelta:
    """A duration written as `15m`, `6h`, `1d12h` or, ISO 8601, `PT15M`.

    Raises:
        ConfigError: the text is neither, or too long to reckon with.
    """
    try:
        return _duration(text)
    except OverflowError as why:
        raise ConfigError(f"{text!r} is too long a duration", hint="write it as 15m, 6h or 7d") from why


def _duration(text: str) -> timedelta:
    plain = text.strip()
    parts = _DURATION.findall(plain)
    if parts and re.fullmatch(rf"(?:{_DURATION.pattern}\s*)+", plain):
        return timedelta(seconds=sum(float(amount) * _UNITS[unit] for amount, unit in parts))
    if (match := _ISO.fullmatch(plain)) and any(match.groups()):
        widths = (604_800, 86_400, 3_600, 60, 1)
        return timedelta(seconds=sum(int(n) * w for n, w in zip(match.groups(), widths, strict=True) if n))
    raise ConfigError(f"{text!r} is not a duration", hint="write it as 15m, 6h or 7d")


def format_duration(span: timedelta) -> str:
    """The duration as people write it, largest units first: `1d12h`, `90s` as `1m30s`."""
    left = round(span.total_seconds())
    if left <= 0:
        return "0s"
    text = ""
    for unit, width in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        if unit == "w" and left % width:
            continue
        count, left = divmod(left, width)
        text += f"{count}{unit}" if count else ""
    return text
