"""A twin that was kept says the same as the one that was made."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from tests.unit.profiles.twins import learnt, world

from bellbuoy.profiles.twin import Twin
from bellbuoy.profiles.twin_packing import pack_twin, unpack_twin


@pytest.fixture(scope="module")
def twin() -> Twin:
    return learnt().twin


def test_a_kept_twin_says_the_same(twin: Twin) -> None:
    kept, live = unpack_twin(pack_twin(twin)), world(seed=1).columns
    assert kept is not None
    before, after = twin.distances(live), kept.distances(live)
    assert list(before) == list(after)
    assert all(np.array_equal(before[name].values, after[name].values) for name in before)
    assert all(np.array_equal(before[name].strange, after[name].strange) for name in before)


def test_what_it_knows_of_itself_is_kept(twin: Twin) -> None:
    kept = unpack_twin(pack_twin(twin))
    assert kept is not None
    assert kept.share == twin.share
    assert [guess.skill for guess in kept.guesses] == [guess.skill for guess in twin.guesses]


def test_packing_twice_gives_the_same_bytes(twin: Twin) -> None:
    kept = unpack_twin(pack_twin(twin))
    assert kept is not None
    assert pack_twin(kept) == pack_twin(twin)


def test_nothing_kept_is_no_twin() -> None:
    assert unpack_twin(None) is None


def test_a_layout_that_is_not_known_is_no_twin() -> None:
    kept = io.BytesIO()
    np.savez(kept, head=np.frombuffer(json.dumps({"layout": 99}).encode(), np.uint8))
    assert unpack_twin(kept.getvalue()) is None


def test_a_twin_of_few_columns_is_small(twin: Twin) -> None:
    assert len(pack_twin(twin)) < 50_000 * len(twin.guesses)
