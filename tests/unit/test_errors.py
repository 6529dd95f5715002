from __future__ import annotations

import pytest

from bellbuoy.errors import BellbuoyError, ConfigError, Fault, Faults, SourceError, StateError


def test_an_error_tells_where_what_and_what_to_do() -> None:
    told = str(BellbuoyError("no column 'incmoe'", where="models/credit.toml:3", hint="did you mean 'income'?"))
    assert told == "models/credit.toml:3: no column 'incmoe'\n  hint: did you mean 'income'?"


def test_an_error_without_a_place_begins_with_what_is_wrong() -> None:
    assert str(BellbuoyError("no rows", hint="look again")) == "no rows\n  hint: look again"


def test_an_error_without_a_hint_has_one_line() -> None:
    assert str(BellbuoyError("no rows", where="loans")) == "loans: no rows"


@pytest.mark.parametrize(("kind", "code"), [(BellbuoyError, 1), (SourceError, 1), (StateError, 1), (ConfigError, 2)])
def test_only_what_the_user_wrote_ends_with_two(kind: type[BellbuoyError], code: int) -> None:
    assert kind("it went wrong").exit_code == code


def test_a_source_is_asked_again_unless_that_cannot_help() -> None:
    assert (SourceError("away").permanent, SourceError("gone", permanent=True).permanent) == (False, True)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("unknown key"), "unknown key"),
        (Fault("unknown key", key="web.prot"), "web.prot: unknown key"),
        (Fault("unknown key", "bellbuoy.toml"), "bellbuoy.toml: unknown key"),
        (Fault("unknown key", "bellbuoy.toml", 3), "bellbuoy.toml:3: unknown key"),
        (Fault("unknown key", "a.toml", 3, "web.prot", "port?"), "a.toml:3: web.prot: unknown key (port?)"),
    ],
)
def test_a_fault_leaves_out_what_is_not_known(fault: Fault, text: str) -> None:
    assert str(fault) == text


def test_faults_are_told_a_line_each_in_their_order() -> None:
    faults = [Fault("is missing", key="task"), Fault("unknown key", key="tsak")]
    assert str(Faults(faults)).splitlines() == ["task: is missing", "tsak: unknown key"]


def test_faults_are_the_users_to_mend() -> None:
    assert (Faults([]).exit_code, Faults([]).faults) == (2, ())
