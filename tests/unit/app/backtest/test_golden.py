"""What rang against what should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.unit.app.backtest.rows import alarm, day, incident

from bellbuoy.app.backtest.golden import differences, read_golden
from bellbuoy.config.spec_golden import Golden
from bellbuoy.errors import Faults
from bellbuoy.store.port import AlarmRow, IncidentRow
from bellbuoy.windows import iso

FIRST = {"column": "income", "version": None, "segment": None, "host": None, "why": "its nulls"}
SECOND = {"column": None, "version": "v2", "segment": {"city": "Oslo"}, "host": None, "why": "it is new"}


def wrong(want: Mapping[str, Any], alarms: Sequence[AlarmRow] = (), incidents: Sequence[IncidentRow] = ()) -> list[str]:
    return differences(Golden.model_validate(want), alarms, incidents)


def fires(name: str, at: float, **more: Any) -> dict[str, Any]:
    return {"alarm": [{"name": name, "fires": iso(day(at)), **more}]}


def opens(at: float, **more: Any) -> dict[str, Any]:
    return {"incident": [{"opens": iso(day(at)), **more}]}


def test_an_empty_file_is_content_with_anything() -> None:
    assert wrong({}, [alarm("drift", 1)], [incident(1)]) == []


def test_an_alarm_that_fires_on_its_day_is_right() -> None:
    assert wrong(fires("drift", 3), [alarm("drift", 3)]) == []


def test_an_alarm_that_fires_on_another_day_is_told_with_that_day() -> None:
    assert wrong(fires("drift", 3), [alarm("drift", 5)]) == [
        "drift should fire at 2024-03-07T00:00:00Z: there was one at 2024-03-09T00:00:00Z"
    ]


def test_an_alarm_that_never_fires_is_told() -> None:
    assert wrong(fires("drift", 3), [alarm("auc", 3)]) == ["drift should fire at 2024-03-07T00:00:00Z: there was none"]


@pytest.mark.parametrize(("at", "right"), [(4, True), (4.01, False)])
def test_it_may_be_off_by_what_the_file_grants(at: float, *, right: bool) -> None:
    assert (wrong({"within": "1d", **fires("drift", 3)}, [alarm("drift", at)]) == []) is right


def test_an_alarm_may_grant_more_than_its_file() -> None:
    assert wrong(fires("drift", 3, within="2d"), [alarm("drift", 5)]) == []


def test_an_alarm_of_another_column_is_another() -> None:
    assert wrong(fires("drift", 3, column="age"), [alarm("drift", 3, column="income")]) != []


def test_an_alarm_of_no_column_in_particular_may_be_of_any() -> None:
    assert wrong(fires("drift", 3), [alarm("drift", 3, column="income")]) == []


def test_an_alarm_of_a_segment_is_of_that_segment() -> None:
    want = fires("auc", 3, segment={"city": "Oslo"})
    assert wrong(want, [alarm("auc", 3, by="city", segment="Oslo")]) == []
    assert "auc(city=Oslo) should fire" in wrong(want, [alarm("auc", 3, by="city", segment="Rome")])[0]


def test_two_alarms_that_are_wanted_need_two_that_fired() -> None:
    want = {"alarm": fires("drift", 3)["alarm"] * 2}
    assert len(wrong(want, [alarm("drift", 3)])) == 1


def test_the_nearest_of_several_is_meant() -> None:
    rows = [alarm("drift", 1, 2), alarm("drift", 3, 9)]
    assert wrong({"within": "5d", **fires("drift", 3, resolves=iso(day(9)), within="1h")}, rows) == []


def test_an_end_that_is_wanted_is_judged() -> None:
    want = fires("drift", 3, resolves=iso(day(5)))
    assert wrong(want, [alarm("drift", 3, 5)]) == []
    assert wrong(want, [alarm("drift", 3, 6)])[0].endswith("it was over at 2024-03-10T00:00:00Z")


def test_an_alarm_that_goes_on_has_no_end() -> None:
    assert wrong(fires("drift", 3, resolves=iso(day(5))), [alarm("drift", 3)])[0].endswith("it goes on")


def test_a_rule_that_should_be_quiet_is_told_when_it_rings() -> None:
    assert wrong({"quiet": ["drift"]}, [alarm("drift", 3)]) == [
        "drift should be quiet: there was one at 2024-03-07T00:00:00Z"
    ]


def test_a_rule_that_is_quiet_is_right() -> None:
    assert wrong({"quiet": ["drift"]}, [alarm("auc", 3)]) == []


def test_of_many_moments_five_are_told() -> None:
    (told,) = wrong({"quiet": ["drift"]}, [alarm("drift", number) for number in range(9)])
    assert told.endswith("2024-03-08T00:00:00Z and 4 more")


def test_an_incident_that_opens_on_its_day_is_right() -> None:
    assert wrong(opens(3, verdict="pipeline", suspect="income"), (), [incident(3, suspects=[FIRST, SECOND])]) == []


def test_an_incident_that_never_opens_is_told() -> None:
    assert wrong(opens(3)) == ["an incident should open at 2024-03-07T00:00:00Z: there was none"]


def test_a_wrong_verdict_is_told_with_the_headline() -> None:
    (told,) = wrong(opens(3, verdict="world"), (), [incident(3)])
    assert told.endswith("should be found to be world: it is pipeline (income is broken)")


@pytest.mark.parametrize("suspect", ["v2", "Oslo"])
def test_a_version_or_a_segment_can_be_the_suspect(suspect: str) -> None:
    assert wrong(opens(3, suspect=suspect), (), [incident(3, suspects=[SECOND])]) == []


def test_only_the_first_suspect_is_right() -> None:
    (told,) = wrong(opens(3, suspect="v2"), (), [incident(3, suspects=[FIRST, SECOND])])
    assert told.endswith("should suspect v2 first: it suspects income, v2, Oslo")


def test_an_incident_without_suspects_suspects_nothing() -> None:
    assert wrong(opens(3, suspect="v2"), (), [incident(3)])[0].endswith("it suspects nothing")


def test_an_incident_that_should_be_over_is_told_when_it_goes_on() -> None:
    assert wrong(opens(3, closes=iso(day(5))), (), [incident(3)])[0].endswith("it goes on")


def test_a_file_is_read_with_all_that_is_wrong_in_it(tmp_path: Path) -> None:
    path = tmp_path / "expected.toml"
    path.write_text('quiet = "drift"\n[[alarm]]\nnaem = "x"\nfires = 2024-03-07T00:00:00Z\n', encoding="utf-8")
    with pytest.raises(Faults) as told:
        read_golden(path)
    assert {(fault.key, fault.line) for fault in told.value.faults} >= {("quiet", 1), ("alarm[0].naem", 3)}


def test_moments_may_be_written_as_toml_has_them(tmp_path: Path) -> None:
    path = tmp_path / "expected.toml"
    path.write_text('within = "1d"\n[[alarm]]\nname = "drift"\nfires = 2024-03-07\n', encoding="utf-8")
    assert differences(read_golden(path), [alarm("drift", 3.5)], []) == []
