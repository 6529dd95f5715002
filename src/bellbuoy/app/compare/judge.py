"""From the counts of a column in two files to what is wrong with it: tests first, over all columns, then words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bellbuoy.app.compare.values import Finding, FindingKind
from bellbuoy.app.compare.words import PLAIN, Ruler, distance, moved, named, ruler_of, share, times
from bellbuoy.metrics.bins import mismatch, values_of
from bellbuoy.metrics.drift import measure_shift, shift_noise, significance
from bellbuoy.metrics.quality import quantile
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.rises import rise_significance
from bellbuoy.metrics.scaling import scaled_by
from bellbuoy.metrics.strangers import (
    measure_out_of_range,
    measure_unseen,
    out_of_range_significance,
    unseen_significance,
)
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.sources.port import Kind

#: False-discovery rate over all tests of all columns.
RATE = 0.05
#: A share of rows that rose by less than this is no finding, however sure, unless it is so many times what it was.
_LEAST, _TINY, _MANY = 0.01, 0.001, 10
#: PSI, less what small counts alone give, from which drift is a finding: below 0.1 a column is called stable.
_MOVED = 0.1
#: How much drift and new extremes weigh against rows that are plainly wrong: seasons bring them too.
_SEASONAL = 0.2
_KINDS = {Kind.NUMBER: "numbers", Kind.CATEGORY: "texts", Kind.MOMENT: "times"}


@dataclass(frozen=True, slots=True)
class Case:
    """A column in both files, as it was counted; None where it is not there."""

    name: str
    usual_kind: Kind | None
    now_kind: Kind | None
    usual: Profile | None
    now: Profile | None
    time: str = ""  #: the column of the rows' time, by which moments are counted

    @property
    def ruler(self) -> Ruler:
        """How its values are written."""
        if self.usual is None or self.usual_kind is not Kind.MOMENT:
            return PLAIN
        return ruler_of(self.usual, self.time)

    @property
    def both(self) -> tuple[Profile, Profile] | None:
        """Now and usually, where both are there and of one kind."""
        if self.now is None or self.usual is None or self.now_kind is not self.usual_kind:
            return None
        return self.now, self.usual

    @property
    def numbers(self) -> tuple[NumericProfile, NumericProfile] | None:
        """Now and usually, where both are numbers."""
        both = self.both
        if both is None or not isinstance(both[0], NumericProfile) or not isinstance(both[1], NumericProfile):
            return None
        return both[0], both[1]

    @property
    def texts(self) -> tuple[CategoryProfile, CategoryProfile] | None:
        """Now and usually, where both are categories."""
        both = self.both
        if both is None or not isinstance(both[0], CategoryProfile) or not isinstance(both[1], CategoryProfile):
            return None
        return both[0], both[1]


def tests_of(case: Case) -> dict[FindingKind, float]:
    """The probability, for each thing that may be wrong, that chance alone looks like this."""
    if case.both is None:
        return {}
    now, usual = case.both
    tests = {FindingKind.NULLS: rise_significance(now.nulls, now.rows, usual.nulls, usual.rows)}
    if not mismatch(now, usual):
        tests[FindingKind.DRIFT] = significance(now, usual)
        tests[FindingKind.CONSTANT] = _constant_significance(now, usual)
    if case.texts is not None:
        tests[FindingKind.UNSEEN] = unseen_significance(*case.texts)
    if case.numbers is not None:
        ours, theirs = case.numbers
        tests[FindingKind.NANS] = rise_significance(ours.nans, ours.rows, theirs.nans, theirs.rows)
        infinite, usually = _infinities(ours), _infinities(theirs)
        tests[FindingKind.INFINITIES] = rise_significance(infinite, ours.rows, usually, theirs.rows)
        tests[FindingKind.OUT_OF_RANGE] = out_of_range_significance(ours, theirs)
    return tests


def findings_of(case: Case, believed: Mapping[FindingKind, bool], when: str) -> list[Finding]:
    """What is wrong with a column, worst first; `when` says since when it has been so, where that is known."""
    found = [
        Finding(case.name, kind, trouble, message)
        for kind, trouble, message in _wrong(case, believed, when)
        if believed.get(kind, True)
    ]
    return sorted(found, key=lambda one: -one.trouble)


def _wrong(case: Case, believed: Mapping[FindingKind, bool], when: str) -> Iterator[tuple[FindingKind, float, str]]:
    if case.now is None:
        yield FindingKind.VANISHED, 3.0, "is not there any more"
    elif case.usual is None:
        yield FindingKind.ADDED, 0.05, "was not there before"
    elif case.both is None:
        assert case.usual_kind is not None
        assert case.now_kind is not None
        yield FindingKind.RETYPED, 2.5, f"has {_KINDS[case.now_kind]}, and had {_KINDS[case.usual_kind]}"
    else:
        yield from _absent(*case.both)
        if believed.get(FindingKind.CONSTANT):
            yield FindingKind.CONSTANT, 2.0, f"is always {_only(case)} now"
        elif believed.get(FindingKind.DRIFT):
            yield from _moved(case, when)
        yield from _strange(case)


def _absent(now: Profile, usual: Profile) -> Iterator[tuple[FindingKind, float, str]]:
    if now.rows and now.nulls == now.rows and usual.nulls < usual.rows:
        yield FindingKind.ALL_NULL, 2.2, f"is null in all rows, and was in {share(usual.nulls / usual.rows)}"
        return
    rates = [(FindingKind.NULLS, "null", now.nulls, usual.nulls)]
    if isinstance(now, NumericProfile) and isinstance(usual, NumericProfile):
        rates.append((FindingKind.NANS, "NaN", now.nans, usual.nans))
        rates.append((FindingKind.INFINITIES, "infinite", _infinities(now), _infinities(usual)))
    for kind, word, part, before in rates:
        rate, was = part / max(now.rows, 1), before / max(usual.rows, 1)
        if rate - was >= (_TINY if rate >= _MANY * was else _LEAST):
            yield kind, rate - was, f"is {word} in {share(rate)} of the rows, and was in {share(was)}"


def _moved(case: Case, when: str) -> Iterator[tuple[FindingKind, float, str]]:
    assert case.both is not None
    now, usual = case.both
    psi, far = measure_shift("psi", now, usual), measure_shift("jensenshannon", now, usual)
    assert isinstance(psi, Measured)
    assert isinstance(far, Measured)
    if case.numbers is not None and (factor := scaled_by(*case.numbers)) is not None:
        yield FindingKind.SCALED, 1.5, f"is about {times(factor)} what it was, throughout: another unit?"
        return
    noise = shift_noise("psi", now, usual)
    if psi.value - noise >= _MOVED:
        trouble = _SEASONAL * far.value * (1.25 if when else 1.0)
        yield (
            FindingKind.DRIFT,
            trouble,
            f"{moved(now, usual, case.ruler)}{when} (PSI {distance(psi.value)}, {distance(noise)} by chance)",
        )


def _strange(case: Case) -> Iterator[tuple[FindingKind, float, str]]:
    if case.texts is not None:
        now, usual = case.texts
        rate = measure_unseen(now, usual) if values_of(now) else None
        if isinstance(rate, Measured) and rate.value >= _TINY:
            new = sorted((name for name in now.counts if name not in usual.counts), key=lambda name: -now.counts[name])
            yield FindingKind.UNSEEN, rate.value, f"has values never seen before in {share(rate.value)}: {named(new)}"
    if case.numbers is not None and values_of(case.numbers[0]) and values_of(case.numbers[1]):
        ours, theirs = case.numbers
        outside = measure_out_of_range(ours, theirs)
        if isinstance(outside, Measured) and outside.value >= _LEAST:
            before, after = case.ruler.span(theirs.low, theirs.high), case.ruler.span(ours.low, ours.high)
            message = f"leaves its old range of {before}{case.ruler.unit} in {share(outside.value)}: {after}"
            yield FindingKind.OUT_OF_RANGE, _SEASONAL * outside.value, message


def _constant_significance(now: Profile, usual: Profile) -> float:
    """The probability that all values now are the one that they are, by its share in the usual ones."""
    if _distinct(now) > 1 or _distinct(usual) <= 1:
        return 1.0
    if isinstance(now, NumericProfile) and isinstance(usual, NumericProfile):
        code = now.to_scale(usual.scale).cells.codes
        had = int(usual.to_scale(now.scale).cells.counts[usual.to_scale(now.scale).cells.codes == code].sum())
    else:
        assert isinstance(now, CategoryProfile)
        assert isinstance(usual, CategoryProfile)
        had = usual.counts.get(next(iter(now.counts), ""), 0)
    return float(((had + 1) / (values_of(usual) + 1)) ** values_of(now))


def _distinct(profile: Profile) -> int:
    if isinstance(profile, CategoryProfile):
        return profile.distinct if not profile.other else max(profile.distinct, 2)
    if profile.finite < values_of(profile):
        return 2
    return 1 if profile.low == profile.high else max(2, len(profile.cells.codes))


def _only(case: Case) -> str:
    if isinstance(case.now, CategoryProfile):
        return named(list(case.now.counts))
    middle = quantile(case.numbers[0], 0.5) if case.numbers is not None else None
    return f"{case.ruler.text(middle.value)}{case.ruler.unit}" if isinstance(middle, Measured) else "infinite"


def _infinities(profile: NumericProfile) -> int:
    return profile.plus_infinities + profile.minus_infinities
