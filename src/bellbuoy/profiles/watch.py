"""A model under watch: what its step needs to know, ready to be counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.target import Target
from bellbuoy.sources.port import KeyType, Kind, Source


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Where labels are and what their columns are called."""

    source: Source
    id: str
    label: str
    time: str | None  #: when a label became known; where there is a cursor, that counts
    cursor: str | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Watch:
    """A model under watch, ready to be counted: what to count, where its rows are, what its labels mean."""

    name: str
    plan: Plan
    target: Target
    kinds: Mapping[str, Kind]  #: of every column that is read
    source: Source
    id: str | None
    key_type: KeyType | None
    labels: LabelTable | None
    folder: Path  #: where the ledger's files are
    horizon: timedelta | None = None  #: how long predictions and labels wait for each other; None: for ever
