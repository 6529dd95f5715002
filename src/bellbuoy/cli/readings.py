"""`bellbuoy readings`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, cast

import typer

from bellbuoy.app.open import open_app
from bellbuoy.cli.options import HERE, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_table
from bellbuoy.windows import parse_time

#: Columns of the CSV.
_COLUMNS = ("start", "end", "value", "low", "high", "rows", "labelled", "coverage", "maturity", "why")


def readings(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Which model.")],
    *,
    metric: Annotated[str | None, typer.Option(help="Which metric; the model's key metric if left out.")] = None,
    column: Annotated[str | None, typer.Option(help="For metrics of a column, such as null_rate.")] = None,
    grain: Annotated[str | None, typer.Option(help="Width of a window: 1m 5m 15m 1h 1d 1w.")] = None,
    segment: Annotated[str | None, typer.Option(metavar="KEY=VALUE", help="Only this part of the rows.")] = None,
    version: Annotated[str | None, typer.Option(help="Only this version of the model.")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="ISO", help="From this moment on, UTC.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="ISO", help="Before this moment, UTC.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="ISO", hidden=True)] = None,  # refused until it is kept
    project: ProjectOption = HERE,
    now: NowOption = None,
    estimate: Annotated[bool, typer.Option("--estimate", hidden=True)] = False,  # refused until they are made
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a metric over time: the numbers that pages and alarms are made from."""
    with open_app(project, clock_at(now)) as app:
        app.project.model(model)
        document = app.reads.readings_json(
            model,
            metric=metric,
            column=column,
            grain=grain,
            segment=segment,
            version=version,
            start=parse_time(start) if start else None,
            end=parse_time(end) if end else None,
            as_of=parse_time(as_of) if as_of else None,
            estimate=estimate,
        )
    if as_json:
        print_json(document)
    elif as_csv:
        _print_csv(_rows(document))
    else:
        _print_table(str(document["metric"]), _rows(document))


def _rows(document: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    return cast(Sequence[Mapping[str, object]], document["readings"])


def _print_csv(rows: Sequence[Mapping[str, object]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([row[name] for name in _COLUMNS] for row in rows)


def _print_table(metric: str, rows: Sequence[Mapping[str, object]]) -> None:
    print_table(
        ("window from", metric, "95\u00a0% from", "to", "rows", "labelled", "labels"),
        [
            (
                row["start"],
                _number(row["value"]) or row["why"],
                _number(row["low"]),
                _number(row["high"]),
                row["rows"],
                row["labelled"],
                row["maturity"],
            )
            for row in rows
        ],
    )


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float | int) else ""
