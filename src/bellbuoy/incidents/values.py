"""What an incident is made of: findings of one cause, who is suspected, and what speaks for which verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """Which of three things is broken, as far as anybody can tell from the counts."""

    MODEL = "model"  #: inputs and the world are as before; what is served is not the right function
    PIPELINE = "pipeline"  #: rows or labels reach the model or the log wrong
    WORLD = "world"  #: everything works, and what is modelled has changed
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that may be the cause: a column, a version, a part of the rows or a host."""

    column: str | None = None
    version: str | None = None
    segment: Mapping[str, str] | None = None
    host: str | None = None
    owner: str | None = None
    why: str = ""
    score: float = 0.0  #: how strongly it is suspected; sorts them


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a verdict (weight above 0), or against it."""

    verdict: Verdict
    weight: float
    why: str


@dataclass(frozen=True, slots=True)
class Blast:
    """How far it reaches: the share of rows, and what it costs where that is known."""

    share: float | None = None
    loss: Mapping[str, object] | None = None  #: {"metric": …, "value": by how much the metric reads worse}
    money: Mapping[str, object] | None = None  #: {"value": …, "unit": …}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is believed of an incident at a moment."""

    verdict: Verdict
    confidence: float
    headline: str
    suspects: tuple[Suspect, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)  #: by verdict, summing to 1
    blast: Blast = Blast()
    before: tuple[Mapping[str, str], ...] = ()  #: what changed just before: {"at": ISO, "text": …}
