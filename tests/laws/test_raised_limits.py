"""What raised limits promise: what was to be silent is, what was real rings, and a rehearsal is a judge's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.alarms.standard.boards import board_of, columns
from tests.unit.alarms.standard.rung import rang

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Board, Line
from bellbuoy.alarms.standard.calibrate import Episode, Rehearsal, is_over, rehearse, strictness
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.judge import Judge
from bellbuoy.alarms.standard.limits import MOST, ROOM, Limits, Place
from bellbuoy.alarms.standard.marked import factors, lessons, peak_of, place_of
from bellbuoy.alarms.standard.monitors import severity_of
from bellbuoy.config.texts import Budget

laws = settings(max_examples=25, deadline=None, derandomize=True, database=None)
LINES = (*columns(2), Line("rank", "c0"), Line("misfit", "c0"), Line("misfit_bias", "c0"), Line("rows"))
NOTHING = frozenset[str]()
HALF = 60
Storm = tuple[int, int, int, float]
storms = st.lists(
    st.tuples(st.integers(0, len(LINES) - 1), st.integers(5, HALF - 1), st.integers(1, 5), st.floats(0.02, 0.6)),
    max_size=5,
)
seeds = st.integers(0, 1_000)
peaks = st.floats(1.0, 6.0)
words = st.sampled_from(["real", "false", "expected", None])
alarms = st.lists(st.tuples(st.sampled_from("abcd"), st.floats(1.0, 1.5), peaks, words), max_size=12)


def drawn(seed: int, changes: Sequence[Storm]) -> Board:
    """Noise with storms in the second half of the reference set."""
    values = np.random.default_rng(seed).normal(0.3, 0.02, (len(LINES), 2 * HALF))
    for place, at, lasts, size in changes:
        values[place, HALF + at : HALF + at + lasts] += size
    return board_of(values, 2 * HALF, LINES)


def lived(board: Board, limits: Limits) -> list[Finding]:
    """Everything that breaches in the second half, judged as in life."""
    half = Board(board.grain, board.starts, HALF, board.lines, board.values, board.variance, board.rows)
    judge = Judge(NOTHING, limits)
    judge.see(half)
    return [one for at in range(HALF) for one in judge.findings(half, at) if one.breach is Breach.YES]


def place(one: Finding) -> Place:
    return Place(one.monitor.name, one.line.column, one.line.by, one.line.segment)


def strongest(board: Board) -> dict[Place, float]:
    """How far out each alarm lay at its strongest."""
    found: defaultdict[Place, float] = defaultdict(float)
    for one in lived(board, Limits()):
        found[place(one)] = max(found[place(one)], one.reach)
    return found


@laws
@given(seeds, storms)
def test_a_rehearsal_rings_for_the_series_that_a_judge_finds(seed: int, changes: list[Storm]) -> None:
    board = drawn(seed, changes)
    loud = {
        place(one) for one in lived(board, Limits()) if severity_of(one.monitor, one.line.metric, one.effect) != "info"
    }
    assert {one.place for one in rehearse(board, NOTHING).episodes} == loud


@laws
@given(seeds, storms)
def test_every_breach_lies_in_an_episode_of_its_alarm_and_no_farther_out(seed: int, changes: list[Storm]) -> None:
    board = drawn(seed, changes)
    by_place: defaultdict[Place, list[Episode]] = defaultdict(list)
    for episode in rehearse(board, NOTHING).episodes:
        by_place[episode.place].append(episode)
    for one in lived(board, Limits()):
        if severity_of(one.monitor, one.line.metric, one.effect) != "info":
            around = [episode for episode in by_place[place(one)] if episode.start <= one.start]
            assert any(one.reach <= episode.peak + 1e-9 for episode in around)


@laws
@given(seeds, storms)
def test_a_limit_beyond_the_strongest_silences_an_alarm_for_good(seed: int, changes: list[Storm]) -> None:
    """What does not ring is learnt, so what comes after it lies nearer and not farther."""
    board = drawn(seed, changes)
    needs = {at: peak * ROOM for at, peak in strongest(board).items()}
    again = {place(one) for one in lived(board, Limits(marked=needs))}
    assert again <= {at for at, need in needs.items() if need > MOST}


@laws
@given(seeds, storms, st.floats(0.5, 1.0))
def test_a_limit_nearer_than_where_it_began_lets_an_alarm_ring(seed: int, changes: list[Storm], part: float) -> None:
    board = drawn(seed, changes)
    began: dict[Place, float] = {}
    for one in lived(board, Limits()):
        began.setdefault(place(one), one.reach)
    limits = Limits(marked={at: max(reach * part, 1.0) / ROOM for at, reach in began.items()})
    assert {place(one) for one in lived(board, limits)} == set(began)


@laws
@given(alarms)
def test_no_mark_raises_a_limit_to_where_a_real_alarm_began(drawn: list[tuple[str, float, float, str | None]]) -> None:
    rows = [rang("m", column, max(began, peak), began=began, number=number, mark=word)
            for number, (column, began, peak, word) in enumerate(drawn)]  # fmt: skip
    limits = factors(rows)
    for row in rows:
        assert 1 <= limits.taught(place_of(row)) <= MOST
        if row.mark == "real":
            assert limits.taught(place_of(row)) <= max(1.0, row.facts["began_at"] / ROOM + 1e-9)


@laws
@given(alarms)
def test_a_lesson_counts_what_the_limit_would_have_silenced(drawn: list[tuple[str, float, float, str | None]]) -> None:
    rows = [rang("m", column, peak, number=number, mark=word)
            for number, (column, _, peak, word) in enumerate(drawn)]  # fmt: skip
    for one in lessons(rows):
        mine = [row for row in rows if place_of(row) == one.place]
        assert (one.alarms, one.silent) == (len(mine), sum(peak_of(row) <= one.factor for row in mine))
        assert str(one.alarms) in one.text or one.alarms == 1 or one.factor == 1


@laws
@given(alarms, st.randoms(use_true_random=False))
def test_the_order_of_alarms_does_not_matter(drawn: list[tuple[str, float, float, str | None]], dice: object) -> None:
    rows = [rang("m", column, peak, number=number, mark=word)
            for number, (column, _, peak, word) in enumerate(drawn)]  # fmt: skip
    mixed = list(rows)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert factors(mixed) == factors(rows)


@laws
@given(st.lists(st.tuples(st.sampled_from("abc"), peaks), max_size=30), st.floats(0, 8), st.floats(1, 120))
def test_a_budget_is_kept_or_nothing_more_can_be_silenced(
    drawn: list[tuple[str, float]], many: float, days: float
) -> None:
    budget = Budget(many, timedelta(days=30))
    found = Rehearsal(days, tuple(Episode(Place(name), 0, 1, peak) for name, peak in drawn))
    strict = strictness(found, budget)
    left = found.rung(strict)
    assert all(1 < factor <= MOST for factor in strict.values())
    if not is_over(found, budget):
        assert strict == {}
    elif len(left) > found.allowed(budget):
        assert all(one.peak * ROOM > MOST for one in left)
