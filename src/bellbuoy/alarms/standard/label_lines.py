"""Series of how predictions meet their labels, at each age at which that is judged, of all rows and of parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bellbuoy.alarms.standard.board import Line, Series
from bellbuoy.alarms.standard.labels import GAPS_BESIDE, gap_beside, gap_of, label_traits, usual_error
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.metrics.traits import Trait, Traits
from bellbuoy.profiles.ages import LADDER, PAST_ALL, Aged, ripened
from bellbuoy.profiles.series import EVERYTHING, REFERENCE, Slice
from bellbuoy.profiles.shelf import take_outcome

#: Ages at which windows are looked at before their labels are complete: the sooner, the fewer labels.
_AGES = (0, 86_400, 7 * 86_400, 28 * 86_400)
_GAP = "gap"  #: what the gap of a part beside the rest is taken from


def label_series(reader: Reader) -> Iterator[Series]:
    """What is followed of labels; nothing for a model without."""
    rungs = _rungs(reader)
    if not rungs:
        return
    whole = _read(reader, EVERYTHING, rungs)
    for rung in rungs:
        lived = _reached(reader, whole[1], rung)
        names = (name for reads in (whole[0], lived) for one in reads.values() for name in one)
        for name in dict.fromkeys(name for name in names if name.startswith(f"{rung}:")):
            if (metric := name.partition(":")[2]) != _GAP:
                yield Series(Line(metric, rung=rung), name, whole[0], lived)
    told = GAPS_BESIDE[reader.what.subject.task]
    for where in reader.parts():
        before, part = _beside(reader, where, rungs, whole)
        for rung in rungs:
            lived = _reached(reader, part, rung)
            if before and lived:
                line = Line(told, by=where.by, segment=where.segment, rung=rung)
                yield Series(line, f"{rung}:{told}", before, lived)


def _rungs(reader: Reader) -> list[int]:
    """Rungs of the ladder at which windows are judged: at their end, some way on, and when labels are complete."""
    if reader.what.mature is None:
        return []
    # Labels of a window have no ages that are less than it is wide, but for its end.
    age = max(reader.what.mature.total_seconds(), reader.daily.seconds)
    mature = next((at for at, rung in enumerate(LADDER) if rung >= age), len(LADDER) - 1)
    return [*(LADDER.index(rung) for rung in _AGES if rung < LADDER[mature]), mature]


def _reached(reader: Reader, reads: Mapping[int, Traits], rung: int) -> Mapping[int, Traits]:
    """Those of windows that are so old by now."""
    reached = reader.now - LADDER[rung] - reader.daily.seconds
    return {start: read for start, read in reads.items() if start <= reached}


def _read(reader: Reader, where: Slice, rungs: Sequence[int]) -> tuple[Mapping[int, Traits], Mapping[int, Traits]]:
    """Traits of labels, each with its rung before it (`3:log_loss`), of the reference set and as lived."""
    counts, book, what = reader.counts, reader.notebook, (where, tuple(rungs))
    subject = reader.what.subject
    scale = book.once("error", reader.what.mark, lambda: usual_error(counts.reference_outcome()))

    def cut(aged: Aged) -> Traits:
        found: dict[str, Trait] = {}
        # Labels of a reference set often have no times: then all that is known is what they are in the end.
        undated = set(aged.parts) == {PAST_ALL}
        for rung in rungs[-1:] if undated else rungs:
            outcome = aged.whole if undated else aged.until(rung)
            found |= {f"{rung}:{name}": trait for name, trait in label_traits(outcome, subject, scale)}
            if (gap := gap_of(outcome, subject, scale)) is not None:
                found[f"{rung}:{_GAP}"] = gap
        return found

    before = book.once(
        ("labels", what), reader.what.mark,
        lambda: {start: cut(aged) for start, aged in counts.aged(REFERENCE, where).items()},
    )  # fmt: skip
    rows = counts.stored_outcomes(reader.daily, reader.span(reader.daily, where))
    lived = book.lived(("labels", what), rows, lambda start: cut(ripened([take_outcome(row) for row in rows[start]])))
    return before, lived


def _beside(
    reader: Reader, where: Slice, rungs: Sequence[int], whole: tuple[Mapping[int, Traits], Mapping[int, Traits]]
) -> tuple[Mapping[int, Traits], Mapping[int, Traits]]:
    """The gap of a part's rows beside that of the rest."""
    part, what = _read(reader, where, rungs), ("beside", where, tuple(rungs))
    told = GAPS_BESIDE[reader.what.subject.task]

    def apart(side: int, start: int) -> Traits:
        mine, all_rows = part[side][start], whole[side].get(start, {})
        gaps = {
            f"{rung}:{told}": gap_beside(mine[name], all_rows[name])
            for rung in rungs
            if (name := f"{rung}:{_GAP}") in mine and name in all_rows
        }
        return {name: gap for name, gap in gaps.items() if gap is not None}

    before = reader.notebook.once(what, reader.what.mark, lambda: {start: apart(0, start) for start in part[0]})
    marks = {start: (tuple(read.items()), tuple(whole[1].get(start, {}).items())) for start, read in part[1].items()}
    lived = reader.notebook.lived(
        what, {start: (mark,) for start, mark in marks.items()}, lambda start: apart(1, start)
    )
    return before, lived
