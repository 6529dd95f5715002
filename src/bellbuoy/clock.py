"""The one place that reads the clock. Everybody else is told `now`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time in UTC and waits."""

    def now(self) -> datetime:
        """The present moment, with UTC as its zone."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, with UTC as its zone."""
        return datetime.now(UTC)  # noqa: TID251 - the one allowed place

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        time.sleep(seconds)


class FrozenClock:
    """A clock that stands still: history is looked at as on that day. It waits as any other."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The moment at which it stands."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds; the moment stays."""
        time.sleep(seconds)
