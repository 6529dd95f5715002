from __future__ import annotations

import json
import math

import pytest

from bellbuoy.cli.output import error_document, print_error, print_json, print_note, print_table, print_text, progress
from bellbuoy.errors import ConfigError, Fault, Faults

Shown = pytest.CaptureFixture[str]


def test_json_is_one_document_and_nothing_else(capsys: Shown) -> None:
    print_json({"a": "ä", "b": [1, None]})
    assert json.loads(capsys.readouterr().out) == {"a": "ä", "b": [1, None]}


def test_json_refuses_what_json_does_not_know() -> None:
    with pytest.raises(ValueError, match="JSON"):
        print_json(math.nan)


def test_text_is_not_taken_for_markup_and_not_wrapped(capsys: Shown) -> None:
    text = "[bold]column[0] :smile: " + "x" * 300
    print_text(text)
    assert capsys.readouterr().out == text + "\n"


def test_a_table_has_a_line_for_each_row_and_empty_cells_for_none(capsys: Shown) -> None:
    print_table(("model", "auc"), [("a[b]", 0.7), ("c", None)])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["model", "auc"], ["a[b]", "0.7"], ["c"]]


def test_notes_and_errors_leave_stdout_alone(capsys: Shown) -> None:
    print_note("reading")
    print_error(ConfigError("no column 'incmoe'", where="models/credit.toml:3", hint="did you mean 'income'?"))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "reading\nmodels/credit.toml:3: no column 'incmoe'\n  hint: did you mean 'income'?\n"


def test_faults_are_listed_in_the_document_of_their_error() -> None:
    document = error_document(Faults([Fault("unknown key", "bellbuoy.toml", 3, "web.prot", "did you mean 'port'?")]))
    assert document["error"] == {
        "message": "bellbuoy.toml:3: web.prot: unknown key (did you mean 'port'?)",
        "where": None,
        "hint": None,
        "faults": [
            {
                "message": "unknown key",
                "file": "bellbuoy.toml",
                "line": 3,
                "key": "web.prot",
                "hint": "did you mean 'port'?",
            }
        ],
    }


def test_progress_is_silent_where_nobody_looks(capsys: Shown) -> None:
    with progress("counting", total=3) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")
