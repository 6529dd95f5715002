"""Faults that befall a model's life in the simulation, each as it shows in counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile, Profile
from bench.steady import Life


def more_nulls(life: Life, column: str, share: float, since: int) -> Life:
    """So many more rows of a column are null."""
    old = life.columns[column]
    nulls = np.where(np.arange(len(life.rows)) >= life.reference + since, old.nulls + share, old.nulls)
    return replace(life, columns={**life.columns, column: replace(old, nulls=np.minimum(nulls, 1.0))})


def usually_null(life: Life, column: str, share: float) -> Life:
    """A column of which a share of rows is null in every window alike: no fault, but what one is seen against."""
    nulls = np.full(len(life.rows), share)
    return replace(life, columns={**life.columns, column: replace(life.columns[column], nulls=nulls)})


def even_rows(life: Life) -> Life:
    """As many rows in every hour: no fault either."""
    return replace(life, rows=np.full(len(life.rows), life.volume, np.int64))


def fewer_rows(life: Life, share: float, since: int) -> Life:
    """A share of the rows comes, and the rest does not."""
    later = np.arange(len(life.rows)) >= life.reference + since
    return replace(life, rows=np.where(later, np.round(life.rows * share), life.rows).astype(np.int64))


def constant(profile: Profile) -> Profile:
    """Every value is the lowest that there was."""
    assert isinstance(profile, NumericProfile)
    code, every = profile.cells.codes[:1], np.array([profile.cells.total])
    return replace(profile, cells=Cells(code, every), zeros=int(every[0]) if code[0] == 0 else 0, high=profile.low)


def eight_times(profile: Profile) -> Profile:
    """Every value is eight times what it was, which moves positive ones by three octaves of buckets."""
    assert isinstance(profile, NumericProfile)
    codes = np.where(profile.cells.codes > 0, profile.cells.codes + 3 * 2**profile.scale, profile.cells.codes)
    cells = Cells(codes, profile.cells.counts)
    return replace(profile, cells=cells, total=8 * profile.total, low=8 * profile.low, high=8 * profile.high)


def three_in_ten_new(profile: Profile) -> Profile:
    """Three in ten rows have a category that nobody has seen before."""
    assert isinstance(profile, CategoryProfile)
    counts = {name: round(0.7 * many) for name, many in profile.counts.items()}
    kept = {name: many for name, many in counts.items() if many}
    return replace(profile, counts={**kept, "never seen": sum(profile.counts.values()) - sum(kept.values())})
