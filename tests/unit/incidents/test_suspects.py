"""Who may be the cause: what speaks for the verdict first, then what is unlike itself, then what is loudest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bellbuoy.incidents.suspects import Context, loudness, said, summary_of, suspects_of
from bellbuoy.incidents.values import Suspect, Verdict
from bellbuoy.store.port import AlarmRow


def alarm(name: str, column: str | None = None, *, surprise: float | None = 2.0, **changes: Any) -> AlarmRow:
    """An alarm of the standard pack."""
    facts = {"pack": "once", "surprise": surprise, "about": f"{name} of {column}"}
    return replace(AlarmRow(f"m/{name}/{column}", name, "firing", 0, column=column, facts=facts), **changes)


def suspects(*alarms: AlarmRow, verdict: Verdict = Verdict.PIPELINE, **context: Any) -> list[Suspect]:
    return suspects_of(alarms, verdict, Context(**context))


def named(*alarms: AlarmRow, verdict: Verdict = Verdict.PIPELINE) -> list[str | None]:
    return [one.column for one in suspects(*alarms, verdict=verdict)]


def test_who_speaks_for_the_verdict_comes_first_however_loud_others_are() -> None:
    assert named(alarm("score-misfit", "score", surprise=40.0), alarm("null-rate", "income")) == ["income", "score"]


def test_what_the_verdict_is_says_who_that_is() -> None:
    alarms = alarm("score-misfit", "score"), alarm("null-rate", "income")
    assert named(*alarms, verdict=Verdict.MODEL) == ["score", "income"]


def test_of_those_that_speak_for_it_the_loudest_comes_first() -> None:
    alarms = [alarm("null-rate", name, surprise=size) for name, size in [("a", 2.0), ("b", 9.0), ("c", 4.0)]]
    assert named(*alarms) == ["b", "c", "a"]


def test_a_column_that_is_unlike_itself_is_the_cause_of_others_that_no_longer_match_it() -> None:
    alarms = alarm("misfit", "distance", surprise=6.0), alarm("misfit", "speed"), alarm("scale", "speed")
    assert named(*alarms) == ["speed", "distance"]


def test_a_column_of_which_more_is_amiss_comes_first() -> None:
    alarms = alarm("null-rate", "a"), alarm("null-rate", "b"), alarm("constant", "b")
    assert named(*alarms) == ["b", "a"]


def test_alarms_of_one_thing_are_one_suspect() -> None:
    [one] = suspects(alarm("null-rate", "income", surprise=9.0), alarm("zero-rate", "income"))
    assert one.why == "null-rate of income, and 1 more like it"


def test_a_column_and_a_part_of_it_are_two() -> None:
    parts = suspects(alarm("misfit", "score"), alarm("misfit", "score", by="city", segment="Oslo"))
    assert sorted(one.segment is None for one in parts) == [False, True]


def test_what_is_of_all_rows_is_no_suspect() -> None:
    assert suspects(alarm("volume"), alarm("duplicates")) == []


def test_no_more_than_ten_are_named() -> None:
    assert len(suspects(*(alarm("null-rate", f"c{number}") for number in range(40)))) == 10


def test_a_part_of_the_rows_is_suspected_as_one() -> None:
    [one] = suspects(alarm("label-gap", by="city", segment="Oslo"))
    assert (one.column, one.segment, one.host) == ("city", {"city": "Oslo"}, None)


def test_a_host_is_suspected_as_a_host() -> None:
    [one] = suspects(alarm("score-misfit", "score", by="host", segment="b-2"), host="host")
    assert (one.column, one.segment, one.host) == ("score", None, "b-2")
    [alone] = suspects(alarm("label-gap", by="host", segment="b-2"), host="host")
    assert (alone.column, alone.segment, alone.host) == (None, None, "b-2")


def test_a_version_is_suspected_with_the_one_host_that_serves_it() -> None:
    old = alarm("older-version", version="v1")
    [one] = suspects(replace(old, facts={**old.facts, "host": "b-2"}))
    assert (one.version, one.host, one.column) == ("v1", "b-2", None)


@pytest.mark.parametrize(("column", "owner"), [("income", "crm"), ("age", "ml")])
def test_a_suspect_has_the_owner_of_its_column_else_of_the_model(column: str, owner: str) -> None:
    [one] = suspects(alarm("null-rate", column), owners={"income": "crm"}, owner="ml")
    assert one.owner == owner


def test_a_part_of_the_rows_has_the_owner_of_the_column_that_it_is_told_by() -> None:
    [one] = suspects(alarm("label-gap", by="city", segment="Oslo"), owners={"city": "geo"}, owner="ml")
    assert one.owner == "geo"


def test_what_is_beyond_all_limits_is_loudest_though_no_number_is_kept_of_it() -> None:
    assert loudness(alarm("older-version", surprise=None)) == loudness(alarm("stale", "a", surprise=1e9))
    assert loudness(alarm("older-version", surprise=None)) > loudness(alarm("stale", "a", surprise=20.0))


def test_an_alarm_of_a_rule_is_as_loud_as_one_at_its_limit() -> None:
    assert loudness(AlarmRow("m/a", "a", "firing", 0)) == loudness(alarm("stale", "a", surprise=1.0)) == 1.0


def test_alarms_are_said_by_the_loudest_of_them() -> None:
    assert said([alarm("stale", "a"), alarm("scale", "b", surprise=9.0)]) == "scale of b, and 1 more like it"
    assert said([alarm("stale", "a")]) == "stale of a"


def test_a_summary_that_somebody_wrote_comes_before_what_was_found() -> None:
    row = alarm("stale", "a")
    assert summary_of(replace(row, facts={**row.facts, "annotations": {"summary": "call Ann"}})) == "call Ann"
    assert summary_of(replace(row, facts={**row.facts, "annotations": {}})) == "stale of a"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "auc fires"),
        ({"column": "income"}, "auc of income fires"),
        ({"by": "city", "segment": "Oslo"}, "auc where city is Oslo fires"),
        ({"by": "city"}, "auc where city is empty fires"),
    ],
)
def test_an_alarm_that_says_nothing_is_told_by_its_name(changes: dict[str, str], text: str) -> None:
    assert summary_of(replace(AlarmRow("m/auc", "auc", "firing", 0), **changes)) == text  # type: ignore[arg-type]
