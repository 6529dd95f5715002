"""`bellbuoy compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bellbuoy.app.compare import Comparison, words
from bellbuoy.app.compare import compare as compare_files
from bellbuoy.app.compare.document import document_of
from bellbuoy.app.compare.page import nulls, page_of, psi, ruler, typical
from bellbuoy.app.compare.values import Side
from bellbuoy.cli.options import HERE, JsonOption, ProjectOption
from bellbuoy.cli.output import counting, print_json, print_note, print_table, print_text
from bellbuoy.errors import ConfigError

#: From here on a finding is plainly a fault.
_GRAVE = 0.25
#: Columns of the table that a narrow terminal does without, the first one first.
_SPARE = (5, 4)


def compare(
    usual: Annotated[str, typer.Argument(metavar="A", help="What is usual: a file, a folder, a glob or a URL.")],
    now: Annotated[str, typer.Argument(metavar="B", help="What is judged by it.")],
    *,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with all of it as well.")] = None,
    project: ProjectOption = HERE,  # noqa: ARG001 - every command takes it; a comparison needs no project
    as_json: JsonOption = False,
) -> None:
    """Compare two files: drift and quality, without a project.

    Says what is wrong with B as against A, worst first: columns that vanished, changed type, are null, constant, in
    another unit or swapped; more nulls; values never seen before; distributions that moved further than chance. Where
    both files hold the truth, performance is compared as well. Two samples of one distribution give no finding.
    """
    with counting("Counting rows", shown=not as_json) as listen:
        found = compare_files(usual, now, listen=listen)
    if html is not None:
        _write(html, page_of(found))
    if as_json:
        print_json(document_of(found))
    else:
        _show(found)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as why:
        raise ConfigError(f"cannot be written: {why.strerror}", where=str(path)) from why
    print_note(f"wrote {path}")


def _show(found: Comparison) -> None:
    print_text(_line("usual", found.usual))
    print_text(_line("now", found.now))
    if found.shared_ids:
        print_text(f"{found.shared_ids:,} ids are in both", "yellow")
    print_text("")
    if not found.findings:
        print_text(f"Nothing differs by more than chance in {len(found.columns)} columns.", "green")
    for finding in found.findings:
        print_text(f"{finding.column} {finding.message}", "red" if finding.trouble >= _GRAVE else "yellow")
    print_text("")
    heads = ("column", "usual", "now", "null", "PSI (by chance)", "false discovery rate")
    print_table(heads, [_cells(found, place) for place in range(len(found.columns))], spare=_SPARE)
    if found.performance:
        print_text("")
        lines = [
            (one.metric, words.reading(one.usual), words.reading(one.now), one.change) for one in found.performance
        ]
        print_table(("metric", "usual", "now", ""), lines)
    for name, why in found.left_out.items():
        print_note(f"not compared: {name} ({why})")
    for note in (*found.usual.notes, *found.now.notes):
        print_note(note)


def _line(word: str, side: Side) -> str:
    span = f", {words.moment(side.time.first)} to {words.moment(side.time.last)} UTC" if side.time is not None else ""
    repeated = f", {side.ids.repeated:,} with an id that came before" if side.ids and side.ids.repeated else ""
    return f"{word:<6}{side.path}: {side.rows:,} rows{span}{repeated}"


def _cells(found: Comparison, place: int) -> tuple[str, ...]:
    column = found.columns[place]
    change = f"{nulls(column.usual)} → {nulls(column.now)}"
    return (
        column.name,
        typical(column.usual, ruler(column, found)),
        typical(column.now, ruler(column, found)),
        change,
        psi(column),
        words.rate(column.significance),
    )
