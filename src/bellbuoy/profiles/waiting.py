"""Labels whose prediction has not come yet: how many there are, so that a feed with foreign ids is noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bellbuoy.windows import MICRO

Ints = NDArray[np.int64]

_WEEK = 7 * 86_400 * MICRO


@dataclass(slots=True)
class Waiting:
    """How many labels wait for their prediction, by the week in which they became known first.

    By weeks, as those that nobody waits for any more are forgotten together with what the ledger had of them.
    """

    weeks: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """As an earlier cycle left it."""
        return cls(Counter({int(week): int(many) for week, many in facts.get("waiting_weeks", {}).items()}))

    @property
    def total(self) -> int:
        """How many there are."""
        return self.weeks.total()

    def come(self, first: Ints) -> None:
        """Labels came before their prediction; when each was known first, in microseconds."""
        self.weeks.update((first // _WEEK).tolist())

    def go(self, first: Ints) -> None:
        """Labels that waited do no more."""
        # One that was forgotten may still be matched while the ledger has it: there are never less than none.
        self.weeks -= Counter((first // _WEEK).tolist())

    def forget(self, before: int) -> None:
        """Weeks that end before a moment wait no more."""
        self.weeks = Counter({week: many for week, many in self.weeks.items() if (week + 1) * _WEEK > before})

    def facts(self) -> dict[str, object]:
        """What is remembered of it."""
        weeks = {str(week): many for week, many in sorted(self.weeks.items())}
        return {"waiting": self.total, "waiting_weeks": weeks}
