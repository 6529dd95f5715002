"""What cycles before read, kept between the cycles of one process: a cycle reads only what is new.

Each window's traits are kept with the rows of the store that they were read from, and stand as long as those do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from bellbuoy.alarms.standard.board import Block, Line
from bellbuoy.alarms.standard.judge import Judge
from bellbuoy.metrics.traits import Traits

_T = TypeVar("_T")
Rows = Sequence[object]


@dataclass
class Notebook:
    """What was read and judged of one model; one that is empty makes a cycle slower, and nothing else."""

    judges: dict[str, Judge] = field(default_factory=dict)  #: by grain
    blocks: dict[str, tuple[object, Block]] = field(default_factory=dict)  #: reference parts of boards, by grain
    _mark: object = None
    _lived: dict[object, dict[int, tuple[int, Traits]]] = field(default_factory=dict)
    _before: dict[object, tuple[object, object]] = field(default_factory=dict)

    def begin(self, mark: object) -> None:
        """Forget what was read of windows where the reference set that they are measured by is another than before."""
        if mark != self._mark:
            self._lived.clear()
            self._mark = mark

    def lived(
        self, what: object, rows: Mapping[int, Rows], make: Callable[[int], Traits], beside: Mapping[int, object] = {}
    ) -> dict[int, Traits]:
        """The traits of each window that has rows; only those are made anew that are not read from the same rows.

        `beside` is what else they depend on, by window.
        """
        known, now = self._lived.get(what, {}), {}
        for start, some in rows.items():
            mark = hash((*some, beside.get(start)))
            there = known.get(start)
            now[start] = there if there is not None and there[0] == mark else (mark, make(start))
        self._lived[what] = now
        return {start: read for start, (_, read) in now.items()}

    def once(self, what: object, mark: object, make: Callable[[], _T]) -> _T:
        """What is made once, as long as its mark stands: of the reference set."""
        known = self._before.get(what)
        if known is None or known[0] != mark:
            known = (mark, make())
            self._before[what] = known
        return cast("_T", known[1])

    def block(self, grain: str, mark: object, lines: Iterable[Line], make: Callable[[], Block]) -> Block:
        """The reference part of a board, made once as long as its mark and its lines stand."""
        key = (mark, tuple(lines))
        known = self.blocks.get(grain)
        if known is None or known[0] != key:
            known = (key, make())
            self.blocks[grain] = known
        return known[1]
