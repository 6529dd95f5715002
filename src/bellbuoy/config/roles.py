"""Which column plays which part, judged by its name, by the facts about its values, and by the columns beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from bellbuoy.config.aliases import HOSTS, IDS, INGESTS, LABEL_TIMES, LABELS, SCORES, TIMES, VERSIONS
from bellbuoy.config.kinds import ColumnKind
from bellbuoy.config.sample import ColumnFacts, Sample, lag, sum_to_one
from bellbuoy.windows import format_duration

_T_co = TypeVar("_T_co", covariant=True)
Facts = Mapping[str, ColumnFacts]

_SCORE_PREFIXES = tuple(sorted((f"{name}_" for name in (*SCORES, "scores", "predict_proba")), key=len, reverse=True))
_KEY_ENDING = re.compile(r"(?:^|_)(?:id|uuid|guid|key)$")


@dataclass(frozen=True, slots=True)
class Found(Generic[_T_co]):
    """A guess and what it rests on, as the file will say it."""

    value: _T_co
    why: str


def plain(name: str) -> str:
    """A name in lower case with `_` between words: `modelVersion` and `Model Version` are `model_version`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


def by_name(names: Iterable[str], known: tuple[str, ...]) -> Iterator[str]:
    """Those that have one of the known names, the surest first."""
    ranked = [(known.index(plain(name)), name) for name in names if plain(name) in known]
    yield from (name for _, name in sorted(ranked, key=lambda pair: pair[0]))


def named(facts: Facts, known: tuple[str, ...], fits: Callable[[ColumnFacts], bool]) -> Found[str] | None:
    """The surest column with a known name and fitting values."""
    name = next((name for name in by_name(facts, known) if fits(facts[name])), None)
    return None if name is None else Found(name, "by its name")


def find_id(facts: Facts, shared: Container[str] | None) -> Found[str] | None:
    """The column that tells rows apart; one that the labels have too (`shared`) is taken before any other.

    Rows may have been logged twice, so a key by name need not be unique, and a key by values alone must be.
    """
    keys = [one for one in facts.values() if one.kind is not ColumnKind.MOMENT and _can_be_key(one)]
    best = min(keys, key=lambda one: _key_rank(one, shared or ()), default=None)
    if best is None or _key_rank(best, shared or ()) >= 4:
        return None
    why = (
        "a value of its own in every row"
        if best.uniqueness == 1
        else f"{100 * best.uniqueness:.1f} % of the values differ"
    )
    return Found(best.name, f"{why}, and the labels have it" if shared and best.name in shared else why)


def _can_be_key(one: ColumnFacts) -> bool:
    whole = one.kind is ColumnKind.CATEGORY or one.whole
    return whole and one.known > 0 and one.nulls <= one.rows / 10 and one.uniqueness >= 0.3


def _key_rank(one: ColumnFacts, shared: Container[str]) -> int:
    known, ending = plain(one.name) in IDS, _KEY_ENDING.search(plain(one.name)) is not None
    unique = one.uniqueness >= 0.999
    if one.name in shared and (known or ending or unique):
        return 0 if known else 1
    if known:
        return 2
    return 3 if unique and ending else 4


def is_key(one: ColumnFacts) -> bool:
    """Whether a column only names its row: a text or a numbered key of its own in nearly every row, or row numbers."""
    if one.known < 20 or one.uniqueness < 0.95:
        return False
    ending = _KEY_ENDING.search(plain(one.name)) is not None or plain(one.name) in IDS
    counted = one.whole and one.uniqueness == 1 and one.high - one.low + 1 == one.distinct
    return one.kind is ColumnKind.CATEGORY or (one.whole and ending) or counted


def find_time(facts: Facts) -> Found[str] | None:
    """The column that says when a prediction was made."""
    moments = {one.name: one for one in facts.values() if one.kind is ColumnKind.MOMENT and one.known > 0}
    often = {name: one for name, one in moments.items() if one.nulls <= one.rows / 2}
    if found := named(often, TIMES, lambda _: True):
        return found
    late = (*INGESTS, *LABEL_TIMES)
    usual = [name for name in often if plain(name) not in late] or list(often) or list(moments)
    if not usual:
        return None
    return Found(usual[0], "the only times here" if len(moments) == 1 else "the first of the columns with times")


def find_cursor(sample: Sample, facts: Facts, time: str) -> Found[str] | None:
    """The column that says when a row reached the log: never before its time, and soon after."""
    lags = []
    for one in facts.values():
        if one.kind is not ColumnKind.MOMENT or one.name == time or one.nulls or plain(one.name) in LABEL_TIMES:
            continue
        sure = plain(one.name) in INGESTS
        after = lag(sample.moments(time), sample.moments(one.name))
        # A wrong clock may put most times after the moment of writing; a column known by name stays what it is.
        if after and after.negative <= (0.9 if sure else 0.001) and after.high <= (604_800 if sure else 21_600):
            lags.append((not sure, after.median, one.name, after))
    if not lags:
        return None
    _, _, name, after = min(lags, key=lambda one: one[:3])
    never = "never before" if after.negative == 0 else "hardly ever before"
    return Found(name, f"{never} {time}; 95 % within {span_text(after.high)}")


def find_host(facts: Facts) -> Found[str] | None:
    """The column that says which machine answered."""
    found = named(facts, HOSTS, lambda one: one.kind is ColumnKind.CATEGORY and 0 < one.distinct <= 1_000)
    return None if found is None else Found(found.value, f"{facts[found.value].distinct} different")


def find_version(facts: Facts) -> Found[str] | None:
    """The column that says which version of the model answered."""
    found = named(facts, VERSIONS, lambda one: one.kind is not ColumnKind.MOMENT and 0 < one.distinct <= 200)
    return None if found is None else Found(found.value, f"seen: {listed(facts[found.value].values)}")


def find_class_scores(sample: Sample, facts: Facts) -> Mapping[str, str]:
    """Columns `score_<class>` whose rows sum to one, by class; empty when there are none."""
    for prefix in _SCORE_PREFIXES:
        columns = {
            plain(name)[len(prefix) :]: name
            for name, one in facts.items()
            if one.in_unit and plain(name).startswith(prefix) and len(plain(name)) > len(prefix)
        }
        if len(columns) > 1 and sum_to_one([sample.numbers(name) for name in columns.values()]):
            return {name[len(name) - len(short) :]: name for short, name in columns.items()}
    return {}


def find_label_columns(facts: Facts, id_: str) -> tuple[str | None, str | None]:
    """The truth and its time in a table of labels: by name, or what is left beside the id when that is clear."""
    times = {name: one for name, one in facts.items() if one.kind is ColumnKind.MOMENT}
    time = next(by_name(times, (*LABEL_TIMES, *TIMES, *INGESTS)), None)
    if time is None and len(times) == 1:
        time = next(iter(times))
    rest = [name for name in facts if name != id_ and name not in times]
    label = next(by_name(rest, LABELS), rest[0] if len(rest) == 1 else None)
    return label, time


def listed(values: Iterable[str], most: int = 5) -> str:
    """A few values in words."""
    every = list(values)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def span_text(seconds: float) -> str:
    """A length of time, rounded to what matters: 3h18m, 44d, 2m."""
    for unit in (86_400, 3_600, 60):
        if seconds >= 10 * unit:
            return format_duration(timedelta(seconds=round(seconds / unit) * unit))
    for unit in (3_600, 60):
        if seconds >= unit:
            return format_duration(timedelta(seconds=round(seconds / 60) * 60))
    return format_duration(timedelta(seconds=round(seconds)))
