"""`${NAME}` in the strings of project files, filled in from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bellbuoy.config.faults import Wrong
from bellbuoy.config.lines import Path

#: `$${` stands for `${` itself.
_VARIABLE = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def expanded(value: Any, environ: Mapping[str, str], path: Path = ()) -> tuple[Any, list[Wrong]]:  # noqa: ANN401
    """TOML data with all variables in its strings filled in, and which of them do not exist."""
    if isinstance(value, str):
        return _filled(value, environ, path)
    wrongs: list[Wrong] = []
    if isinstance(value, dict):
        made: dict[str, Any] = {}
        for key, inner in value.items():
            made[key], more = expanded(inner, environ, (*path, key))
            wrongs += more
        return made, wrongs
    if isinstance(value, list):
        parts = [expanded(inner, environ, (*path, place)) for place, inner in enumerate(value)]
        return [part for part, _ in parts], [wrong for _, more in parts for wrong in more]
    return value, wrongs


def _filled(text: str, environ: Mapping[str, str], path: Path) -> tuple[str, list[Wrong]]:
    missing = [name for name in _VARIABLE.findall(text) if name and name not in environ]
    wrongs = [Wrong(path, f"the environment has no {name}", "set it before the start") for name in missing]
    full = _VARIABLE.sub(lambda match: environ.get(match[1], match[0]) if match[1] else "${", text)
    return full, wrongs
