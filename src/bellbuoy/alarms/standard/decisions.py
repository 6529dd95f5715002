"""Whether decisions still follow from scores: with the scores of a window, and the cut of the reference set.

Where the share of rows that are decided as positive is not the share of scores at or above the cut, another threshold
serves than before, or another rule. It is told from two counts, without labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bellbuoy.alarms.standard.board import Line, Series
from bellbuoy.alarms.standard.windows import Decided, Reader
from bellbuoy.metrics.traits import Trait, Traits, share
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.profiles.target import alike

#: Shares nearer to each other than this are told apart by the width of the buckets alone.
_NEAR = 0.2
GAP = "decision_gap"


def decision_series(reader: Reader) -> Iterator[Series]:
    """How far decisions lie from what scores say, for a binary model that logs both."""
    what = reader.what.decided
    if what is None:
        return
    cut = reader.notebook.once("cut", reader.what.mark, lambda: _cut_of(reader, what))
    if cut is None:
        return
    before = reader.notebook.once("decided", (reader.what.mark, cut), lambda: _before(reader, what, cut))
    grain = reader.counts.base
    scores = reader.counts.stored(what.score, grain, reader.span(grain))
    decisions = reader.counts.stored(what.prediction, grain, reader.span(grain))
    rows = {start: (*some, *decisions.get(start, ())) for start, some in scores.items()}

    def read(start: int) -> Traits:
        if start not in decisions:
            return {}
        profile = reader.counts.profile_of
        return decided(profile(scores[start]), profile(decisions[start]), what.positive, cut)

    yield Series(Line(GAP, what.prediction), GAP, before, reader.notebook.lived("decided", rows, read))


def decided(scores: Profile, decisions: Profile, positive: str, cut: int) -> Traits:
    """The share of rows that would have to be decided otherwise to follow from the scores, at least; 0 to 1.

    `cut` is the bucket of the least score that is decided as positive.
    """
    if not isinstance(scores, NumericProfile) or not isinstance(decisions, CategoryProfile) or not scores.finite:
        return {}
    chosen, many = _chosen(decisions, positive)
    if not many:
        return {}
    codes, counts = scores.cells.codes, scores.cells.counts
    high, low = (float(counts[codes >= edge].sum()) / scores.finite for edge in (cut, cut + 1))
    taken = chosen / many
    gap = max(0.0, taken - high, low - taken)
    return {GAP: Trait(gap, share(gap * many, many).variance, many)}


def cut_of(scores: NumericProfile, decisions: CategoryProfile, positive: str) -> int | None:
    """The bucket of scores above which as many lie as are decided as positive; None where all are decided alike."""
    chosen, many = _chosen(decisions, positive)
    if not many or chosen in {0, many} or not scores.finite:
        return None
    above = np.cumsum(scores.cells.counts[::-1])[::-1] / scores.finite
    place = int(np.argmin(np.abs(above - chosen / many)))
    if abs(float(above[place]) - chosen / many) > _NEAR * chosen / many:
        return None  # decisions never followed from scores alone
    return int(scores.cells.codes[place])


def _chosen(decisions: CategoryProfile, positive: str) -> tuple[int, int]:
    """How many rows are decided as positive, and how many are decided at all."""
    chosen = sum(many for name, many in decisions.counts.items() if alike(name, positive))
    return chosen, sum(decisions.counts.values()) + decisions.other


def _cut_of(reader: Reader, what: Decided) -> int | None:
    scores, decisions = reader.counts.reference(what.score), reader.counts.reference(what.prediction)
    if not isinstance(scores, NumericProfile) or not isinstance(decisions, CategoryProfile):
        return None
    return cut_of(scores, decisions, what.positive)


def _before(reader: Reader, what: Decided, cut: int) -> Mapping[int, Traits]:
    scores, decisions = (reader.usual(column) for column in (what.score, what.prediction))
    both = sorted(scores.keys() & decisions.keys())
    return {start: decided(scores[start], decisions[start], what.positive, cut) for start in both}
