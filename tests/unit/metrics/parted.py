"""Rows in parts, as segments have them: what they did now and what they usually do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from tests.unit.metrics.samples import Scored, classed, guessed, scored

from bellbuoy.metrics.parts import Sides
from bellbuoy.profiles.outcome import Outcome

Draw = Callable[[int, int], Outcome]
#: Labelled rows of each part.
SIZES = (40, 60, 100, 100, 150, 200, 300, 500, 800, 1500)
#: Rows that say what is usual, for each row now.
_TIMES = 6


def binary(rows: int, seed: int) -> Outcome:
    return scored(rows, seed=seed).outcome


def multiclass(rows: int, seed: int) -> Outcome:
    return classed(rows, seed=seed).outcome


def regression(rows: int, seed: int) -> Outcome:
    return guessed(rows, seed=seed).outcome


def upside_down(rows: int, seed: int = 1) -> Outcome:
    """A part whose scores have come to mean the opposite."""
    right = scored(rows, seed=seed)
    return Scored(1 - right.score, right.label).outcome


def together(outcomes: Sequence[Outcome]) -> Outcome:
    return reduce(Outcome.__add__, outcomes)


def parted(
    draw: Draw = binary, seed: int = 1, sizes: Sequence[int] = SIZES, but: Mapping[int, Outcome] | None = None
) -> list[Sides]:
    """Parts that did as usual, `but` for those at these places."""
    parts = []
    for place, rows in enumerate(sizes):
        now = (but or {}).get(place) or draw(rows, 1_000 * seed + place)
        parts.append(Sides(now, draw(_TIMES * rows, 1_000 * seed + 500 + place), rows / sum(sizes)))
    return parts


def whole(parts: Sequence[Sides]) -> Sides:
    return Sides(together([part.now for part in parts]), together([part.usual for part in parts if part.usual]))
