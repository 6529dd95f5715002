"""What a model is to its metrics: the task, the classes, and what its scores are worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """What decisions are worth; without `gains`, an expression said so of each row when its label came."""

    gains: tuple[tuple[float, ...], ...] = ()  #: by predicted class, then by true class; what it costs is negative


@dataclass(frozen=True, slots=True)
class Subject:
    """A model as its metrics see it: which of them can be had, and how its outcomes are to be read."""

    task: str  #: binary, multiclass or regression
    classes: tuple[str, ...] = ()  #: in the order of the confusion's class indices
    probability: bool = True  #: scores are probabilities; False: only their order means something
    scored: bool = True  #: scores exist; False: only decisions were logged
    money: Money | None = None  #: None: the model's file does not say what decisions are worth
