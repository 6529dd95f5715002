"""Two files compared: read, counted, tested, put in the order of trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from bellbuoy.app.compare.breaks import Break, is_sudden, largest_break, stays, swaps
from bellbuoy.app.compare.count import FOREVER, Counted, Keys, count_file
from bellbuoy.app.compare.judge import RATE, Case, findings_of, tests_of
from bellbuoy.app.compare.parts import Parts, find_parts
from bellbuoy.app.compare.values import (
    ColumnReport,
    Comparison,
    Finding,
    FindingKind,
    Half,
    Performance,
    Shift,
    Side,
)
from bellbuoy.app.compare.words import Ruler, middles
from bellbuoy.app.sampling import take_sample
from bellbuoy.config.sample import Sample
from bellbuoy.errors import ConfigError, SourceError
from bellbuoy.metrics.bins import values_of
from bellbuoy.metrics.catalogue import Better, entry, measure, metrics_of
from bellbuoy.metrics.drift import SHIFTS, adjusted, measure_shift, shift_noise
from bellbuoy.metrics.quality import COLUMNS, measure_column
from bellbuoy.metrics.reading import Reading, Unmeasured
from bellbuoy.profiles.profile import CategoryProfile, Profile
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.port import KeyType, Kind, Place
from bellbuoy.windows import from_seconds

#: Categories that a report names.
_TOP = 5


def compare(usual: str | Path, now: str | Path, *, listen: Callable[[int], None] | None = None) -> Comparison:
    """Compare two files: `usual` is what is normal, `now` what is judged by it.

    Each is a file, a folder or a glob of Parquet, CSV or JSON lines, or an object-store URL. Both are counted in one
    pass, batch by batch; only ids are held (8 bytes a row). `listen` is told how many rows were counted.

    Raises:
        ConfigError: a file is missing, cannot be read, or has no rows.
    """
    sources, samples = [], []
    for path in (str(usual), str(now)):
        sources.append(_source(path))
        samples.append(_sample(sources[-1], path))
    parts = find_parts(samples[0], samples[1])
    key_type = _key_type(sources, samples, parts.id)
    counted = [
        count_file(source, parts, kinds, key_type, listen or (lambda _: None))
        for source, kinds in zip(sources, (parts.usual, parts.now), strict=True)
    ]
    return _comparison((str(usual), str(now)), parts, counted[0], counted[1])


def _source(path: str) -> FileSource:
    if not ("://" in path or any(mark in path for mark in "*?[") or Path(path).expanduser().exists()):
        raise ConfigError("no such file", where=path)
    return FileSource(Place(path=path), Path.cwd())


def _sample(source: FileSource, path: str) -> Sample:
    try:
        sample = take_sample(source, FOREVER)
    except SourceError as why:
        raise ConfigError(why.message, where=why.where or path, hint=_hint(path, why.hint)) from why
    if not sample.rows:
        raise ConfigError("has no rows that can be read", where=path)
    return sample


def _hint(path: str, hint: str) -> str:
    return hint if "://" in path or not Path(path).is_file() else "is it a whole Parquet, CSV or JSON-lines file?"


def _key_type(sources: list[FileSource], samples: list[Sample], key: str | None) -> KeyType:
    """Ids of both files become keys in one way: as whole numbers only where both have them."""
    if key is None:
        return KeyType.TEXT
    types = {s.key_type(key) for s, sample in zip(sources, samples, strict=True) if key in sample.columns}
    return KeyType.WHOLE if types == {KeyType.WHOLE} else KeyType.TEXT


def _comparison(paths: tuple[str, str], parts: Parts, usual: Counted, now: Counted) -> Comparison:
    cases = {name: _case(name, parts, usual, now) for name in parts.roles}
    tests = [(name, kind, value) for name, case in cases.items() for kind, value in tests_of(case).items()]
    rates = adjusted([value for _, _, value in tests])
    found = {(name, kind): rate for (name, kind, _), rate in zip(tests, rates, strict=True)}
    findings = _findings(cases, found, usual, now)
    columns = [
        _report(case, parts.roles[name], found.get((name, FindingKind.DRIFT)), findings[name])
        for name, case in cases.items()
    ]
    columns.sort(key=lambda one: (-one.trouble, -_psi(one)))
    every = sorted((one for parts_ in findings.values() for one in parts_), key=lambda one: -one.trouble)
    shared = _shared(usual.keys, now.keys) if usual.ids and now.ids else None
    sides = [
        Side(path, one.rows, one.time, one.ids, _notes(one)) for path, one in zip(paths, (usual, now), strict=True)
    ]
    return Comparison(
        sides[0], sides[1], tuple(columns), tuple(every), _performance(parts, usual, now), shared, parts.left_out
    )


def _shared(one: Keys, other: Keys) -> int:
    """How many keys both have; both ascending, each once."""
    if not (len(one) and len(other)):
        return 0
    place = np.minimum(np.searchsorted(one, other), len(one) - 1)
    return int((one[place] == other).sum())


def _notes(counted: Counted) -> tuple[str, ...]:
    return tuple(note.message for note in counted.notes)


def _case(name: str, parts: Parts, usual: Counted, now: Counted) -> Case:
    before, after = usual.profiles.get(name), now.profiles.get(name)
    return Case(
        name,
        parts.usual[name] if before is not None else None,
        parts.now[name] if after is not None else None,
        before,
        after,
        parts.time or "",
    )


def _findings(
    cases: Mapping[str, Case], rates: Mapping[tuple[str, FindingKind], float], usual: Counted, now: Counted
) -> dict[str, list[Finding]]:
    breaks: dict[str, Break] = {}
    findings = {}
    for name, case in cases.items():
        believed = {kind: rates[name, kind] <= RATE for kind in FindingKind if (name, kind) in rates}
        when = ""
        if believed.get(FindingKind.DRIFT) and (found := largest_break(now.days.get(name, {}))) is not None:
            breaks[name] = found
            if is_sudden(found, usual.days.get(name, {})) and stays(found, now.days[name]):
                when = _when(found, case.ruler)
        findings[name] = findings_of(case, believed, when)
    for one, other, start in swaps(breaks, now.days):
        for name, twin in ((one, other), (other, one)):
            message = f"holds what {twin} held, and {twin} what it held, since {from_seconds(start):%Y-%m-%d}"
            findings[name].insert(0, Finding(name, FindingKind.SWAPPED, 1.2, message))
    return findings


def _when(found: Break, ruler: Ruler) -> str:
    day, middle = f"; at once on {from_seconds(found.start):%Y-%m-%d}", middles(found.after, found.before, ruler)
    return f"{day}: {middle}" if middle else day


def _report(case: Case, role: str, rate: float | None, findings: list[Finding]) -> ColumnReport:
    shifts = {}
    if case.both is not None:
        readings = {name: measure_shift(name, *case.both) for name in SHIFTS}
        shifts = {
            name: Shift(reading, shift_noise(name, *case.both))
            for name, reading in readings.items()
            if not isinstance(reading, Unmeasured)
        }
    usual, now = _half(case.usual_kind, case.usual), _half(case.now_kind, case.now)
    return ColumnReport(case.name, role, usual, now, shifts, rate, tuple(findings))


def _half(kind: Kind | None, profile: Profile | None) -> Half | None:
    if kind is None or profile is None:
        return None
    readings = {name: measure_column(name, profile) for name in COLUMNS}
    kept = {name: reading for name, reading in readings.items() if not isinstance(reading, Unmeasured)}
    top: tuple[tuple[str, float], ...] = ()
    if isinstance(profile, CategoryProfile):
        ranked = sorted(profile.counts.items(), key=lambda item: (-item[1], item[0]))[:_TOP]
        top = tuple((name, count / max(values_of(profile), 1)) for name, count in ranked)
    return Half(kind.value, profile, kept, top)


def _psi(one: ColumnReport) -> float:
    shift = one.shifts.get("psi")
    return 0.0 if shift is None or isinstance(shift.reading, Unmeasured) else shift.reading.value


def _performance(parts: Parts, usual: Counted, now: Counted) -> tuple[Performance, ...]:
    if parts.judged is None or usual.outcome is None or now.outcome is None:
        return ()
    subject = parts.judged.subject
    return tuple(
        _line(name, measure(name, usual.outcome, subject), measure(name, now.outcome, subject))
        for name in metrics_of(subject)
    )


def _line(metric: str, usual: Reading, now: Reading) -> Performance:
    if isinstance(usual, Unmeasured) or isinstance(now, Unmeasured):
        return Performance(metric, usual, now)
    if now.low <= usual.high and usual.low <= now.high:
        return Performance(metric, usual, now)
    better = entry(metric).better
    if better is Better.NEITHER:
        return Performance(metric, usual, now, "differs")
    return Performance(metric, usual, now, "better" if (now.low > usual.high) == (better is Better.HIGHER) else "worse")
