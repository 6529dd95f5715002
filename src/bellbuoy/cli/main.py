"""The `bellbuoy` command: a table of commands, of which only the one that was asked for is loaded.

A command is a typed function in a module of `bellbuoy.cli`, called as the command is (`notify-test` is `notify_test`);
the first line of its docstring stands in the table as well. So `bellbuoy --help` imports none of them.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from bellbuoy import __version__
from bellbuoy.cli.ending import INTERRUPTED
from bellbuoy.cli.output import error_document, print_error, print_json
from bellbuoy.errors import BellbuoyError


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, and its line in the help."""

    module: str
    help: str


#: Commands in the order in which one meets them. One whose module is not there is not listed.
COMMANDS = {
    "demo": Entry("bellbuoy.cli.demo", "Build a whole real project with visible incidents, and show it."),
    "init": Entry("bellbuoy.cli.init", "Look at your tables and write the files of a project."),
    "check": Entry("bellbuoy.cli.check", "Say whether all fits together, and what will be watched."),
    "run": Entry("bellbuoy.cli.run", "Run the cycles that are due; without --once, go on until stopped."),
    "up": Entry("bellbuoy.cli.up", "Run cycles, dashboard and API until stopped."),
    "status": Entry(
        "bellbuoy.cli.status", "Show how each model does: is it the model, the data pipeline, or the world?"
    ),
    "readings": Entry(
        "bellbuoy.cli.readings", "Print a metric over time: the numbers that pages and alarms are made from."
    ),
    "parts": Entry(
        "bellbuoy.cli.parts", "Say which segments and versions a metric's change came from, the worst first."
    ),
    "backtest": Entry("bellbuoy.cli.backtest", "Replay a model's history, and show what would have rung."),
    "alarms": Entry(
        "bellbuoy.cli.alarms",
        "List the alarms that are pending or firing, first those that may cost most; with --all, every one.",
    ),
    "incidents": Entry(
        "bellbuoy.cli.incidents",
        "List the incidents that are open with their verdicts, or tell all about one.",
    ),
    "mark": Entry(
        "bellbuoy.cli.mark",
        "Say whether an incident or an alarm was real, false or expected.",
    ),
    "replay": Entry("bellbuoy.cli.replay", "Score the newest logged rows again, and say which have another score."),
    "compare": Entry("bellbuoy.cli.compare", "Compare two files: drift and quality, without a project."),
    "schema": Entry("bellbuoy.cli.schema", "Print the JSON Schema of the project files."),
}


def main() -> None:
    """Run the command line that the process was called with, and exit with its code."""
    arguments = sys.argv[1:]
    try:
        command_line(arguments)(args=arguments, prog_name="bellbuoy")
    except BellbuoyError as why:
        _tell(why, as_json="--json" in arguments)
        sys.exit(why.exit_code)
    except KeyboardInterrupt:
        # Somebody pressed Ctrl-C: nothing is half-done, so there is nothing to tell.
        sys.exit(INTERRUPTED)


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """The command line as these arguments need it: a command that they name is loaded, of others the help is known."""
    app = typer.Typer(
        help="Looks after machine-learning models in production: is it the model, the data pipeline, or the world?",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name, entry in COMMANDS.items():
        if name in arguments and find_spec(entry.module) is not None:
            app.command(name)(_loaded(name, entry))
        elif find_spec(entry.module) is not None:
            app.command(name, help=entry.help)(_unloaded)
    return app


def _loaded(name: str, entry: Entry) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(import_module(entry.module), name.replace("-", "_"))
    return function


def _unloaded() -> None:
    """Stands for a command that the arguments do not name."""


def _print_version(asked: bool) -> None:  # noqa: FBT001 - called by the option
    if asked:
        sys.stdout.write(f"bellbuoy {__version__}\n")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


def _tell(why: BellbuoyError, *, as_json: bool) -> None:
    if os.environ.get("BELLBUOY_DEBUG") == "1":
        traceback.print_exception(why)
    if as_json:
        print_json(error_document(why))
    print_error(why)
