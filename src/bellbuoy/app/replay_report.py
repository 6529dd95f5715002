"""A replay at once, for who wants to look: nothing of it is kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np

from bellbuoy.app.plans import plan_model
from bellbuoy.app.project import OpenProject
from bellbuoy.app.replay import Compared, look_again
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.replay import REPLAYED, measure_replay
from bellbuoy.profiles.collect import REPLAY
from bellbuoy.profiles.drawn import Drawn
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.store.database import Database
from bellbuoy.store.port import Series
from bellbuoy.windows import from_micro, iso

#: Rows that differ most, which are shown.
_SHOWN = 5


def replay_now(project: OpenProject, database: Database, name: str, now: datetime) -> dict[str, object]:
    """What `bellbuoy replay MODEL --json` prints: the newest rows scored again, whenever that was done before.

    Raises:
        ConfigError: there is no such model, or its file does not say what scores rows again.
        SourceError: no row can be read.
        ScoringError: the model cannot be opened, broke, or took too long or too much.
    """
    model = project.model(name)
    if model.replay is None:
        hint = '[replay] artefact = "models/delays.skops", or function = "pipeline:score"'
        raise ConfigError("nothing scores its rows again", where=f"models/{name}.toml", hint=hint)
    with database.read() as shelf:
        facts = shelf.model(name).facts
    made = look_again(project, model, plan_model(project, model, facts), now)
    return {"model": name, "now": iso(now), **report_of(made)}


def report_of(made: Compared) -> dict[str, object]:
    """Rows that were scored again as JSON: all of them, by part, the worst first, and those that differ most."""
    counted = dict(_counted(made))
    whole = sum((part for line, part in counted.items() if not line.by), NumericProfile())
    parts = [_measured(part) | _part(line) for line, part in counted.items() if line.by or line.version]
    return {
        "from": iso(from_micro(made.rows[0].at)) if made.rows else None,
        "to": iso(from_micro(made.rows[-1].at)) if made.rows else None,
        **_measured(whole),
        "parts": sorted(parts, key=lambda part: (-_share(part), str(part["segment"]))),
        "worst": [_row(made, place) for place in _worst(made)],
    }


def _counted(made: Compared) -> Iterator[tuple[Series, NumericProfile]]:
    """Distances of each version, and of each segment of all versions together."""
    together: dict[Series, NumericProfile] = {}
    for line, sheet in made.tally.drain():
        if line.column == REPLAY:
            line = Series(line.grain, REPLAY, "" if line.by else line.version, line.by, line.segment)  # noqa: PLW2901
            parts = (part for part in sheet.values() if isinstance(part, NumericProfile))
            together[line] = sum(parts, together.get(line, NumericProfile()))
    yield from together.items()


def _measured(part: NumericProfile) -> dict[str, object]:
    share, mean, most = (measure_replay(name, part) for name in REPLAYED)
    return {
        "rows": part.rows - part.nulls,
        "differing": part.rows - part.nulls - part.zeros,
        "share": share.value if isinstance(share, Measured) else None,
        "low": share.low if isinstance(share, Measured) else None,
        "high": share.high if isinstance(share, Measured) else None,
        "mean_distance": mean.value if isinstance(mean, Measured) else None,
        "max_distance": most.value if isinstance(most, Measured) else None,
    }


def _part(line: Series) -> dict[str, object]:
    return {"segment": {line.by: line.segment} if line.by else None, "version": line.version or None}


def _share(part: Mapping[str, object]) -> float:
    share = part["share"]
    return share if isinstance(share, float) else 0.0


def _worst(made: Compared) -> list[int]:
    """Rows that differ, the farthest apart first; what is a number on one side only before all."""
    apart = np.where(np.isnan(made.apart), math.inf, made.apart)
    apart = apart if made.null is None else np.where(made.null, 0.0, apart)
    return [place for place in np.argsort(-apart, kind="stable").tolist() if apart[place] > 0][:_SHOWN]


def _row(made: Compared, place: int) -> dict[str, object]:
    row: Drawn = made.rows[place]
    return {
        "time": iso(from_micro(row.at)),
        **row.names,
        "logged": _plain(made.logged[place]),
        "again": _plain(made.again[place]),
    }


def _plain(score: object) -> object:
    """A score, or those of the classes, as JSON has them: without what is no number, and one not as an array."""
    if not isinstance(score, list):
        return score
    scores = [one if math.isfinite(one) else None for one in score]
    return scores[0] if len(scores) == 1 else scores
