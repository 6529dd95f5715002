"""What a metric says of itself: a line of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """What a metric is measured from."""

    PERFORMANCE = "performance"  #: an outcome
    COLUMN = "column"  #: a column's profile
    SHIFT = "shift"  #: two profiles of a column
    FLOW = "flow"  #: counts of rows and labels
    REPLAY = "replay"  #: logged scores beside those of the same rows scored again


class Better(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as people find it: its name, what it means, and where its definition comes from."""

    name: str
    title: str
    about: str
    family: Family
    better: Better
    tasks: tuple[str, ...] = ()  #: empty for what is not of performance
    source: str = ""  #: paper or standard
    aliases: tuple[str, ...] = ()  #: what others call it
