"""`bellbuoy readings`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, cast

import typer

from bellbuoy.app.open import open_app
from bellbuoy.cli.options import HERE, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_table, print_text
from bellbuoy.windows import parse_duration, parse_time

#: From here on numbers are shown whole: nobody reads money in powers of ten.
_MANY = 10_000
#: Columns of the CSV.
_COLUMNS = (
    "start",
    "end",
    "segment",
    "version",
    "value",
    "low",
    "high",
    "rows",
    "labelled",
    "coverage",
    "maturity",
    "estimate",
    "bound",
    "expected_coverage",
    "why",
)


def readings(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Which model.")],
    *,
    metric: Annotated[str | None, typer.Option(help="Which metric; the model's key metric if left out.")] = None,
    column: Annotated[str | None, typer.Option(help="For metrics of a column, such as null_rate.")] = None,
    grain: Annotated[str | None, typer.Option(help="Width of a window: 1m 5m 15m 1h 1d 1w.")] = None,
    segment: Annotated[str | None, typer.Option(metavar="KEY=VALUE", help="Only this part of the rows.")] = None,
    version: Annotated[str | None, typer.Option(help="Only this version of the model.")] = None,
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Of every value of a segment's column, or of every version.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="ISO", help="From this moment on, UTC.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="ISO", help="Before this moment, UTC.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="ISO", help="As it was believed at this past moment.")] = None,
    age: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Each window as it was at this age: 6h, 1d, 7d.")
    ] = None,
    project: ProjectOption = HERE,
    now: NowOption = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Beside it what was expected before labels.")] = False,
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
            by=by,
            age=parse_duration(age) if age else None,
        )
    if as_json:
        print_json(document)
    elif as_csv:
        _print_csv(_rows(document))
    else:
        unit = f" in {document['unit']}" if document["unit"] else ""
        at = f" at {document['age']}" if "age" in document else ""
        _print_table(f"{document['metric']}{unit}{at}", _rows(document))
        if document.get("track"):
            print_text(_track(cast(Mapping[str, float], document["track"])))


def _rows(document: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    return cast(Sequence[Mapping[str, object]], document["readings"])


def _print_csv(rows: Sequence[Mapping[str, object]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([{**row, "segment": _segment(row)}[name] for name in _COLUMNS] for row in rows)


def _print_table(metric: str, rows: Sequence[Mapping[str, object]]) -> None:
    parted = any(_part(row) for row in rows)
    heads = ("window from", metric, "95\u00a0% from", "to", "rows", "labelled", "expected", "labels")
    lines = [
        (
            row["start"],
            _number(row["value"]) or row["why"],
            _number(row["low"]),
            _number(row["high"]),
            row["rows"],
            row["labelled"],
            _percent(row["expected_coverage"]),
            "estimate" if row["estimate"] else row["maturity"],
        )
        for row in rows
    ]
    if not parted:
        print_table(heads, lines)
        return
    print_table(("of", *heads), [(_part(row), *line) for row, line in zip(rows, lines, strict=True)])


def _part(row: Mapping[str, object]) -> str:
    """Which rows a reading is of, in words; empty where it is of all."""
    version = f"version={row['version']}" if row["version"] is not None else ""
    return " ".join(filter(None, (_segment(row), version)))


def _segment(row: Mapping[str, object]) -> str:
    """A segment as it is written: `key=value`."""
    segment = cast(Mapping[str, str] | None, row["segment"]) or {}
    return " ".join(f"{key}={value}" for key, value in segment.items())


def _percent(share: object) -> str:
    return f"{100 * share:.0f}\u00a0%" if isinstance(share, float | int) else ""


def _track(track: Mapping[str, float]) -> str:
    """How near the estimates came, in a sentence."""
    share, covered = 100 * track["share"], 100 * track["covered"]
    near = f"The estimate was within {track['within']:.3g} of the truth in {share:.0f}\u00a0% of"
    return f"{near} {track['windows']} windows; its interval held the truth in {covered:.0f}\u00a0%."


def _number(value: object) -> str:
    if not isinstance(value, float | int):
        return ""
    return f"{value:,.0f}" if abs(value) >= _MANY else f"{value:.4g}"
