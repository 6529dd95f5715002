"""`bellbuoy parts`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, cast

import typer

from bellbuoy.app.open import open_app
from bellbuoy.cli.options import HERE, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_note, print_table, print_text
from bellbuoy.windows import parse_time

#: Columns of the CSV.
_COLUMNS = (
    "by",
    "value",
    "now",
    "low",
    "high",
    "usual",
    "labelled",
    "share",
    "contribution",
    "proven",
    "beyond",
    "mix",
)
_Row = Mapping[str, object]


def parts(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Which model.")],
    *,
    metric: Annotated[str | None, typer.Option(help="Which metric; the model's key metric if left out.")] = None,
    by: Annotated[str | None, typer.Option(metavar="COLUMN", help="A segment's column, or version; else all.")] = None,
    segment: Annotated[str | None, typer.Option(metavar="KEY=VALUE", help="Only this part, by version.")] = None,
    version: Annotated[str | None, typer.Option(help="Only this version, by segment.")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="ISO", help="From this moment on, UTC.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="ISO", help="Before this moment, UTC.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="ISO", help="As it was believed at this moment.")] = None,
    project: ProjectOption = HERE,
    now: NowOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say which segments and versions a metric's change came from, the worst first."""
    with open_app(project, clock_at(now)) as app:
        app.project.model(model)
        document = app.reads.parts_json(
            model,
            metric=metric,
            by=by,
            start=parse_time(start) if start else None,
            end=parse_time(end) if end else None,
            as_of=parse_time(as_of) if as_of else None,
            segment=segment,
            version=version,
        )
    if as_json:
        print_json(document)
    elif as_csv:
        _print_csv(_parts(document))
    else:
        _show(document)


def _parts(document: _Row) -> Sequence[_Row]:
    return cast(Sequence[_Row], document["parts"])


def _point(row: _Row, name: str) -> _Row:
    """A reading within a row; nothing where there is none."""
    return cast(_Row | None, row[name]) or {}


def _print_csv(rows: Sequence[_Row]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        now, usual = _point(row, "now"), _point(row, "usual")
        found = {**row, **{name: now.get(name) for name in ("low", "high", "labelled")}}
        found |= {"now": now.get("value"), "usual": usual.get("value")}
        writer.writerow([found[name] for name in _COLUMNS])


def _show(document: _Row) -> None:
    if document["now"] is None:
        print_note("no window has labels yet")
        return
    print_text(_headline(document), "bold")
    rows = _parts(document)
    if not rows:
        print_note("no part to tell apart here: name columns under [segments], or ask for less at once")
        return
    heads = ("part", "now", "95\u00a0% from", "to", "usually", "labelled", "share", "contribution", "beyond chance")
    print_table((*heads, "beyond its share", ""), [_line(row) for row in rows], spare=(5, 2, 3))


def _headline(document: _Row) -> str:
    now, usual = _point(document, "now"), _point(document, "usual")
    text = f"{document['metric']} from {now['start']} to {now['end']}: {_number(now['value']) or now['why']}"
    if document["change"] is None:
        return f"{text}, and nothing to compare with"
    return f"{text}, usually {_number(usual['value'])}: {_pull(document['change'])}"


def _line(row: _Row) -> Sequence[object]:
    now, usual = _point(row, "now"), _point(row, "usual")
    judged = row["why"] is None
    return (
        f"{row['by']}={row['value']}",
        _number(now.get("value")),
        _number(now.get("low")),
        _number(now.get("high")),
        _number(usual.get("value")),
        now.get("labelled"),
        f"{100 * cast(float, row['share']):.1f}\u00a0%",
        _pull(row["contribution"]),
        _pull(row["proven"]) if judged else "",
        _pull(row["beyond"]) if judged else "",
        row["why"],
    )


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float | int) else ""


def _pull(value: object) -> str:
    """A signed number, to three places; 0 is said as a dash, so that what pulls is seen at once."""
    if not isinstance(value, float | int):
        return ""
    return f"{value:+.3g}" if value else "–"
