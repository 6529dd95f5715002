"""Sheets: the profiles of one line through time, window by window, as one block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.blocks import Block, block_of, merged
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.spread import dense
from bellbuoy.windows import Grain

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet(Mapping[int, Profile]):
    """Profiles by window start; read one by one it makes them as it goes, added up it works on all at once."""

    starts: Ints  #: ascending, without repeats
    block: Block

    def __getitem__(self, start: int) -> Profile:
        place = int(np.searchsorted(self.starts, start))
        if place == len(self.starts) or self.starts[place] != start:
            raise KeyError(start)
        return self.block.profile(place)

    def __iter__(self) -> Iterator[int]:
        return iter(self.starts.tolist())

    def __len__(self) -> int:
        return len(self.starts)

    @classmethod
    def of(cls, profiles: Mapping[int, Profile]) -> Self:
        """A sheet of profiles of one kind."""
        starts = sorted(profiles)
        return cls(np.array(starts, np.int64), block_of([profiles[start] for start in starts]))

    @classmethod
    def added(cls, sheets: Sequence[Sheet]) -> Self:
        """Sheets of one kind added up, window by window."""
        return cls._grouped([sheet.block for sheet in sheets], np.concatenate([sheet.starts for sheet in sheets]))

    def rolled(self, grain: Grain) -> Self:
        """The same counts in the windows of a coarser grain."""
        return self._grouped([self.block], grain.regroup(self.starts))

    def since(self, start: int) -> Self:
        """The windows that start at a moment or later."""
        part = slice(int(np.searchsorted(self.starts, start)), len(self.starts))
        return replace(self, starts=self.starts[part], block=self.block.cut(part))

    @classmethod
    def _grouped(cls, blocks: Sequence[Block], starts: Ints) -> Self:
        group, (start,) = dense(starts)
        return cls(start, merged(blocks, group, len(start)))
