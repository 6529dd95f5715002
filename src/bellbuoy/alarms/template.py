"""Texts of notices with gaps in them: `{{ value }}` is filled in with what the alarm read, and nothing is ever run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from bellbuoy.errors import Fault

_GAP = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_INSIDE = re.compile(r"([A-Za-z_][\w.\-]*)(?:\s*\|\s*(\w+))?")
#: What can stand in a gap, besides `labels.` and the name of a label.
WORDS = (
    "name",
    "model",
    "metric",
    "column",
    "segment",
    "version",
    "value",
    "threshold",
    "condition",
    "severity",
    "state",
    "reason",
    "window",
)
#: How a number can be written otherwise.
_PERCENT = "percent"


def template_faults(text: str, labels: Mapping[str, str], where: str) -> Iterator[Fault]:
    """All that is wrong with a template: gaps of a name that is not known, or that do not end."""
    for gap in _GAP.finditer(text):
        inside = _INSIDE.fullmatch(gap[1])
        if inside is None:
            yield Fault(f"{gap[0]} in {where} cannot be read", hint="write it as {{ value }} or {{ value | percent }}")
            continue
        known = [*WORDS, *(f"labels.{label}" for label in labels)]
        if inside[1] not in known:
            yield Fault(f"{inside[1]!r} in {where} is not known", hint=_nearest(inside[1], known))
        if inside[2] not in {None, _PERCENT}:
            yield Fault(f"{inside[2]!r} in {where} is not known", hint=_nearest(inside[2], [_PERCENT]))
    left = _GAP.sub("", text)
    if "{{" in left or "}}" in left:
        yield Fault(f"a gap in {where} has no end or no beginning", hint="write it as {{ value }}")


def filled(text: str, words: Mapping[str, object]) -> str:
    """The text with its gaps filled in; what has no value is a dash, and what cannot be read stays as it is."""
    return _GAP.sub(lambda gap: _written(gap, words), text)


def _written(gap: re.Match[str], words: Mapping[str, object]) -> str:
    inside = _INSIDE.fullmatch(gap[1])
    if inside is None or inside[1] not in words:
        return gap[0]
    value = words[inside[1]]
    if isinstance(value, int | float):
        return f"{100 * value:.3g}\u00a0%" if inside[2] == _PERCENT else f"{value:.4g}"
    return "–" if value is None or value == "" else str(value)


def _nearest(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}"
