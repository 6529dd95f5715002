"""A twin as bytes: plain arrays behind one page of JSON, and nothing that could run."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from bellbuoy.profiles.boosting import Boosted
from bellbuoy.profiles.scales import NameScale, NumberScale, Scale
from bellbuoy.profiles.twin import Guess, Twin

#: Another layout is another number: a twin of one that is not known is none, until the reference set is counted anew.
LAYOUT = 1
_TREES = ("order", "columns", "cuts", "leaves")


def pack_twin(twin: Twin) -> bytes:
    """A twin as bytes."""
    halves = [half for guess in twin.guesses for half in guess.halves]
    head = {
        "layout": LAYOUT,
        "share": twin.share,
        "inputs": {name: _scale_head(scale) for name, scale in twin.inputs.items()},
        "guesses": [
            {"column": guess.column, "skill": guess.skill, **_scale_head(guess.scale)} for guess in twin.guesses
        ],
        "bases": [half.base for half in halves],
    }
    grids = [scale.grid for scale in twin.inputs.values() if isinstance(scale, NumberScale)]
    arrays: dict[str, Any] = {name: np.stack([getattr(half, name) for half in halves]) for name in _TREES}
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    arrays["grids"] = np.array([*grids, *(guess.scale.grid for guess in twin.guesses)])
    arrays["weights"] = np.stack([guess.weights for guess in twin.guesses])
    kept = io.BytesIO()
    np.savez(kept, **arrays)
    return kept.getvalue()


def unpack_twin(packed: bytes | None) -> Twin | None:
    """The twin that bytes hold; None of no bytes, and of a layout that is not known."""
    if packed is None:
        return None
    with np.load(io.BytesIO(packed), allow_pickle=False) as kept:
        head = json.loads(kept["head"].tobytes())
        if head["layout"] != LAYOUT:
            return None
        grids, weights = iter(kept["grids"]), kept["weights"]
        inputs = {name: _scale(one, grids) for name, one in head["inputs"].items()}
        trees = zip(head["bases"], *(kept[name] for name in _TREES), strict=True)
    halves = iter([Boosted(*parts) for parts in trees])
    guesses = tuple(
        Guess(one["column"], NumberScale(next(grids), one["nulls"]), some, (next(halves), next(halves)), one["skill"])
        for one, some in zip(head["guesses"], weights, strict=True)
    )
    return Twin(inputs, guesses, head["share"])


def _scale_head(scale: Scale) -> dict[str, object]:
    if isinstance(scale, NumberScale):
        return {"nulls": scale.nulls}
    return {"nulls": scale.nulls, "names": scale.names, "others": scale.others}


def _scale(head: dict[str, Any], grids: Iterator[Any]) -> Scale:
    if "names" in head:
        return NameScale(tuple(head["names"]), head["others"], head["nulls"])
    return NumberScale(next(grids), head["nulls"])
