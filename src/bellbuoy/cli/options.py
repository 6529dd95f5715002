"""Options that every command has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

#: Where the project is. Use it as `project: ProjectOption = HERE`.
ProjectOption = Annotated[
    Path, typer.Option("--project", metavar="DIR", help="Folder of the project; else the one here or above.")
]
HERE = Path()
#: Whether to print JSON. Use it as `as_json: JsonOption = False`.
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else, on stdout.")]
