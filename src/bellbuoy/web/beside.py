"""What was measured beside what was expected: the windows of a page, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bellbuoy.app.views import ModelPage, Point


@dataclass(frozen=True, slots=True)
class Beside:
    """One window: its reading, and the estimate that was made before its labels came."""

    point: Point
    estimate: Point | None = None


def beside(page: ModelPage) -> list[Beside]:
    """The windows of a page in order of time; one that has only an estimate stands among them, unmeasured."""
    estimates = {estimate.start: estimate for estimate in page.estimates}
    measured = {point.start for point in page.points}
    both = [Beside(point, estimates.get(point.start)) for point in page.points]
    both += [Beside(_unlabelled(one), one) for one in page.estimates if one.start not in measured]
    return sorted(both, key=lambda one: one.point.start)


def tagged(page: ModelPage) -> Iterator[str]:
    """The states that windows of a page are in, the least sure first."""
    present = {point.maturity for point in page.points}
    return (state for state in ("provisional", "mature", "final") if state in present)


def _unlabelled(estimate: Point) -> Point:
    return Point(
        estimate.start,
        estimate.end,
        None,
        rows=estimate.rows,
        labelled=estimate.labelled,
        coverage=estimate.coverage,
        maturity=estimate.maturity,
        expected_coverage=estimate.expected_coverage,
        why="no labels yet",
    )
