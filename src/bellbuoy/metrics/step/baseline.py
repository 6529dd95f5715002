"""What windows are compared with: the reference set where there is one, else the model's own past."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bellbuoy.metrics.taken import Normal, trailing
from bellbuoy.profiles.collect import add_profiles, sub_profiles
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.series import Counts, Slice, summed, total
from bellbuoy.windows import Grain


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual of one model; `last` tells the start of the newest window of a grain that has rows."""

    counts: Counts
    normal: Normal
    last: Callable[[Grain], int | None]

    @property
    def span(self) -> int:
        """How much of the past it takes where it takes the past, in seconds."""
        return int(self.normal.trailing.total_seconds())

    def profile(self, column: str, grain: Grain, where: Slice) -> Profile | None:
        """The usual profile of a column; None where nothing is known."""
        usual = self._reference(column, where)
        return usual or total(self.counts.profiles(column, grain, self._before(grain, where)), add_profiles)

    def outcome(self, grain: Grain, where: Slice, rung: int | None = None) -> Outcome | None:
        """The usual outcome, with a `rung` as it was when each window was so old; None where nothing is known."""
        usual = self.counts.reference_outcome(_timeless(where), rung) if self.normal.reference else None
        if usual is not None and usual.rows:
            return usual
        return summed(self.counts.outcomes(grain, self._before(grain, where), rung))

    def beside(self, column: str, grain: Grain, where: Slice) -> Iterator[tuple[int, Profile, Profile | None]]:
        """Each window's profile of a column with the usual one; None where nothing is known."""
        if (usual := self._reference(column, where)) is not None:
            yield from ((start, part, usual) for start, part in self.counts.profiles(column, grain, where).items())
            return
        # A window has one baseline, however little is asked for: the past before the slice is read as well.
        early = where if where.start is None else replace(where, start=where.start - self.span)
        parts = self.counts.profiles(column, grain, early)
        for start, part, past in trailing(parts, self.normal.trailing, add_profiles, sub_profiles):
            if where.start is None or start >= where.start:
                yield start, part, past

    def _reference(self, column: str, where: Slice) -> Profile | None:
        return self.counts.reference(column, _timeless(where)) if self.normal.reference else None

    def _before(self, grain: Grain, where: Slice) -> Slice:
        """The past that a slice is compared with: before its start, else before the newest window."""
        end = where.start if where.start is not None else self.last(grain)
        return where if end is None else replace(where, start=end - self.span, end=end)


def _timeless(where: Slice) -> Slice:
    """The same rows of the reference set, which has neither times nor versions."""
    return Slice(by=where.by, segment=where.segment)
