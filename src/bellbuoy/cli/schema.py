"""`bellbuoy schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from bellbuoy.cli.options import HERE, JsonOption, ProjectOption
from bellbuoy.cli.output import print_json
from bellbuoy.config.schema import SchemaOf, file_schema


def schema(
    of: Annotated[SchemaOf | None, typer.Argument(help="Which file; else both.")] = None,
    project: ProjectOption = HERE,  # noqa: ARG001 - every command takes it; a schema is the same in all projects
    *,
    as_json: JsonOption = False,  # noqa: ARG001 - it always is JSON
) -> None:
    """Print the JSON Schema of the project files.

    Without an argument, one document: the schema of bellbuoy.toml under "project", that of models/*.toml under "model".
    """
    print_json({one.value: file_schema(one) for one in SchemaOf} if of is None else file_schema(of))
