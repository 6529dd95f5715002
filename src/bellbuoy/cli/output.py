"""What commands print: documents and tables on stdout; notes, progress and errors on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bellbuoy.errors import BellbuoyError, Faults

#: How wide tables are where nobody looks at a terminal.
_WIDTH = 200


def print_json(document: object) -> None:
    """One JSON document on stdout. It must hold no NaN and no infinity, which JSON does not know."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def print_text(text: str, style: str = "") -> None:
    """A line on stdout, coloured where it is a terminal; nothing in it is taken for markup."""
    _console().print(Text(text, style=style), soft_wrap=True)


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """A table on stdout; None is an empty cell."""
    table = Table(title=title or None, box=None, pad_edge=False, header_style="bold", title_justify="left")
    for head in heads:
        table.add_column(Text(head), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    _console().print(table)


def print_note(text: str) -> None:
    """A line on stderr: what is being done, what to do next."""
    Console(stderr=True).print(Text(text), soft_wrap=True)


def print_error(why: BellbuoyError) -> None:
    """An error on stderr, bare: what, where, and the hint."""
    Console(stderr=True).print(Text(str(why), style="red"), soft_wrap=True)


def error_document(why: BellbuoyError) -> dict[str, object]:
    """An error as JSON, with each fault of the files on its own."""
    document: dict[str, object] = {"message": why.message, "where": why.where or None, "hint": why.hint or None}
    if isinstance(why, Faults):
        keys = ("message", "file", "line", "key", "hint")
        document["faults"] = [{key: getattr(fault, key) or None for key in keys} for fault in why.faults]
    return {"error": document}


@contextmanager
def progress(what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """A bar on stderr while the block runs; call what it gives with how much more is done.

    Shown on a terminal only, and gone when the block ends.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda amount: bar.advance(task, amount)


@contextmanager
def counting(what: str, *, shown: bool = True) -> Iterator[Callable[[int], None]]:
    """A running count on stderr while the block runs, for work whose end is not known; as `progress` otherwise."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda amount: bar.advance(task, amount)


def _console() -> Console:
    """Made anew each time: stdout may have been replaced."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH)
