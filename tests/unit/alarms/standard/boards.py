"""Boards made by hand: series of days that begin on a Monday, each window with a thousand rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Board, Line
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.judge import Judge
from bellbuoy.windows import Grain

Floats = NDArray[np.float64]

#: Monday 2024-01-01, seconds.
MONDAY = 1_704_067_200


def days(many: int, first: int = MONDAY) -> list[int]:
    """Starts of so many days."""
    return [first + number * Grain.DAY.seconds for number in range(many)]


def columns(many: int, metric: str = "null_rate") -> tuple[Line, ...]:
    """Lines of one metric, a column each."""
    return tuple(Line(metric, f"c{number}") for number in range(many))


def board_of(
    values: ArrayLike, reference: int, lines: Sequence[Line] = (), rows: ArrayLike = 1_000, first: int = MONDAY
) -> Board:
    """A board of days `[series, day]`; one series of null rates where no lines are named."""
    every = np.atleast_2d(np.asarray(values, np.float64))
    starts = np.array(days(every.shape[1], first), np.int64)
    named = tuple(lines) or columns(len(every))
    held = np.broadcast_to(np.asarray(rows, np.float64), every.shape)
    return Board(Grain.DAY, starts, reference, named, every, np.full(every.shape, 1e-6), held)


def until(board: Board, windows: int) -> Board:
    """The board as it was when so many windows had been lived through."""
    end = board.reference + windows
    values, variance, rows = (part[:, :end] for part in (board.values, board.variance, board.rows))
    return Board(board.grain, board.starts[:end], board.reference, board.lines, values, variance, rows)


def swings(series: int, many: int, seed: int = 1, *, size: float = 0.02) -> Floats:
    """White noise around 0.3."""
    return np.random.default_rng(seed).normal(0.3, size, (series, many))


def found(board: Board, outputs: Sequence[str] = ()) -> list[Finding]:
    """What a judge that has seen nothing before finds in the newest window of each series."""
    return Judge(frozenset(outputs)).judge(board)


def breaches(board: Board) -> list[list[int]]:
    """Of each series, the windows lived through that breach."""
    judge, out = Judge(frozenset()), [list[int]() for _ in board.lines]
    judge.see(board)
    for at in range(len(board.starts) - board.reference):
        for place, one in enumerate(judge.findings(board, at)):
            if one.breach is Breach.YES:
                out[place].append(at)
    return out
