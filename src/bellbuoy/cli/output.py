"""What commands print: documents and tables on stdout; notes, progress and errors on stderr."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bellbuoy.errors import BellbuoyError, Faults

#: How wide tables may be where nobody looks at a terminal.
_WIDTH = 10_000
#: Columns of a table are so far apart.
_BETWEEN = 2


def print_json(document: object) -> None:
    """One JSON document on stdout. It must hold no NaN and no infinity, which JSON does not know."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def print_text(text: str, style: str = "") -> None:
    """A line on stdout, coloured where it is a terminal; nothing in it is taken for markup.

    On a terminal it is broken between words; anywhere else it stays one line.
    """
    _print(_console(), text, style)


def print_table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], title: str = "", spare: Sequence[int] = ()
) -> None:
    """A table on stdout; None is an empty cell.

    On a terminal too narrow for it, columns that it can spare go first, in their order; then cells are broken between
    words; then each row becomes lines of its own. No word is ever broken.
    """
    console = _console()
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    kept = _kept(heads, cells, spare, console.width)
    heads, cells = [heads[place] for place in kept], [[row[place] for place in kept] for row in cells]
    if title:
        console.print(Text(title, style="italic"), soft_wrap=True)
    widths = _widths(heads, cells, console.width)
    if widths is None:
        _print_lines(console, heads, cells)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head, width in zip(heads, widths, strict=True):
        table.add_column(Text(_broken(head, width)), no_wrap=True, overflow="ignore")
    for row in cells:
        table.add_row(*(Text(_broken(cell, width)) for cell, width in zip(row, widths, strict=True)))
    console.print(table)


def print_note(text: str) -> None:
    """A line on stderr: what is being done, what to do next."""
    _print(Console(stderr=True), text)


def print_error(why: BellbuoyError) -> None:
    """An error on stderr, bare: what, where, and the hint."""
    _print(Console(stderr=True), str(why), "red")


def invoked() -> str:
    """How this program is called where it was called, so that a hint can be typed as it stands.

    `bellbuoy` if that is the one on the PATH; else the path of the one that runs, such as `.venv/bin/bellbuoy`.
    """
    path, found = Path(sys.argv[0]), shutil.which("bellbuoy")
    if found is not None and path.is_file() and path.samefile(found):
        return "bellbuoy"
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


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


class Counter:
    """Takes word of how much more was counted, and of what is being done now."""

    def __init__(self, bar: Progress, what: str) -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=None, count="")
        self._done = 0

    def __call__(self, amount: int) -> None:
        """So many more."""
        self._done += amount
        self._bar.update(self._task, count=f"{self._done:,}")

    def say(self, what: str) -> None:
        """Something else is being done: its name takes the place of the old one, and the count begins anew."""
        self._done = 0
        self._bar.update(self._task, description=what, count="")


@contextmanager
def counting(what: str, *, shown: bool = True) -> Iterator[Counter]:
    """A running count on stderr while the block runs, for work whose end is not known; as `progress` otherwise.

    Only the name is shown until something was counted, so that nobody reads a 0 that stands still.
    """
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.fields[count]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as bar:
        yield Counter(bar, what)


def _kept(heads: Sequence[str], cells: Sequence[Sequence[str]], spare: Sequence[int], room: int) -> list[int]:
    """Places of the columns that are shown: all, less what can be spared while they do not fit."""
    kept = list(range(len(heads)))
    for place in spare:
        if _room([_longest(heads, cells, one) for one in kept]) <= room:
            break
        kept.remove(place)
    return kept


def _widths(heads: Sequence[str], cells: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide each column is, the widest narrowed until all fit; None where their longest words do not."""
    places = range(len(heads))
    widths = [_longest(heads, cells, place) for place in places]
    words = [max(len(word) for text in (heads[p], *(row[p] for row in cells)) for word in _words(text)) for p in places]
    while _room(widths) > room:
        place = max(places, key=lambda one: widths[one] if widths[one] > words[one] else -1)
        if widths[place] <= words[place]:
            return None
        widths[place] -= 1
    return widths


def _longest(heads: Sequence[str], cells: Sequence[Sequence[str]], place: int) -> int:
    return max(len(heads[place]), *(len(row[place]) for row in cells), 0)


def _room(widths: Sequence[int]) -> int:
    return sum(widths) + _BETWEEN * max(0, len(widths) - 1)


def _words(text: str) -> list[str]:
    # Not str.split(): a no-break space holds a number and its unit together.
    return text.split(" ")


def _print(console: Console, text: str, style: str = "") -> None:
    lines = [_broken(line, console.width, "  ") for line in text.split("\n")] if console.is_terminal else [text]
    console.print(Text("\n".join(lines), style=style), soft_wrap=True)


def _broken(text: str, width: int, indent: str = "") -> str:
    """A text in lines of this width if it is longer, broken at spaces; no-break spaces hold."""
    if len(text) <= width:
        return text
    start = text[: len(text) - len(text.lstrip(" "))]
    lines = textwrap.wrap(
        text,
        max(width, 1),
        break_long_words=False,
        break_on_hyphens=False,
        subsequent_indent=start + indent,
    )
    return "\n".join(lines)


def _print_lines(console: Console, heads: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Each row as lines of its own, under its first cell."""
    wide = max(len(head) for head in heads)
    for row in cells:
        console.print(Text(row[0], style="bold"), soft_wrap=True)
        for head, cell in zip(heads[1:], row[1:], strict=True):
            console.print(Text(f"  {head:<{wide}}  {cell}".rstrip()), soft_wrap=True)


def _console() -> Console:
    """Made anew each time: stdout may have been replaced."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH)
