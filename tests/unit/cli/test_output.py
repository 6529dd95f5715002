from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from bellbuoy.cli.output import (
    counting,
    error_document,
    invoked,
    print_error,
    print_json,
    print_note,
    print_table,
    print_text,
    progress,
)
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


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A terminal without colours, 30 columns wide."""
    for name, value in (("FORCE_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "30"), ("LINES", "20")):
        monkeypatch.setenv(name, value)
    return monkeypatch


HEADS = ("column", "usual", "chance")
LONG = [("temperature", "one two three four five six", "0.1")]


@pytest.mark.usefixtures("narrow")
def test_a_narrow_terminal_shows_what_cannot_be_spared(capsys: Shown) -> None:
    print_table(HEADS, [("temperature", "one two three", "0.1")], spare=(2,))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["column", "usual"], ["temperature", "one", "two", "three"]]


@pytest.mark.usefixtures("narrow")
def test_cells_are_broken_between_words_and_numbers_keep_their_unit(capsys: Shown) -> None:
    print_table(("column", "usual"), [("temperature", "one two 34\u00a0% four 5\u00a0%")])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["column       usual", "temperature  one two 34\u00a0% four", "5\u00a0%"]


def test_rows_become_lines_where_words_would_be_broken(capsys: Shown, narrow: pytest.MonkeyPatch) -> None:
    narrow.setenv("COLUMNS", "20")
    print_table(HEADS, LONG)
    assert capsys.readouterr().out.splitlines() == [
        "temperature",
        "  usual   one two three four five six",
        "  chance  0.1",
    ]


def test_a_table_for_a_file_is_as_wide_as_it_is(capsys: Shown) -> None:
    print_table(("a", "b"), [("x" * 150, "y " * 150 + "z")])
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.usefixtures("narrow")
def test_a_sentence_on_a_terminal_is_broken_between_words(capsys: Shown) -> None:
    print_text("temperature moved: median 62 → 77, 90\u00a0% within")
    assert capsys.readouterr().out.splitlines() == ["temperature moved: median 62 →", "  77, 90\u00a0% within"]


def test_a_count_says_what_is_done_and_starts_anew_with_the_next(capsys: Shown, narrow: pytest.MonkeyPatch) -> None:
    narrow.setenv("TERM", "xterm")
    with counting("rows") as count:
        count(1_234)
        count.say("writing")
        count(5)
    assert "writing 5" in capsys.readouterr().err


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


def called(folder: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> str:
    """How a bellbuoy in `.venv/bin` of a folder is called from there, when it was started as `path`."""
    program = folder / ".venv" / "bin" / "bellbuoy"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.touch(mode=0o755)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", [path])
    return invoked()


def test_a_program_that_is_on_the_path_is_called_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / ".venv" / "bin"))
    assert called(tmp_path, monkeypatch, str(tmp_path / ".venv" / "bin" / "bellbuoy")) == "bellbuoy"


@pytest.mark.parametrize("start", ["", "{folder}/"])
def test_a_program_that_is_not_is_called_by_its_place(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    path = f"{start.format(folder=tmp_path)}.venv/bin/bellbuoy"
    assert called(tmp_path, monkeypatch, path) == ".venv/bin/bellbuoy"


def test_progress_is_silent_where_nobody_looks(capsys: Shown) -> None:
    with progress("counting", total=3) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")
