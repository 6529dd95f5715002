"""Settings change while labels come and are corrected: what was counted under others stands, and nothing breaks."""

from __future__ import annotations

import random as chance
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.stage import Row, Stage, Told, label, prediction

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.packing import unpack, unpack_parts
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import Watch
from bellbuoy.windows import Grain

MINUTES = [0, 40, 700, 1_500, 2_999]
arrivals = st.lists(st.builds(label, st.integers(0, 24), st.integers(0, 1), st.sampled_from(MINUTES)), max_size=60)
orders = st.randoms(use_true_random=False)
WHOLE = "Series(grain='1h', column='#outcome', version='', by='', segment='')"


def parts(watch: Watch) -> list[Watch]:
    """The same, with and without segments."""
    return [watch, replace(watch, plan=replace(watch.plan, segments=()))]


def ways(watch: Watch) -> list[Watch]:
    """The same under settings under which its labels are counted differently."""
    plans: list[Plan] = [replace(watch.plan, segments=by, grain=grain) for by in ((), ("origin",)) for grain in Grain]
    ranking = replace(watch.target, probability=False)
    sizes = Target("regression", (), (), "score")
    return [replace(watch, plan=plan, target=target) for plan in plans for target in (watch.target, ranking, sizes)]


def changing(stage: Stage, labels: Sequence[Row], random: chance.Random, watches: Sequence[Watch]) -> None:
    """Predictions and labels in any order, with other settings every few of them."""
    events = [("p", prediction(key)) for key in range(20)] + [("l", row) for row in labels]
    random.shuffle(events)
    for kind, row in events:
        (stage.predictions if kind == "p" else stage.labels).rows.append(row)
        if random.random() < 0.2:
            stage.beat()
            stage.watch = random.choice(watches)
    stage.beat()


def least(counts: Told) -> int:
    """The least count there is, of rows or in any cell."""
    found = [0]
    for line, rows in counts.items():
        for row in rows:
            many: Any = row[2] if "#outcome" in line or "#promise" in line else row[1]
            cells = list(unpack_parts(row[-1]).values()) if len(row) == 5 and isinstance(row[3], tuple) else []
            cells += [] if cells or isinstance(row[3], tuple) else [unpack(row[-1])]
            found += [many, *(int(part.counts.min()) for part in cells if len(part.counts))]
    return min(found)


@settings(max_examples=20, deadline=None)
@given(arrivals, orders)
def test_no_change_of_settings_breaks_a_cycle_or_leaves_less_than_nothing(
    labels: list[Row], random: chance.Random
) -> None:
    with Stage() as stage:
        changing(stage, labels, random, ways(stage.watch))
        assert least(stage.counts()) == 0


@settings(max_examples=10, deadline=None)
@given(arrivals, orders)
def test_the_whole_does_not_depend_on_when_segments_were_asked_for(labels: list[Row], random: chance.Random) -> None:
    with Stage() as steady, Stage() as stage:
        steady.predictions.rows, steady.labels.rows = [prediction(key) for key in range(20)], list(labels)
        steady.beat()
        changing(stage, labels, random, parts(stage.watch))
        assert stage.named().get(WHOLE) == steady.named().get(WHOLE)


@settings(max_examples=10, deadline=None)
@given(arrivals, orders)
def test_a_segment_is_never_more_than_the_whole(labels: list[Row], random: chance.Random) -> None:
    with Stage() as stage:
        changing(stage, labels, random, parts(stage.watch))
        rows = {line: sum(row[2] for row in every) for line, every in stage.counts().items() if "#outcome" in line}
        hours = {line: many for line, many in rows.items() if "grain='1h'" in line}
        assert sum(many for line, many in hours.items() if "'origin'" in line) <= hours.get(WHOLE, 0)
