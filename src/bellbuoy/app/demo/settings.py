"""The files that say what is watched in the demo: `bellbuoy.toml` and `models/delays.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from bellbuoy.app.demo.year import Year

MODEL = "delays"
_WEATHER, _SCHEDULE, _FLEET = "weather-team", "schedule-team", "fleet-team"


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the model: its column, who answers for it, and what it is."""

    name: str
    owner: str
    about: str
    kind: str = "number"


INPUTS = (
    Input("carrier", _SCHEDULE, "two-letter code of the airline", "category"),
    Input("origin", _SCHEDULE, "EWR, JFK or LGA", "category"),
    Input("dest", _SCHEDULE, "airport of arrival", "category"),
    Input("distance", _SCHEDULE, "miles"),
    Input("block_minutes", _SCHEDULE, "planned minutes from gate to gate"),
    Input("hour", _SCHEDULE, "hour of the planned departure, New York time"),
    Input("weekday", _SCHEDULE, "day of the planned departure; 0 is Monday"),
    Input("flights_that_hour", _SCHEDULE, "departures that the timetable has from the airport in that hour"),
    Input("origin_delay", "ml-team", "mean minutes behind plan of what left the airport in the last two hours"),
    Input("carrier_delay", "ml-team", "the same for the airline at all three airports"),
    Input("still_waiting", "ml-team", "flights that should have left the airport by now and have not"),
    Input("plane_age", _FLEET, "years since the plane was built; null where nobody wrote it down"),
    Input("temp", _WEATHER, "°F at the airport, newest hourly observation when scored"),
    Input("dewp", _WEATHER, "dew point, °F"),
    Input("humid", _WEATHER, "relative humidity, %"),
    Input("wind_dir", _WEATHER, "degrees the wind comes from; null when it is calm or turning"),
    Input("wind_speed", _WEATHER, "miles an hour"),
    Input("precip", _WEATHER, "inches in the hour"),
    Input("pressure", _WEATHER, "millibars at sea level; one in nine is missing in the best of times"),
    Input("visib", _WEATHER, "miles"),
)


def project_text() -> str:
    """The text of `bellbuoy.toml`."""
    return """\
# The demo: a year of a model that says whether a flight out of New York will be late. Made by `bellbuoy demo`.

[project]
name = "flights"
"""


def model_text(year: Year) -> str:
    """The text of `models/delays.toml`."""
    trained = " and ".join(f"{name} on {count:,} flights" for name, count in year.trained.items())
    features = "\n".join(
        f'{one.name} = {{ kind = "{one.kind}", owner = "{one.owner}", about = "{one.about}" }}' for one in INPUTS
    )
    return f"""\
# Will a flight arrive more than 15 minutes late? Scored an hour before its planned departure.
# Trained: {trained}. notes/incidents.md tells what happens in the year.

task = "binary"
positive = 1
owner = "ml-team"
grain = "1d"                    # some 920 flights a day: enough to judge one, with an interval of ±0.04 on its AUC

[predictions]
path = "data/predictions/*.parquet"
threshold = {year.threshold:g}                # as many reference flights are called late as truly were
cursor = "ingest_ts"

[predictions.columns]
id = "id"
time = "ts"
version = "model_version"
score = "score"
prediction = "prediction"
host = "host"

[labels]
path = "data/labels/*.parquet"  # at the moment of arrival; flights that are cancelled or diverted never get one
columns = {{ id = "id", label = "late", time = "label_ts" }}
maturity = "auto"

[baseline]
reference = "data/reference.parquet"   # March and April, which no version was trained on

[features]
{features}

[segments]
by = ["origin", "carrier"]

[alarms]
pack = "standard"

[[alarms.rule]]
name = "auc-floor"
when = "auc < 0.60"
for = "3d"                      # single dull days, on which hardly a flight is late, fall below it every few weeks
severity = "critical"
annotations = {{ summary = "for days the order of the scores has been hardly better than chance" }}

[[alarms.rule]]
name = "wind-missing"
when = "null_rate(wind_speed) > 20%"
severity = "warning"
annotations = {{ summary = "the wind feed has gaps: ask the weather-team" }}
"""
