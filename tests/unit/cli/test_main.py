from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.acceptance.town import town

from bellbuoy import __version__
from bellbuoy.cli.main import COMMANDS, command_line, main

THERE = [name for name, entry in COMMANDS.items() if find_spec(entry.module) is not None]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["bellbuoy", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_help_has_a_line_for_each_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    assert [name for name in THERE if f"  {name} " not in shown] == []


def test_the_help_loads_no_command() -> None:
    code = (
        "import sys\nfrom bellbuoy.cli.main import main\nsys.argv = ['bellbuoy', '--help']\n"
        "try: main()\nfinally: print([m for m in sys.modules if m in ('numpy', 'duckdb') or 'bellbuoy.app' in m])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", THERE)
def test_the_line_of_a_command_is_the_first_of_its_docstring(name: str) -> None:
    function = getattr(import_module(COMMANDS[name].module), name)
    assert function.__doc__.splitlines()[0] == COMMANDS[name].help


@pytest.mark.parametrize("name", THERE)
def test_every_command_takes_a_project_and_json(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, name, "--help") == 0
    shown = capsys.readouterr().out
    assert "--project DIR" in shown
    assert "--json" in shown


def test_a_command_without_a_module_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "fly", COMMANDS["check"].__class__("bellbuoy.cli.fly", "Fly."))
    names = [command.name for command in command_line([]).registered_commands]
    assert "fly" not in names
    assert "check" in names


def test_the_version_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"bellbuoy {__version__}\n"


def test_an_unknown_command_exits_with_two(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "chekc") == 2
    assert "'check'" in capsys.readouterr().err


def test_an_error_is_told_bare_with_its_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "check", "--project", str(tmp_path)) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 2)
    assert "  hint: give --project DIR" in shown.err


def test_an_error_is_a_document_where_json_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "check", "--json", "--project", str(tmp_path)) == 2
    assert json.loads(capsys.readouterr().out)["error"]["where"] == str(tmp_path)


def test_a_traceback_is_shown_to_those_who_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BELLBUOY_DEBUG", "1")
    assert run(monkeypatch, "check", "--project", str(tmp_path)) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_schema_is_printed_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "schema", "model") == 0
    assert "predictions" in json.loads(capsys.readouterr().out)["properties"]


def test_both_schemas_are_one_document(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "schema") == 0
    assert list(json.loads(capsys.readouterr().out)) == ["project", "model"]


def test_an_interrupt_while_a_command_is_loaded_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bellbuoy.cli.main.command_line", interrupted)
    assert (run(monkeypatch, "check"), capsys.readouterr()) == (130, ("", ""))


def test_a_run_ends_quietly_when_it_is_interrupted(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "bellbuoy"), "run", "--project", str(town(tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 60
        while time.monotonic() < end and not (tmp_path / ".bellbuoy" / "ledger").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in told) == (130, False)
