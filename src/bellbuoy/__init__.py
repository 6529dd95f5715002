"""Bellbuoy looks after machine-learning models in production.

From Python: `Client` pushes rows from a service, `compare` tells two files apart.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["Client", "__version__", "compare"]

#: Loaded when they are asked for: the import stays light.
_HOMES = {"Client": "bellbuoy.client", "compare": "bellbuoy.app.compare"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What the package offers, from its home."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bellbuoy' has no attribute {name!r}")
