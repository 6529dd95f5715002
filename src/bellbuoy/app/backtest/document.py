"""A backtest as JSON, of the very objects that `alarms --json` and `incidents --json` show."""

from __future__ import annotations

from bellbuoy.app.backtest.run import Backtest
from bellbuoy.app.bell import bell_document
from bellbuoy.windows import iso


def document(found: Backtest) -> dict[str, object]:
    """The document that `bellbuoy backtest --json` prints."""
    return {
        "model": found.model.name,
        "from": iso(found.start),
        "to": iso(found.end),
        "cycles": found.cycles,
        **bell_document(found.model.name, found.alarms, found.incidents),
    }
