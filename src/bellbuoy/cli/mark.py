"""`bellbuoy mark`."""

from __future__ import annotations

from typing import Annotated

import typer

from bellbuoy.app.feedback import MARKS, Feedback
from bellbuoy.app.open import open_app
from bellbuoy.cli.options import HERE, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_text


def mark(
    name: Annotated[str, typer.Argument(metavar="ID", help="Of the incident or the alarm.")],
    word: Annotated[str, typer.Argument(metavar="real|false|expected", help="What it was.")],
    *,
    note: Annotated[str, typer.Option(help="Why, for those who read it later.")] = "",
    by: Annotated[str | None, typer.Option(metavar="WHO", help="Who says so.")] = None,
    project: ProjectOption = HERE,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether an incident or an alarm was real, false or expected.

    From the next cycle on, limits of the standard pack heed it; how, and what that would have changed, is told.
    """
    with open_app(project, clock_at(now)) as app:
        changed = app.bell.mark(name, Feedback(word, note, by))
    if as_json:
        print_json({"id": name, "mark": word, "note": note, "by": by, "lessons": changed})
        return
    print_text(f"{name} is marked {word}: {MARKS[word]}")
    for sentence in changed:
        print_text(f"  {sentence}")
