"""Whether a share is larger than chance alone would make it."""

from __future__ import annotations

import math


def rise_significance(part: int, rows: int, usual_part: int, usual_rows: int) -> float:
    """The probability of a share at least as large as `part / rows` if it were as usual: Fisher's exact test (1935).

    One-sided, and half of the probability of exactly this count is left out (mid-p, Lancaster 1961), so that it is
    uniform without change though counts are whole. 1 where there are no rows.
    """
    if not (rows and usual_rows):
        return 1.0
    both, total = part + usual_part, rows + usual_rows
    if part / rows <= usual_part / usual_rows:
        # Nothing rose; how far it fell is not asked.
        return 1.0 if part / rows < usual_part / usual_rows or not both else 0.5
    term = math.exp(_log_choose(rows, part) + _log_choose(usual_rows, usual_part) - _log_choose(total, both))
    tail = term / 2
    for count in range(part, min(both, rows)):
        term *= (rows - count) * (both - count) / ((count + 1) * (usual_rows - both + count + 1))
        tail += term
        if term < tail * 1e-16:
            break
    return min(1.0, tail)


def _log_choose(many: int, few: int) -> float:
    return math.lgamma(many + 1) - math.lgamma(few + 1) - math.lgamma(many - few + 1)
