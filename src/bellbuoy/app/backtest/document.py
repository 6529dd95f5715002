"""A backtest as JSON, of the very objects that `alarms --json` and `incidents --json` show."""

from __future__ import annotations

from bellbuoy.app.backtest.calibrated import calibrated_document
from bellbuoy.app.backtest.noise import Noise
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
        "rules": [_rule(one) for one in found.noise],
        "rehearsal": None if found.calibrated is None else calibrated_document(found.calibrated),
    }


def _rule(one: Noise) -> dict[str, object]:
    """How noisy a rule was."""
    return {
        "rule": one.rule,
        "alarms": one.alarms,
        "in_30_days": round(one.monthly, 3),
        "doubtful": one.doubtful,
        "over_at_once": round(one.brief, 3),
        "withdrawn": round(one.withdrawn, 3),
        "marked_false": round(one.false, 3),
        "why": one.why,
    }
