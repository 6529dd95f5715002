"""Fakes that we ship: a clock that tests set."""

from __future__ import annotations

from datetime import datetime, timedelta


class FakeClock:
    """A clock that stands still until told, and never really sleeps."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move forward at once."""
        self._now += timedelta(seconds=seconds)

    def set(self, now: datetime) -> None:
        """Jump."""
        self._now = now
