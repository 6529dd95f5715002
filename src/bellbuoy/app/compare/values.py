"""What a comparison of two files says, as values. The first file is what is usual, the second is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bellbuoy.metrics.reading import Reading
from bellbuoy.profiles.profile import Profile


class FindingKind(StrEnum):
    """What can be wrong with a column."""

    VANISHED = "vanished"  #: it is not there any more
    RETYPED = "retyped"  #: numbers became texts, or the like
    ALL_NULL = "all_null"
    CONSTANT = "constant"  #: one value where there were several
    SCALED = "scaled"  #: the same distribution times a factor: another unit
    SWAPPED = "swapped"  #: it holds what another column held
    NULLS = "nulls"  #: more nulls
    NANS = "nans"  #: more NaN
    INFINITIES = "infinities"  #: more infinities
    UNSEEN = "unseen"  #: categories that were never there
    OUT_OF_RANGE = "out_of_range"  #: numbers beyond all that were there
    DRIFT = "drift"  #: another distribution
    ADDED = "added"  #: it was not there before


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a column, in plain words.

    `trouble` orders findings: about the share of the rows that are affected, with what breaks a column as a whole
    above 1, and what the seasons do as well (drift, new extremes) weighted down.
    """

    column: str
    kind: FindingKind
    trouble: float
    message: str


@dataclass(frozen=True, slots=True)
class Shift:
    """A distance between the files, and the value that it stays below 19 times of 20 when nothing changed."""

    reading: Reading
    noise: float


@dataclass(frozen=True, slots=True)
class Half:
    """A column in one of the files."""

    kind: str  #: number, category or moment (counted as its age at the row's time, in seconds)
    profile: Profile
    readings: Mapping[str, Reading]
    top: tuple[tuple[str, float], ...] = ()  #: the most frequent categories and their shares


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """A column in both files; None where it is not there.

    `significance` is the least false-discovery rate, over all columns and tests, at which its values are believed to
    be distributed otherwise than usual; None where they cannot be compared.
    """

    name: str
    role: str  #: input, output, label, version or host
    usual: Half | None
    now: Half | None
    shifts: Mapping[str, Shift]
    significance: float | None
    findings: tuple[Finding, ...]

    @property
    def trouble(self) -> float:
        """That of its worst finding; 0 for none."""
        return max((one.trouble for one in self.findings), default=0.0)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From when to when the rows of a file are."""

    column: str
    first: datetime | None
    last: datetime | None
    nulls: int


@dataclass(frozen=True, slots=True)
class IdFacts:
    """Ids of a file: rows whose id came before in it, and rows without one."""

    column: str
    distinct: int
    repeated: int
    nulls: int


@dataclass(frozen=True, slots=True)
class Side:
    """One of the files."""

    path: str
    rows: int
    time: TimeRange | None
    ids: IdFacts | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Performance:
    """A performance metric of both files; `change` is better, worse or differs where the two intervals do not touch."""

    metric: str
    usual: Reading
    now: Reading
    change: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two files side by side; columns and findings in the order of their trouble."""

    usual: Side
    now: Side
    columns: tuple[ColumnReport, ...]
    findings: tuple[Finding, ...]
    performance: tuple[Performance, ...]
    shared_ids: int | None  #: ids that are in both files
    left_out: Mapping[str, str]  #: columns that are not compared, and why
