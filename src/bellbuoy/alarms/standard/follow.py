"""The boards of a model at a moment: traits of every column, of the flow of rows, of the twin and of labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from statistics import median

import numpy as np

from bellbuoy.alarms.standard.board import Board, Line, Series, block, board
from bellbuoy.alarms.standard.decisions import decision_series
from bellbuoy.alarms.standard.label_lines import label_series
from bellbuoy.alarms.standard.part_series import part_series
from bellbuoy.alarms.standard.windows import Reader, through
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.stale import measure_repeated
from bellbuoy.metrics.traits import Trait, Traits, Yardstick, count_of, share, traits
from bellbuoy.profiles.buckets import middles
from bellbuoy.profiles.collect import ROWS, TWIN
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.profiles.series import EVERYTHING, Slice
from bellbuoy.store.port import ProfileRow
from bellbuoy.windows import Grain

#: Flags of rows that are followed as shares.
_FLAGS: Mapping[str, str] = {"duplicate_rate": "duplicate", "future_rate": "future"}
#: The share of rows with values that the reference set has not; where such come as a matter of course, newcomers.
UNSEEN, NEWCOMERS = "unseen_rate", "newcomer_rate"
#: They do where so many of the reference set's windows have some.
_OPEN = 0.1
#: The first windows of two weeks of days, and how far (in logarithms) a log's volume may lie from the reference set's.
_FORTNIGHT, _SAMPLE = 14, math.log(3)
_MISFITS = ("misfit", "misfit_bias")
#: Nobody needs to know how close to the twin rows lie that are closer than this (in ranks).
_CLOSE = 0.05
#: So large a part of the rows may be like none of the reference set.
_STRANGE = 0.3


def follow(reader: Reader) -> list[Board]:
    """The boards of a model: of its own windows, and of days where those are wider."""
    own = [*column_series(reader), *decision_series(reader), *flow_series(reader), *part_series(reader)]
    slow = [*twin_series(reader), *label_series(reader)]
    base, daily = reader.counts.base, reader.daily
    if daily is base:
        return [_board(reader, daily, [*own, *slow])]
    return [_board(reader, base, own), _board(reader, daily, slow)]


def _board(reader: Reader, grain: Grain, series: list[Series]) -> Board:
    book, mark = reader.notebook, reader.what.mark
    lines = tuple(one.line for one in series)
    reference = book.once(("starts", grain), (mark, lines), lambda: sorted({s for one in series for s in one.before}))
    before = book.block(grain.value, mark, lines, lambda: block(series, reference, grain, lived=False))
    return board(grain, series, reference, before, reader.windows(grain))


def column_series(reader: Reader) -> Iterator[Series]:
    """Traits of every column by the model's own windows."""
    for column in reader.what.columns:
        before = reader.notebook.once(("reference", column), reader.what.mark, partial(_usual, reader, column))
        lived = _lived(reader, column)
        for name in dict.fromkeys(name for reads in (before, lived) for one in reads.values() for name in one):
            metric, _, part = name.partition(":")
            metric = NEWCOMERS if metric == UNSEEN and _is_open(before) else metric
            yield Series(Line(metric, column, part=part or None), name, before, lived)


def _is_open(before: Mapping[int, Traits]) -> bool:
    """Whether values that no other window has come as a matter of course, as agents or towns do."""
    new = [read[UNSEEN].value > 0 for read in before.values() if UNSEEN in read]
    return sum(new) >= _OPEN * max(len(new), 1)


def _lived(reader: Reader, column: str) -> Mapping[int, Traits]:
    grain, usual = reader.counts.base, reader.yardsticks().get(column)
    rows = reader.counts.stored(column, grain, reader.span(grain))
    profiles: dict[int, Profile] = {}

    def profile(start: int) -> Profile | None:
        if start not in profiles and start in rows:
            profiles[start] = reader.counts.profile_of(rows[start])
        return profiles.get(start)

    def read(start: int) -> Traits:
        now = profile(start)
        return {} if now is None else _read(now, usual, profile(start - grain.seconds))

    before = {start: tuple(rows.get(start - grain.seconds, ())) for start in rows}
    return reader.notebook.lived(("lived", column), rows, read, before)


def _usual(reader: Reader, column: str) -> Mapping[int, Traits]:
    usual, profiles = reader.yardsticks().get(column), reader.usual(column)
    width = reader.counts.base.seconds
    found = {start: _read(now, usual, profiles.get(start - width)) for start, now in profiles.items()}
    new = _newcomers(profiles, reader.counts.reference(column))
    return {start: {**read, **({UNSEEN: new[start]} if UNSEEN in read else {})} for start, read in found.items()}


def _newcomers(profiles: Mapping[int, Profile], whole: Profile | None) -> Mapping[int, Trait]:
    """Share of each window's rows whose category no other window of the reference set has: how often new ones come."""
    if not isinstance(whole, CategoryProfile):
        return {}
    parts = {start: part for start, part in profiles.items() if isinstance(part, CategoryProfile)}
    return {start: share(_alone(part, whole), sum(part.counts.values()) + part.other) for start, part in parts.items()}


def _alone(part: CategoryProfile, whole: CategoryProfile) -> int:
    return sum(many for name, many in part.counts.items() if whole.counts.get(name) == many)


def _read(now: Profile, usual: Yardstick | None, before: Profile | None) -> Traits:
    """Every trait of a column's window; how much it repeats the window before is one of them."""
    found = dict(traits(now, usual))
    if before is not None and isinstance(now, NumericProfile):
        same = measure_repeated(now, before)
        if isinstance(same, Measured):
            found["repeat_rate"] = Trait(same.value, 0.0, same.rows)
    return found


def flow_series(reader: Reader) -> Iterator[Series]:
    """How many rows come, and how many twice or with a time that lies ahead."""
    grain = reader.counts.base
    stored = reader.counts.stored(ROWS, grain, reader.span(grain))
    nothing: Traits = {"rows": count_of(0)}
    lived = reader.notebook.lived("flow", stored, lambda start: _flow(reader.counts.profile_of(stored[start])))
    usual = reader.notebook.once("flow", reader.what.mark, lambda: _usual_flow(reader.usual_rows(), grain))
    whole = {start: lived.get(start, nothing) for start in reader.windows(grain)}
    yield Series(Line("rows"), "rows", usual if _is_log(usual, whole) else {}, whole)
    yield from (Series(Line(metric), metric, usual, lived) for metric in _FLAGS)


def _is_log(usual: Mapping[int, Traits], lived: Mapping[int, Traits]) -> bool:
    """Whether the reference set has about as many rows as the log: a sample of it says nothing of volume."""
    first, then = (
        [read["rows"].value for read in list(reads.values())[:_FORTNIGHT] if "rows" in read] for reads in (lived, usual)
    )
    return bool(first and then) and abs(median(first) - median(then)) < _SAMPLE


def _flow(rows: Profile) -> Traits:
    many = rows.rows
    flags = rows.counts if isinstance(rows, CategoryProfile) else {}
    found = {metric: share(flags.get(flag, 0), many) for metric, flag in _FLAGS.items()}
    return {"rows": count_of(many), **found}


def _usual_flow(rows: Mapping[int, int], grain: Grain) -> Mapping[int, Traits]:
    """The same of the reference set, which has no flags; windows without rows among others are windows too."""
    shares = {start: {metric: share(0, many) for metric in _FLAGS} for start, many in rows.items()}
    every = through(rows, grain)
    return {start: {"rows": count_of(rows.get(start, 0)), **shares.get(start, {})} for start in every}


def twin_series(reader: Reader) -> Iterator[Series]:
    """How far each column, and the score, lies from what the other inputs say; of the score by host too."""
    host, every = reader.what.host, [(column, EVERYTHING) for column in reader.what.columns]
    if host is not None:
        hosts = [Slice(by=host, segment=one) for one in reader.busiest(host)]
        every += [(column, where) for column in reader.what.outputs for where in hosts]
    for column, where in every:
        name = TWIN + column
        before = reader.notebook.once(
            ("misfit", column, where), reader.what.mark, partial(_usual_misfit, reader, name, where)
        )
        if before:
            rows = reader.counts.stored(name, reader.daily, reader.span(reader.daily, where))
            lived = reader.notebook.lived(("misfit", column, where), rows, partial(_live_misfit, reader, rows))
            for trait in _MISFITS:
                yield Series(Line(trait, column, where.by, where.segment), trait, before, lived)


def _usual_misfit(reader: Reader, name: str, where: Slice) -> Mapping[int, Traits]:
    profiles = reader.counts.reference_profiles(name, where) or reader.counts.reference_profiles(name)
    return {start: _misfit(part) for start, part in profiles.items()}


def _live_misfit(reader: Reader, rows: Mapping[int, Sequence[ProfileRow]], start: int) -> Traits:
    return _misfit(reader.counts.profile_of(rows[start]))


def _misfit(profile: Profile) -> Traits:
    """How far rows lie beside the twin, as the logarithm of the mean distance, and the mean with its sign."""
    if not isinstance(profile, NumericProfile) or not profile.finite:
        return {}
    rows = profile.finite
    if profile.nulls > _STRANGE * (rows + profile.nulls):
        return {}  # of rows like none that it has seen the twin knows little, and those beside them are on the verge
    bias = profile.total / rows
    size = float(np.abs(middles(profile.cells.codes, profile.scale)) @ profile.cells.counts) / rows
    square = profile.squares / rows
    size = max(size, _CLOSE)
    return {
        "misfit": Trait(math.log(size), max(square / size**2 - 1, 0.0) / rows, rows),
        "misfit_bias": Trait(bias, max(square - bias**2, 0.0) / rows, rows),
    }
