"""Which version of a model served when, told by how many rows of each day are whose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bellbuoy.app.views import Mark
from bellbuoy.windows import Grain, from_seconds

#: A version serves until another one has so many times as many rows: halves of a test do not take turns day by day.
_CLEARLY = 2


def version_marks(days: Mapping[str, Mapping[int, int]]) -> Iterator[Mark]:
    """Marks of every version's first day and of each later change of the one that serves, in order of time.

    `days` has the rows of each version by day (its start in seconds, in order of time).
    """
    first = {version: next(iter(rows)) for version, rows in days.items() if rows}
    served: list[str] = []
    for day in sorted({day for rows in days.values() for day in rows}):
        new = [version for version, start in first.items() if start == day]
        yield from (_mark(day, f"version {version}") for version in new)
        now = _serving({version: rows.get(day, 0) for version, rows in days.items()}, served[-1] if served else None)
        if served and now != served[-1] and now not in new and (now in served or not _just_came(now, day, first)):
            yield _mark(day, f"back to version {now}" if now in served else f"version {now} serves")
        served += [now] if not served or now != served[-1] else []


def _mark(day: int, text: str) -> Mark:
    return Mark(from_seconds(day), text, "version")


def _serving(rows: Mapping[str, int], before: str | None) -> str:
    """The version with the most rows of a day, unless the one before has nearly as many."""
    most = max(rows, key=lambda version: rows[version])
    return most if before is None or rows[most] >= _CLEARLY * rows.get(before, 0) else before


def _just_came(version: str, day: int, first: Mapping[str, int]) -> bool:
    """Whether its first day was the one before: it was switched on in the middle of that day, and is marked there."""
    return day - first[version] <= Grain.DAY.seconds
