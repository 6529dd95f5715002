"""Whatever the order in which labels come, the counts end the same, and so does what was believed at any moment."""

from __future__ import annotations

import random as chance
from collections.abc import Iterator, Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.stage import START, Row, Stage, Statement, label, prediction

from bellbuoy.profiles.past import known_by
from bellbuoy.windows import to_micro

#: Few moments, so that statements are repeated, contradict one another and are corrected.
MINUTES = [0, 40, 700, 1_500, 2_999]
arrivals = st.lists(st.builds(label, st.integers(0, 24), st.integers(0, 1), st.sampled_from(MINUTES)), max_size=60)
orders = st.randoms(use_true_random=False)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


def at_once(stage: Stage, labels: Sequence[Row]) -> None:
    """Twenty predictions and all labels in one cycle."""
    stage.predictions.rows = [prediction(key) for key in range(20)]
    stage.labels.rows = list(labels)
    stage.beat()


def piecemeal(stage: Stage, labels: Sequence[Row], random: chance.Random) -> None:
    """The same in any order, cut into cycles anywhere."""
    events = [("p", prediction(key)) for key in range(20)] + [("l", row) for row in labels]
    random.shuffle(events)
    for kind, row in events:
        (stage.predictions if kind == "p" else stage.labels).rows.append(row)
        if random.random() < 0.1:
            stage.beat()
    stage.beat()


def minutes(row: Row) -> float:
    known = row["known"]
    assert not isinstance(known, float | int | str | None)
    return (known - START) / timedelta(minutes=1)


def said(labels: Sequence[Row]) -> set[Statement]:
    return {(int(str(row["id"])), minutes(row), float(str(row["label"]))) for row in labels}


@settings(max_examples=40, deadline=None)
@given(arrivals, orders)
def test_any_order_of_labels_and_predictions_ends_in_the_same_counts(labels: list[Row], random: chance.Random) -> None:
    with Stage() as whole, Stage() as mixed:
        at_once(whole, labels)
        piecemeal(mixed, labels, random)
        assert mixed.named() == whole.named()


@settings(max_examples=25, deadline=None)
@given(arrivals, orders)
def test_any_order_ends_in_the_same_statements_and_the_same_labels_waiting(
    labels: list[Row], random: chance.Random
) -> None:
    with Stage() as mixed:
        piecemeal(mixed, labels, random)
        strangers = {key for key, _, _ in said(labels) if key >= 20}
        assert mixed.statements() == said(labels)
        assert mixed.facts()["waiting"] == len(strangers)


@settings(max_examples=25, deadline=None)
@given(arrivals, orders, st.integers(0, 3_000))
def test_what_was_believed_at_a_moment_does_not_depend_on_the_order_of_arrival(
    labels: list[Row], random: chance.Random, moment: int
) -> None:
    with Stage() as mixed:
        piecemeal(mixed, labels, random)
        place, found = known_by(
            mixed.ledger("labels"), np.arange(25, dtype=np.uint64), to_micro(START + timedelta(minutes=moment))
        )
        told = {key: (row["first"], row["label"]) for key, row in zip(place.tolist(), found, strict=True)}
        assert told == believed(said(labels), moment)


def believed(statements: set[Statement], moment: float) -> dict[int, tuple[int, float]]:
    """The long way: of each id, when it was first labelled and what was said last by a moment."""
    out: dict[int, tuple[int, float]] = {}
    for key, at, value in sorted(statements):
        if at <= moment:
            first = out[key][0] if key in out else to_micro(START + timedelta(minutes=at))
            out[key] = (first, value)
    return out


@settings(max_examples=15, deadline=None)
@given(arrivals, orders)
def test_labels_that_are_read_again_add_nothing(labels: list[Row], random: chance.Random) -> None:
    with Stage() as stage:
        piecemeal(stage, labels, random)
        before, kept = stage.named(), [part.row for part in stage.ledger("labels").parts]
        stage.labels.rows += labels
        done = stage.beat()
        assert (done.labels, done.corrected) == (0, 0)
        assert stage.named() == before
        assert [part.row for part in stage.ledger("labels").parts] == kept


def test_running_twice_changes_nothing(stage: Stage) -> None:
    stage.predictions.rows = [prediction(key) for key in range(30)]
    stage.labels.rows = [label(key, key % 2, 60 * key) for key in range(0, 30, 2)]
    stage.beat()
    once = stage.all()
    stage.beat()
    assert stage.all() == once
