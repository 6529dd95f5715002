"""Work that must not be done twice at once, and when it is due again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bellbuoy.errors import StateError

if sys.platform != "win32":
    import fcntl

#: Beats of a model: often enough to be near real time, seldom enough to cost nothing while nothing happens.
_FASTEST, _SLOWEST = timedelta(seconds=5), timedelta(seconds=30)
#: A model that fails is tried again after a minute, then two, four, … and at the latest after an hour.
_RETRY, _PATIENCE = timedelta(minutes=1), timedelta(hours=1)


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a file's lock while the block runs. The system lets go of it when the process ends, however it ends.

    Raises:
        StateError: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(handle, path)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    if sys.platform == "win32":  # there, one process a project is the caller's care
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as why:
        hint = "nothing is lost; what is new is read in the next cycle"
        raise StateError("another process is at this model right now", where=path.stem, hint=hint) from why


@dataclass(frozen=True, slots=True)
class Pace:
    """When a model's next cycle is due: by its grain while all is well, later and later while it fails."""

    width: timedelta  #: of a window
    last: datetime | None = None
    failures: int = 0

    @property
    def due_at(self) -> datetime | None:
        """The moment from which the next cycle is due; None: at once."""
        if self.last is None:
            return None
        if self.failures:
            return self.last + min(_RETRY * float(2 ** min(self.failures - 1, 10)), _PATIENCE)
        return self.last + min(max(self.width / 60, _FASTEST), _SLOWEST)

    def due(self, now: datetime) -> bool:
        """Whether it is."""
        return self.due_at is None or now >= self.due_at

    def after(self, now: datetime, *, failed: bool) -> Pace:
        """The pace once a cycle has run."""
        return Pace(self.width, now, self.failures + 1 if failed else 0)
