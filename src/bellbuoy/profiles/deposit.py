"""Counts of a cycle are added to those that stand, at the model's grain and by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from bellbuoy.profiles.ages import Aged, ripened
from bellbuoy.profiles.blocks import NameBlock, NumberBlock
from bellbuoy.profiles.collect import add_profiles
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.records import Codes
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.profiles.shelf import grown_outcomes, keep_profile, keep_sheet, take_profile, take_sheet
from bellbuoy.store.database import Beat
from bellbuoy.store.port import CATEGORY, NUMBER, Series
from bellbuoy.windows import Grain

#: Finer grains are kept by day too: pages of a year are drawn from days.
_ROLLED = Grain.DAY


def deposit_profiles(beat: Beat, line: Series, profiles: Mapping[int, Profile], codes: Codes) -> None:
    """Add profiles of one kind to those of a series."""
    sheet = profiles if isinstance(profiles, Sheet) else Sheet.of(profiles)
    _deposit(beat, line, sheet, codes)
    if Grain(line.grain).seconds < _ROLLED.seconds:
        _deposit(beat, replace(line, grain=_ROLLED.value), sheet.rolled(_ROLLED), codes)


def _deposit(beat: Beat, line: Series, sheet: Sheet, codes: Codes) -> None:
    kind = CATEGORY if isinstance(sheet.block, NameBlock) else NUMBER
    standing = beat.profiles_at(line, sheet)
    alike = [row for row in standing.values() if row.kind == kind]
    if len(alike) < len(standing):
        # The column changed its kind since: window by window, the larger side stays.
        old = {start: take_profile(row, codes.names) for start, row in standing.items()}
        new = {start: add_profiles(old[start], part) if start in old else part for start, part in sheet.items()}
        keep_profiles(beat, line, new, codes)
    else:
        whole = Sheet.added([take_sheet(alike, codes.names), sheet]) if alike else sheet
        beat.put_profiles(line, keep_sheet(_settled(whole), codes.code))


def _settled(sheet: Sheet) -> Sheet:
    """Without what is less than none: a delay that was counted under other settings is taken back all the same."""
    block = sheet.block
    if not isinstance(block, NumberBlock) or ((block.counts >= 0).all() and (block.cells.counts > 0).all()):
        return sheet
    every = [block.profile(place) for place in range(len(sheet))]
    below = [part.rows < 0 or part.zeros < 0 or bool((part.cells.counts < 0).any()) for part in every]
    left = [part.standing if short else part for part, short in zip(every, below, strict=True)]
    return replace(sheet, block=NumberBlock.of(left))


def keep_profiles(beat: Beat, series: Series, profiles: Mapping[int, Profile], codes: Codes) -> None:
    """Put profiles of a series in the place of those that stood."""
    beat.put_profiles(series, [keep_profile(start, part, codes.code) for start, part in profiles.items()])


def deposit_outcomes(beat: Beat, line: Series, outcomes: Mapping[int, Aged]) -> None:
    """Add outcomes to those of a series; parts of them may be negative, where a label was corrected.

    Of segments, ages are kept by day only: an hour of a part is few rows, and a year of them much state.
    """
    for series, aged in with_days(line, outcomes):
        fine = series.by and Grain(series.grain).seconds < _ROLLED.seconds
        parts = {start: part.flat for start, part in aged.items()} if fine else aged
        beat.put_outcomes(series, grown_outcomes(beat.outcomes_at(series, parts), parts))


def with_days(line: Series, parts: Mapping[int, Aged]) -> Iterator[tuple[Series, dict[int, Aged]]]:
    """A series, and the same rolled up to days where its grain is finer."""
    yield line, dict(parts)
    if Grain(line.grain).seconds < _ROLLED.seconds:
        days: dict[int, list[Aged]] = {}
        starts = np.array(list(parts), np.int64)
        for day, part in zip(_ROLLED.regroup(starts).tolist(), parts.values(), strict=True):
            days.setdefault(day, []).append(part)
        yield replace(line, grain=_ROLLED.value), {day: ripened(every) for day, every in days.items()}
