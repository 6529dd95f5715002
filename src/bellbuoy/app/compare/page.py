"""A comparison as one HTML file: all of it inside, readable without a script, light or dark as the reader's screen."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bellbuoy.app.compare import words
from bellbuoy.app.compare.pictures import pictures
from bellbuoy.app.compare.values import ColumnReport, Comparison, Half
from bellbuoy.app.compare.words import Ruler
from bellbuoy.metrics.reading import Measured

_TEMPLATES = Path(__file__).parent / "templates"


def page_of(one: Comparison) -> str:
    """The text of the page."""
    pages = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals.update(words=words, drawn=_drawn, typical=typical, ruler=ruler, nulls=nulls, psi=psi)
    return pages.get_template("compare.html").render(c=one)


def typical(half: Half | None, ruler: Ruler) -> str:
    """Where the values of a column lie, in a few words."""
    if half is None:
        return words.NOTHING
    if half.kind == "category":
        shares = (f"{words.named([name])}{words.GAP}{words.share(share)}" for name, share in half.top[:3])
        return ", ".join(shares) or words.NOTHING
    ends = [half.readings.get(name) for name in ("p05", "p50", "p95")]
    values = [one.value for one in ends if isinstance(one, Measured)]
    if len(values) < len(ends):
        return words.NOTHING
    return f"{ruler.text(values[1])}{ruler.unit} ({ruler.span(values[0], values[2])})"


def ruler(column: ColumnReport, one: Comparison) -> Ruler:
    """How values of a column are written: moments as how long after the row's time they are."""
    half, time = column.usual or column.now, one.usual.time or one.now.time
    return words.ruler_of(half.profile, time.column) if half and time and half.kind == "moment" else words.PLAIN


def nulls(half: Half | None) -> str:
    """The share of nulls, with NaN among them: both are values that are not there."""
    if half is None:
        return words.NOTHING
    rates = (half.readings.get(name) for name in ("null_rate", "nan_rate"))
    return words.share(sum(one.value for one in rates if isinstance(one, Measured)))


def psi(column: ColumnReport) -> str:
    """The stability index, and what chance alone gives."""
    shift = column.shifts.get("psi")
    if shift is None or not isinstance(shift.reading, Measured):
        return words.NOTHING
    return f"{words.distance(shift.reading.value)} ({words.distance(shift.noise)})"


def _drawn(column: ColumnReport) -> tuple[Markup, Markup]:
    usual, now = pictures(column)
    return Markup(usual), Markup(now)  # noqa: S704 - charts escape every text that they are given
