"""`bellbuoy up`."""

from __future__ import annotations

from typing import Annotated

import typer

from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import open_app
from bellbuoy.app.up import address_of, serve
from bellbuoy.cli.options import HERE, JsonOption, NowOption, ProjectOption, clock_at
from bellbuoy.cli.output import print_json, print_note
from bellbuoy.windows import iso


def up(
    project: ProjectOption = HERE,
    host: Annotated[str | None, typer.Option(help="Address to listen on; else as bellbuoy.toml says.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes any that is free.", min=0, max=65_535)
    ] = None,
    now: NowOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Run cycles, dashboard and API until stopped."""
    with open_app(project, clock_at(now)) as app:
        for fault in app.project.faults:
            print_note(str(fault))
        serve(app, address_of(app, host, port), lambda url: ready(url, as_json=as_json), tell)


def ready(url: str, *, as_json: bool) -> None:
    """Say where the dashboard is."""
    if as_json:
        print_json({"url": url})
    else:
        print_note(f"Dashboard at {url} (stop with Ctrl-C)")


def tell(one: Cycled) -> None:
    """Say what a cycle did, if it did anything."""
    if one.failed or one.counted.rows or one.counted.labels or one.moved:
        print_note(f"{iso(one.at)} {one.model}: {one.text}")
