"""`bellbuoy replay`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, cast

import typer

from bellbuoy.app.open import open_app
from bellbuoy.app.replay_report import replay_now
from bellbuoy.cli.options import HERE, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_note, print_table, print_text

_HEADS = ("of", "rows", "differ", "share", "95\u00a0% from", "to", "apart on average", "at most")
_SHOWN = 20


def replay(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Which model.")],
    project: ProjectOption = HERE,
    now: NowOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Score the newest logged rows again, and say which have another score.

    A cycle does the same whenever `[replay]` says so; this is done at once, and nothing of it is kept.
    """
    with open_app(project, clock_at(now)) as app:
        document = replay_now(app.project, app.database, model, app.clock.now())
    if as_json:
        print_json(document)
    elif not document["rows"]:
        print_note("no row could be compared: none has come, or none has a score, or none is of that version")
    else:
        _show(document)


def _show(document: Mapping[str, object]) -> None:
    parts = cast(Sequence[Mapping[str, object]], document["parts"])
    print_text(f"Rows from {document['from']} to {document['to']}, scored again:")
    print_table(_HEADS, [_cells("all", document), *(_cells(_part(one), one) for one in parts[:_SHOWN])])
    worst = cast(Sequence[Mapping[str, object]], document["worst"])
    if worst:
        print_text("\nFarthest apart:")
        print_table(tuple(worst[0]), [[_score(value) for value in row.values()] for row in worst])


def _cells(of: str, one: Mapping[str, object]) -> tuple[object, ...]:
    percents = (f"{100 * cast(float, one[key]):.1f}\u00a0%" if one[key] is not None else "" for key in _SHARES)
    return (of, one["rows"], one["differing"], *percents, _score(one["mean_distance"]), _score(one["max_distance"]))


_SHARES = ("share", "low", "high")


def _part(one: Mapping[str, object]) -> str:
    segment = cast(Mapping[str, str] | None, one["segment"])
    if segment is None:
        return f"version={one['version']}"
    return " ".join(f"{key}={value}" for key, value in segment.items())


def _score(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(map(_score, cast(Iterable[object], value)))
    return "" if value is None else str(value)
