"""The standard pack in the cycle's transaction: boards are read and judged, and each alarm moves on."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bellbuoy.alarms.absence import Rhythm
from bellbuoy.alarms.look import Look
from bellbuoy.alarms.machine import Holds, State
from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Board
from bellbuoy.alarms.standard.calibrate import Rehearsal, known_lines, rehearse, strictness, together
from bellbuoy.alarms.standard.clock import clock_findings, lag_board
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.follow import follow
from bellbuoy.alarms.standard.gone import is_followed
from bellbuoy.alarms.standard.judge import Judge
from bellbuoy.alarms.standard.lateness import late_findings
from bellbuoy.alarms.standard.limits import Limits
from bellbuoy.alarms.standard.marked import BEGAN, PEAK, factors
from bellbuoy.alarms.standard.monitors import severity_of
from bellbuoy.alarms.standard.version_findings import version_findings
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.alarms.step import PACK, Moved, Subject, is_open, judged, over
from bellbuoy.store.database import Beat
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import MICRO, Grain, Window, from_seconds

#: Why an alarm ends that nobody looks at any more.
_UNWATCHED = "no longer watched"


@dataclass(frozen=True, slots=True)
class Key:
    """One alarm of the pack: a monitor on a column, or on all rows, or on a part of them."""

    name: str
    column: str | None
    by: str
    segment: str
    version: str | None

    @property
    def series(self) -> str:
        """The series in a word, as an alarm's id holds it."""
        where = f"{self.by}={self.segment}" if self.by else ""
        return "/".join(part for part in (self.column or "", where, self.version or "") if part)


def stand(beat: Beat, reader: Reader, now: datetime, rhythm: Rhythm) -> list[Moved]:
    """Judge the pack at `now` and write the alarms that changed; running it twice changes nothing."""
    rows = beat.alarms(beat.name)
    known, found = _of_pack(rows), strongest(findings_of(reader, rhythm, rows))
    gap, grain = rhythm.gap(now, reader.counts.base.delta), reader.counts.base
    taken = {row.id for row in rows if PACK not in row.facts}
    pairs: list[tuple[AlarmRow | None, AlarmRow]] = []
    for key, finding in found.items():
        old = known.get(key)
        if old is None and finding.breach is not Breach.YES:
            continue
        new = judged(beat.name, subject_of(key, finding, grain, old), old, look_of(finding, old), now, gap)
        if new is not None:
            pairs.append((old, _apart(new, taken) if old is None or old.id != new.id else new))
    gone = (row for key, row in known.items() if key not in found and is_open(row) and not is_followed(reader, row))
    return _kept(beat, [*pairs, *((row, over(row, now, _UNWATCHED)) for row in gone)])


def silence(beat: Beat, now: datetime) -> list[Moved]:
    """End all alarms of the pack, as a model goes without it from now on."""
    open_ = (row for row in _of_pack(beat.alarms(beat.name)).values() if is_open(row))
    return _kept(beat, [(row, over(row, now, _UNWATCHED)) for row in open_])


def _of_pack(rows: Iterable[AlarmRow]) -> dict[Key, AlarmRow]:
    """The alarm that each series stands in now; rows come in the order in which they began."""
    return {_key(row): row for row in rows if PACK in row.facts}


def _apart(row: AlarmRow, taken: Collection[str]) -> AlarmRow:
    """An alarm that has just begun, under another id where a rule of the same name began to ring at the same moment."""
    return replace(row, id=f"{row.id}/{PACK}") if row.id in taken else row


def _kept(beat: Beat, pairs: Iterable[tuple[AlarmRow | None, AlarmRow]]) -> list[Moved]:
    """Write the alarms that changed; gives those whose state did."""
    changed = [(old, new) for old, new in pairs if new != old]
    beat.put_alarms(new for _, new in changed)
    return [
        Moved(new.name, State(new.state), new.reason) for old, new in changed if old is None or old.state != new.state
    ]


def findings_of(reader: Reader, rhythm: Rhythm, alarms: Iterable[AlarmRow] = ()) -> list[Finding]:
    """What the pack finds in the newest windows of a model; marks on its `alarms` so far have their say in limits."""
    outputs, judges = frozenset(reader.what.outputs), reader.notebook.judges
    boards = follow(reader)
    limits = _limits(reader, boards, alarms)
    found = [*version_findings(reader), *late_findings(reader, rhythm), *clock_findings(reader, limits)]
    for board in boards:
        judge = judges.setdefault(board.grain.value, Judge(outputs))
        judge.limits = limits
        found += judge.judge(board)
    return found


def rehearsed(reader: Reader, boards: Sequence[Board] | None = None) -> Rehearsal:
    """What the pack would have rung on the reference set, with its monitors' own limits; it is found out once."""
    outputs, arrivals = frozenset(reader.what.outputs), lag_board(reader)
    every = [*(follow(reader) if boards is None else boards), *([] if arrivals is None else [arrivals])]

    def once(number: int, board: Board) -> Rehearsal:
        mark = (reader.what.mark, board.reference, known_lines(board))
        return reader.notebook.once(("rehearsal", number), mark, lambda: rehearse(board, outputs))

    return together([once(number, board) for number, board in enumerate(every)])


def _limits(reader: Reader, boards: Sequence[Board], alarms: Iterable[AlarmRow]) -> Limits:
    """The limits of now: raised to keep to the budget, and by what people say of alarms."""
    budget, marked = reader.what.budget, factors(alarms)
    return marked if budget is None else replace(marked, budget=strictness(rehearsed(reader, boards), budget))


def open_since(beat: Beat) -> int | None:
    """When the first of the pack's alarms began that are open, in seconds; None where none is."""
    moments = [row.pending_at for row in beat.alarms(beat.name) if PACK in row.facts and is_open(row)]
    return min((moment // MICRO for moment in moments if moment is not None), default=None)


def strongest(findings: Iterable[Finding]) -> Mapping[Key, Finding]:
    """The finding that speaks for each alarm: one that breaches before one that does not, the strongest of them."""
    found: dict[Key, Finding] = {}
    for one in findings:
        key = Key(one.monitor.name, one.line.column, one.line.by, one.line.segment, one.line.version)
        if key not in found or one.rank > found[key].rank:
            found[key] = one
    return found


def _key(row: AlarmRow) -> Key:
    return Key(row.name, row.column, row.by, row.segment, row.version)


def subject_of(key: Key, finding: Finding, grain: Grain, old: AlarmRow | None) -> Subject:
    """What the alarm of a finding is of; how loud it was stands where it breaches no more."""
    holds = Holds(fall=grain.delta)
    severity = severity_of(finding.monitor, finding.line.metric, finding.effect)
    if old is not None and finding.breach is not Breach.YES:
        severity = old.severity
    line = finding.line
    return Subject(
        key.name, key.series, holds, finding.monitor.kind, severity,
        line.metric, line.column, line.by, line.segment, line.version,
    )  # fmt: skip


def look_of(finding: Finding, old: AlarmRow | None = None) -> Look:
    """A finding as an alarm takes it; what was said of a breach stands after it.

    Numbers are those that people know; `effect` alone is in the trait's own unit, by which it is weighed.
    """
    value, edge, usual, low, high = map(
        finding.number, (finding.value, finding.edge, finding.usual, finding.low, finding.high)
    )
    window = Window(from_seconds(finding.start), from_seconds(finding.end))
    if finding.breach is not Breach.YES:
        return Look(finding.breach, finding.why, value, edge, window)
    facts = {
        PACK: finding.shape.value,
        "usual": usual,
        "range": [low, high],
        "excess": round(finding.excess, 3),
        "surprise": round(finding.surprise, 3),
        "effect": _number(finding.effect),
        "rows": finding.rows,
        "part": finding.line.part,
        "about": finding.told,
        "host": finding.host or None,
        **_reach(finding, old),
    }
    return Look(finding.breach, finding.why, value, edge, window, facts=facts)


def _reach(finding: Finding, old: AlarmRow | None) -> Mapping[str, float | None]:
    """How far out an alarm has lain: marks on it are read by that. What rings without a limit has none to raise."""
    if not finding.monitor.looks:
        return {}
    now = round(finding.reach, 3)
    known = old.facts if old is not None and is_open(old) else {}
    before = known.get(PEAK, 0.0)
    peak = math.inf if before is None else max(before, now)
    return {
        "limit": round(finding.limit, 3),
        "raised": round(finding.raised, 3),
        BEGAN: known.get(BEGAN, _number(now)),
        PEAK: _number(peak),
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
